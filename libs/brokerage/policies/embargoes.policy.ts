import { Injectable } from '@nestjs/common';
import type { Policy, PolicyContext } from '#libs/event-feed/port.js';
import type { EventMetadata, StoredEvent } from '#libs/event-store/port.js';
import { startOfLondonDay } from '#libs/nhs/civil-date.js';
import { Database } from '#libs/platform/database.js';
import { deterministicId } from '#libs/platform/ids.js';
import type { RegisteredProvider, StatusEntry } from '../domain/provider.js';
import { isLive, stageOf } from '../domain/request-state.js';
import { isBlocked, statusEntryOn } from '../domain/standing.js';
import { ProviderStreams } from '../provider-streams.js';
import { RequestStreams } from '../request-streams.js';

const name = 'brokerage.embargoes';
const table = 'brokerage.provider_request_v1';

interface Report {
  readonly metadata: EventMetadata;
  wrote(position: string): void;
}

/** Policy 10: a provider that is blocked loses its open offers, and its unstarted awards are flagged to the broker. */
@Injectable()
export class Embargoes implements Policy {
  readonly name = name;
  readonly version = 1;
  readonly tables = [table];
  readonly ddl = `
CREATE SCHEMA IF NOT EXISTS brokerage;
CREATE TABLE IF NOT EXISTS ${table} (
  provider_id text NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (provider_id, request_id)
);`;
  readonly wants = {
    streamPrefixes: ['request-', 'provider-'],
    types: ['CommissioningStatusChanged', 'OfferReceived', 'PlacementAwarded', 'RequestReinstated'],
  };

  constructor(
    private readonly database: Database,
    private readonly requests: RequestStreams,
    private readonly providers: ProviderStreams,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    if (event.streamId.startsWith('provider-')) {
      const providerId = event.streamId.slice('provider-'.length);
      await this.bring(providerId, await this.requestsOf(providerId), context);
      return;
    }
    const requestId = event.streamId.slice('request-'.length);
    const found = await this.requests.load(requestId);
    const involved = new Set(found ? stageOf(found.request).offers.map((offer) => offer.providerId) : []);
    for (const providerId of involved) {
      // Remembered before the status is read: an embargo set this moment finds the request, or we find the embargo.
      await this.remember(providerId, requestId);
      await this.bring(providerId, [requestId], context);
    }
  }

  /** Brings requests in line with how the provider stands today. */
  async bring(providerId: string, requestIds: readonly string[], report: Report): Promise<void> {
    const provider = await this.providers.load(providerId);
    const entry = provider && statusEntryOn(provider, this.providers.today());
    if (!provider || !entry || !isBlocked(entry.status)) return;
    for (const requestId of requestIds) await this.bringOne(provider, entry, requestId, report);
  }

  private async bringOne(
    provider: RegisteredProvider,
    entry: StatusEntry,
    requestId: string,
    report: Report,
  ): Promise<void> {
    const found = await this.requests.load(requestId);
    if (!found) return;
    const { providerId } = provider;
    const stage = stageOf(found.request);
    const since = latest(entry.occurredAt, startOfLondonDay(entry.from));
    for (const offer of stage.offers.filter((each) => each.providerId === providerId && isLive(each))) {
      const { offerId } = offer;
      const eventId = deterministicId(name, 'offer', requestId, offerId, entry.eventId);
      const occurredAt = latest(since, offer.receivedAt);
      await this.run(requestId, { type: 'embargo-offer', offerId, eventId, occurredAt }, report);
    }
    if (stage.status === 'awarded' && stage.award.providerId === providerId) {
      const { status } = entry;
      const eventId = deterministicId(name, 'award', requestId, stage.award.offerId, entry.eventId);
      const occurredAt = latest(since, stage.award.at);
      await this.run(requestId, { type: 'flag-award', providerId, status, eventId, occurredAt }, report);
    }
  }

  private async run(
    requestId: string,
    command: Parameters<RequestStreams['run']>[1] & { occurredAt: string },
    report: Report,
  ): Promise<void> {
    const { metadata } = report;
    const executed = await this.requests.run(requestId, command, { metadata, occurredAt: command.occurredAt });
    if (!executed.ok) throw new Error(`Refused: ${executed.code}`);
    if (executed.events.length > 0) report.wrote(executed.position);
  }

  private async remember(providerId: string, requestId: string): Promise<void> {
    await this.database.query(`INSERT INTO ${table} VALUES ($1, $2) ON CONFLICT DO NOTHING`, [providerId, requestId]);
  }

  private async requestsOf(providerId: string): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ request_id: string }>(
      `SELECT request_id FROM ${table} WHERE provider_id = $1 ORDER BY request_id`,
      [providerId],
    );
    return rows.map((row) => row.request_id);
  }
}

const latest = (...instants: readonly string[]): string =>
  instants.reduce((a, b) => (Date.parse(a) >= Date.parse(b) ? a : b));
