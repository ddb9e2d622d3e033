import { setTimeout as pause } from 'node:timers/promises';
import { comparePositions, type Position, type StoredEvent } from '../event-store/port.js';
import { withOwnIds } from '../platform/ids.js';
import { CheckpointMoved, moveCheckpoint } from './checkpoints.js';
import { park, parkedSubjects, reasonOf, subjectOf, waitsForEarlier, type ToPark } from './parking.js';
import type { Policy } from './port.js';
import { Runner, isTransient, type FeedParts } from './runner.js';
import { transaction } from './transaction.js';

/** Lets a policy react to events: those of one subject one after the other, different subjects side by side. */
export class PolicyRunner extends Runner<Policy> {
  protected override readonly pageSize = 100;
  readonly #onWrote: (cause: StoredEvent, output: Position) => void;

  constructor(policy: Policy, parts: FeedParts, onWrote: (cause: StoredEvent, output: Position) => void) {
    super(policy, parts);
    this.#onWrote = onWrote;
  }

  protected override async take(events: readonly StoredEvent[], to: Position, signal: AbortSignal): Promise<void> {
    const parked: ToPark[] = [];
    const bySubject = Map.groupBy(events, subjectOf);
    // All are let finish, also when one gives up: nothing may go on reacting behind our back.
    const ended = await Promise.allSettled(
      [...bySubject].map(async ([subject, theirs]) => {
        let waits = this.subjects.has(subject);
        for (const event of theirs) {
          const reason = waits ? waitsForEarlier : await this.#reactSoonerOrLater(event, signal);
          if (reason === undefined) continue;
          waits = true;
          parked.push({ event, reason });
        }
      }),
    );
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    await transaction(this.parts.pool, async (tx) => {
      const checkpoint = await moveCheckpoint(tx, this.id, this.persisted, to, {
        lastOutput: this.lastOutput,
        marks: this.marksAt(to),
      });
      if (checkpoint.parkedVersion !== this.parkedVersion) {
        // While this page was dealt with, somebody released parked events: who was to wait for them has to be looked at again.
        const now = await parkedSubjects(tx, this.id);
        for (const subject of this.subjects) {
          if (bySubject.has(subject) && !now.has(subject)) throw new CheckpointMoved('Parked events were released.');
        }
        this.subjects = now;
        this.parkedVersion = checkpoint.parkedVersion;
      }
      parked.sort((a, b) => comparePositions(a.event.position, b.event.position));
      await park(tx, this.id, parked);
    });
    if (parked.length > 0) await this.#readParked();
    this.moved(to);
  }

  /** Reacts once; undefined when that went well, else why not. */
  async react(event: StoredEvent): Promise<string | undefined> {
    const { name } = this.id;
    try {
      await this.parts.reactGate.through(() =>
        // A retry may be asked for by a request whose ids are replayable: what a policy makes has ids of its own.
        withOwnIds(() =>
          this.consumer.react(event, {
            metadata: {
              correlationId: event.metadata.correlationId,
              causationId: event.eventId,
              actor: { id: `policy:${name}`, role: 'policy', organisation: 'homeward' },
              source: `policy:${name}`,
            },
            wrote: (position) => {
              if (comparePositions(position, this.lastOutput) > 0) this.lastOutput = position;
              this.#onWrote(event, position);
            },
          }),
        ),
      );
      return undefined;
    } catch (error) {
      if (isTransient(error)) throw error;
      return reasonOf(error);
    }
  }

  /** An absent database is waited for as long as it takes; anything else gets a second try and is then the event's fault. */
  async #reactSoonerOrLater(event: StoredEvent, signal: AbortSignal): Promise<string | undefined> {
    let tries = 0;
    for (let absent = 0; ;) {
      signal.throwIfAborted();
      try {
        const reason = await this.react(event);
        tries += 1;
        if (reason === undefined) return undefined;
        if (tries > 1) {
          this.parts.log('error', `${this.id.name} parked ${event.type} at ${event.position}: ${reason}`);
          return reason;
        }
        await pause(50);
      } catch (error) {
        if (!isTransient(error)) throw error;
        absent += 1;
        await pause(Math.min(50 * 2 ** absent, 5_000), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #readParked(): Promise<void> {
    // Parking raised the version: forget ours, so that the next page reads the subjects in its own transaction …
    this.parkedVersion = '';
    // … and know now whom to hold back.
    this.subjects = await parkedSubjects(this.parts.pool, this.id);
  }
}
