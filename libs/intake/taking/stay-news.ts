import { Injectable } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import type { EventMetadata, Position } from '#libs/event-store/port.js';
import { PeopleDirectory } from '#libs/people/port.js';
import type { FactPerson } from '../domain/stay-fact.js';
import type { Envelope, Understood } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';
import { ReferredPeople } from '../referred/referred-people.js';
import type { MessageHeader } from './stay-facts.js';
import { laterOf, StayLog } from './stay-log.js';
import { additionOf, type Addition, type KnownStay } from './stay-stream.js';
import type { Arrival } from './taken.js';
import { WhoItIs } from './who-it-is.js';

type StayMessage = Extract<Understood, { kind: 'stay' }>;

export type StayTaken =
  | { readonly ok: true; readonly stayId: string; readonly position: Position; readonly duplicate: boolean }
  /** The sender may speak for the own hospital only, and this stay is in another. */
  | { readonly ok: false };

export const actorOf = ({ feed, hospital }: Envelope, arrival: Arrival): EventMetadata => ({
  correlationId: arrival.correlationId,
  actor: arrival.sender
    ? { id: arrival.sender.userId, role: arrival.sender.role, organisation: arrival.sender.organisation }
    : { id: `feed:${feed}`, role: 'feed', organisation: hospital ?? 'unknown' },
  source: arrival.source,
});

export const headerOf = ({ feed, controlId, kind }: Envelope, hash: string, recorded: string): MessageHeader => ({
  feed,
  controlId,
  hash,
  kind,
  sourceRecordedAt: recorded,
});

/** Appends what a message says of a stay as one fact, with the whole effective stay after it. */
@Injectable()
export class StayNewsTaker {
  constructor(
    private readonly log: StayLog,
    private readonly who: WhoItIs,
    private readonly people: PeopleDirectory,
    private readonly keys: IntakeKeys,
    private readonly referred: ReferredPeople,
  ) {}

  async take(message: StayMessage, hash: string, arrival: Arrival): Promise<StayTaken> {
    const { envelope, identity, visit } = message;
    const stayId = this.keys.stayId(visit);
    const eventId = this.keys.eventId(envelope, hash);
    const metadata = actorOf(envelope, arrival);
    const scope = arrival.sender && scopeOf(arrival.sender);
    // Whoever may speak for one hospital only speaks for that one.
    const news = scope !== undefined && message.news.sender === '' ? { ...message.news, sender: scope } : message.news;
    const header = headerOf(envelope, hash, news.recorded);
    let details: Promise<Position | undefined> | undefined;
    const say = async (stay: KnownStay): Promise<Addition | undefined> => {
      if (scope !== undefined && stay.block && stay.block.hospital !== scope) return undefined;
      const person = await this.who.of({ identity, visit, recorded: news.recorded }, stay.facts, metadata);
      // Beside the append, and again for a duplicate: a message once answered has left nothing to do.
      details ??= this.recordDetails(person, message, metadata);
      details.catch(() => undefined);
      return additionOf(stay, { ...news, eventId, person }, header);
    };
    const appended = await this.log.append(stayId, say, metadata);
    if (!appended) return { ok: false };
    // Who waits for the answer's position waits for all that the message did.
    const position = laterOf(appended.position, await details);
    return { ok: true, stayId, position, duplicate: appended.duplicate };
  }

  private async recordDetails(
    { id }: FactPerson,
    { details, news }: StayMessage,
    metadata: EventMetadata,
  ): Promise<Position | undefined> {
    if (Object.keys(details).length === 0 || !(await this.referred.has(id))) return undefined;
    return (await this.people.recordDetails(id, details, 'ward-feed', metadata, news.recorded)).position;
  }
}
