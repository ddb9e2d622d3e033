import { Injectable } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { PeopleVault } from '#libs/people/port.js';
import { Database } from '#libs/platform/database.js';
import { rankProviders, type Matches } from '../domain/matching.js';
import { stageOf, type PlacementRequest } from '../domain/request-state.js';
import { weekBefore } from '../domain/standing.js';
import { ProviderStreams } from '../provider-streams.js';
import { providersTable } from '../providers/providers.projection.js';
import { requestsTable } from '../request-queue/requests.projection.js';

/** Which providers fit a request, and why the others do not. */
@Injectable()
export class RequestMatches {
  constructor(
    private readonly database: Database,
    private readonly feed: EventFeed,
    private readonly vault: PeopleVault,
    private readonly streams: ProviderStreams,
  ) {}

  async for(request: PlacementRequest): Promise<Matches> {
    // An embargo that was just set has to show here; a feed that is far behind does not keep the broker waiting.
    await this.feed.caughtUp([providersTable.name], 2000);
    const details = await this.vault.open(stageOf(request).details);
    const states = await providersTable.select(this.database.pool, 'ORDER BY t.key');
    const today = this.streams.today();
    const wanted = {
      serviceType: details.serviceType,
      outwardPostcode: details.outwardPostcode ?? null,
      carersPerCall: details.carersPerCall ?? null,
      needs: asObject(details.needs),
      preferences: asObject(details.preferences),
    };
    const registered = states.flatMap((state) => (state.kind === 'registered' ? [state] : []));
    return rankProviders(wanted, registered, today, await this.sentSince(weekBefore(today)));
  }

  /** Requests sent to each provider since a civil day began. */
  private async sentSince(day: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.database.query<{ provider_id: string; sent: number }>(
      `SELECT provider_id, count(DISTINCT r.key)::int AS sent
         FROM ${requestsTable.tableName} r,
              jsonb_path_query(r.row, '$.**.sent[*]') AS wave,
              jsonb_array_elements_text(wave -> 'providerIds') AS provider_id
        WHERE wave ->> 'at' >= $1 GROUP BY provider_id`,
      [day],
    );
    return new Map(rows.map((row) => [row.provider_id, row.sent]));
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
