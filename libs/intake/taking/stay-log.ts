import { Injectable } from '@nestjs/common';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import {
  comparePositions,
  EventStore,
  StoreUnavailable,
  type EventMetadata,
  type Position,
} from '#libs/event-store/port.js';
import { Turns } from '#libs/event-store/turns.js';
import { isMerge, type MergeFact } from '../domain/stay-fact.js';
import { KnownStays } from './known-stays.js';
import { MergedStays } from './merged-stays.js';
import { eventsOf, type Addition, type KnownStay } from './stay-stream.js';

export interface Appended {
  readonly position: Position;
  /** The message stood in the log already. */
  readonly duplicate: boolean;
  /** All merges that have to do with the stay; looked for only where there is something to tell of one. */
  readonly merges: readonly MergeFact[];
}

/** Attempts against other processes that write the same stay; within one process messages of a stay wait their turn. */
const attempts = 50;

/** Appends to the streams of stays, each event with the whole effective stay after it. */
@Injectable()
export class StayLog {
  private readonly turns = new Turns();

  constructor(
    private readonly store: EventStore,
    private readonly known: KnownStays,
    private readonly merged: MergedStays,
  ) {}

  /**
   * Appends what `say` makes of the stay as it stands, and tells the stay that it is part of, if it was merged away. `say` is asked again when
   * another process wrote in between; when it says nothing, nothing is appended, and the answer is undefined.
   */
  append(
    stayId: string,
    say: (stay: KnownStay) => Promise<Addition | undefined>,
    metadata: EventMetadata,
  ): Promise<Appended | undefined> {
    return this.turns.take(stayId, async () => {
      let stay = await this.known.of(stayId);
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const addition = await say(stay);
        if (!addition) return undefined;
        const known = stay.positions.get(addition.eventId);
        if (known !== undefined) return this.told(stayId, addition, stay.block, known, true, metadata);
        const { events, ...now } = eventsOf(stayId, stay, [addition]);
        this.known.forget(stayId);
        const appended = await this.store.append(`stay-${stayId}`, stay.revision, events, metadata);
        if (appended.ok && !appended.duplicate) {
          const { revision, position } = appended;
          const positions = new Map([...stay.positions, [addition.eventId, position]]);
          this.known.keep(stayId, { revision, positions, ...now });
          return this.told(stayId, addition, now.block, position, addition.again ?? false, metadata);
        }
        stay = await this.known.read(stayId);
      }
      throw new StoreUnavailable('Too many others write this stay at the same time.');
    });
  }

  /** Also of what was in the log before: the process may have ended before it told the others. */
  private async told(
    stayId: string,
    { fact }: Addition,
    block: StayBlock | undefined,
    position: Position,
    duplicate: boolean,
    metadata: EventMetadata,
  ): Promise<Appended> {
    if (!isMerge(fact) && block?.status !== 'merged') return { position, duplicate, merges: [] };
    const told = await this.merged.tell(stayId, metadata);
    return { position: laterOf(position, told.position), duplicate, merges: told.merges };
  }
}

export const laterOf = (one: Position, other: Position | undefined): Position =>
  other !== undefined && comparePositions(other, one) > 0 ? other : one;
