import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isUnanswered, isUnavailable } from '../../platform/unavailable.js';
import { comparePositions, type AppendResult, type Position } from '../port.js';
import { callAppend, type AppendOutcome } from './append-call.js';
import type { AppendRequest } from './append-request.js';
import { asStoreError, isCollision } from './unavailable.js';

interface Waiting {
  readonly append: AppendRequest;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** A group ends at so many events or so many characters: larger ones gain nothing and hold the lock longer. */
const mostEvents = 1_000;
const mostCharacters = 4_000_000;
/** How often, and how long apart (ms), a group is sent again when the connection breaks under it. */
const retryPauses = [20, 100, 300, 600];

/**
 * Collects the appends that arrive while one group is on its way and sends them together as the next:
 * one lock, one round trip and one commit for all, each with its own check and its own result. One group at a time: a second
 * one would only wait for the lock (measured: two of half the size cost more than one), and appends to a stream keep their order.
 */
export class GroupCommit {
  readonly #pool: Pool;
  readonly #recordedAt: () => string | null;
  readonly #onCommit: (upTo: Position) => void;
  readonly #answerMs: number;
  #waiting: Waiting[] = [];
  #sending = false;

  /** `recordedAt` gives the time to record, or null for the clock of the database; `answerMs` is how long the database may take. */
  constructor(pool: Pool, recordedAt: () => string | null, onCommit: (upTo: Position) => void, answerMs: number) {
    this.#pool = pool;
    this.#recordedAt = recordedAt;
    this.#onCommit = onCommit;
    this.#answerMs = answerMs;
  }

  append(append: AppendRequest): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      if (this.#sending) return;
      this.#sending = true;
      // Whatever else this turn of the event loop wants to append comes along.
      setImmediate(() => void this.#sendAll());
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#send(this.#nextGroup());
    this.#sending = false;
  }

  /** As many as fit, in order of arrival. Who repeats an event id of the group waits for the next, to be told of the first. */
  #nextGroup(): Waiting[] {
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    const ids = new Set<string>();
    let events = 0;
    let characters = 0;
    let full = false;
    for (const waiting of this.#waiting) {
      const { append } = waiting;
      const size = append.events.reduce((sum, event) => sum + event.payload.length + append.metadata.length, 0);
      full ||= group.length > 0 && (events + append.events.length > mostEvents || characters + size > mostCharacters);
      if (full || append.events.some((event) => ids.has(event.eventId))) {
        later.push(waiting);
        continue;
      }
      for (const event of append.events) ids.add(event.eventId);
      events += append.events.length;
      characters += size;
      group.push(waiting);
    }
    this.#waiting = later;
    return group;
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#deliver(group.map((waiting) => waiting.append));
      this.#onCommit(furthest(outcomes));
      for (const [at, waiting] of group.entries()) settle(waiting, outcomes[at]);
    } catch (error) {
      // One append that the database refuses must not fail the others: then each goes by itself.
      const [first] = group;
      if (isUnavailable(error) || first === undefined || group.length === 1) {
        for (const waiting of group) waiting.reject(asStoreError(error));
        return;
      }
      for (const waiting of group) await this.#send([waiting]);
    }
  }

  /**
   * When the connection breaks nobody knows whether the group was committed. It is sent again as it was:
   * what had been committed answers as a duplicate, by its event ids. A database that does not answer at all is not asked again:
   * whoever repeats his append then finds out in the same way.
   */
  async #deliver(appends: readonly AppendRequest[]): Promise<readonly AppendOutcome[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(appends);
      } catch (error) {
        const wait = retryPauses[attempt];
        if (wait === undefined || isUnanswered(error) || !(isUnavailable(error) || isCollision(error))) throw error;
        await pause(wait);
      }
    }
  }

  async #once(appends: readonly AppendRequest[]): Promise<readonly AppendOutcome[]> {
    const client = await this.#pool.connect();
    let broken: Error | boolean = false;
    // A connection that dies between two messages says so by an event; unheard, that would end the process.
    const heard = (error: Error): void => {
      broken = error;
    };
    client.on('error', heard);
    try {
      return await callAppend(client, appends, this.#recordedAt(), this.#answerMs);
    } catch (error) {
      broken = isUnavailable(error);
      throw error;
    } finally {
      client.off('error', heard);
      client.release(broken);
    }
  }
}

const furthest = (outcomes: readonly AppendOutcome[]): Position =>
  outcomes
    .flatMap((outcome) => ('position' in outcome ? outcome.position : []))
    .reduce((far, position) => (comparePositions(position, far) > 0 ? position : far), '0');

function settle(waiting: Waiting, outcome: AppendOutcome | undefined): void {
  if (outcome === undefined) waiting.reject(new Error('The database gave no answer for an append of the group.'));
  else if (outcome instanceof Error) waiting.reject(outcome);
  else waiting.resolve(outcome);
}
