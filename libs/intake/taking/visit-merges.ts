import { Injectable } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import type { EventMetadata, Position } from '#libs/event-store/port.js';
import { Turns } from '#libs/event-store/turns.js';
import { deterministicId } from '#libs/platform/ids.js';
import { goesInRing } from '../domain/merged-visits.js';
import type { Understood, VisitMerge } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';
import { KnownStays } from './known-stays.js';
import type { MessageHeader } from './stay-facts.js';
import { laterOf, StayLog } from './stay-log.js';
import { actorOf, headerOf } from './stay-news.js';
import { additionOf, type Addition, type KnownStay } from './stay-stream.js';
import type { Arrival } from './taken.js';
import { WhoItIs } from './who-it-is.js';

type VisitsMessage = Extract<Understood, { kind: 'visits' }>;

export type VisitsTaken =
  | {
      readonly ok: true;
      /** The visit that stays; of several the last. */
      readonly stayId: string;
      readonly position: Position;
      readonly duplicate: boolean;
      /** With other merges this one goes round in a ring. */
      readonly ring: boolean;
    }
  /** The sender may speak for the own hospital only, and one of the visits is in another. */
  | { readonly ok: false };

interface Merging {
  readonly eventId: string;
  readonly header: MessageHeader;
  readonly metadata: EventMetadata;
  readonly scope: string | undefined;
}

/** Takes merges of visits (A42, A35): the merge is said to the visit that stays, and told to the other from there (`MergedStays`). */
@Injectable()
export class VisitMerges {
  private readonly turns = new Turns();

  constructor(
    private readonly log: StayLog,
    private readonly known: KnownStays,
    private readonly who: WhoItIs,
    private readonly keys: IntakeKeys,
  ) {}

  /** One after the other, so that of two in a ring it is the second that closes it. They are rare. */
  take(message: VisitsMessage, hash: string, arrival: Arrival): Promise<VisitsTaken> {
    return this.turns.take('merges', () => this.takeAll(message, hash, arrival));
  }

  private async takeAll({ envelope, merges }: VisitsMessage, hash: string, arrival: Arrival): Promise<VisitsTaken> {
    const messageId = this.keys.eventId(envelope, hash);
    const metadata = actorOf(envelope, arrival);
    const scope = arrival.sender && scopeOf(arrival.sender);
    let taken: VisitsTaken = { ok: false };
    for (const [nth, merge] of merges.entries()) {
      const eventId = nth === 0 ? messageId : deterministicId('further-merge', messageId, String(nth));
      const header = headerOf(envelope, hash, merge.news.recorded);
      const one = await this.takeOne(merge, { eventId, header, metadata, scope });
      if (!one.ok) return one;
      taken = taken.ok
        ? {
            ...one,
            position: laterOf(one.position, taken.position),
            duplicate: one.duplicate && taken.duplicate,
            ring: one.ring || taken.ring,
          }
        : one;
    }
    return taken;
  }

  private async takeOne({ survivor, loser, identity, news }: VisitMerge, merging: Merging): Promise<VisitsTaken> {
    const { eventId, header, metadata, scope } = merging;
    const [into, visit] = [this.keys.stayId(survivor), this.keys.stayId(loser)];
    const isForeign = ({ block }: KnownStay): boolean =>
      scope !== undefined && block !== undefined && block.hospital !== scope;
    if (isForeign(await this.known.read(visit))) return { ok: false };
    const say = async (stay: KnownStay): Promise<Addition | undefined> => {
      if (isForeign(stay)) return undefined;
      const person = await this.who.of({ identity, visit: survivor, recorded: news.recorded }, stay.facts, metadata);
      return additionOf(stay, { ...news, eventId, person, visit, into }, header);
    };
    const appended = await this.log.append(into, say, metadata);
    if (!appended) return { ok: false };
    const { position, duplicate, merges } = appended;
    return { ok: true, stayId: into, position, duplicate, ring: goesInRing(merges, { visit, into }) };
  }
}
