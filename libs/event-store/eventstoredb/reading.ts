import {
  BACKWARDS,
  END,
  ErrorType,
  START,
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type ReadPosition,
  type StreamingRead,
} from '@eventstore/db-client';
import { StoreUnavailable, type Position } from '../port.js';
import { positionOf, readEventOf, type ReadEvent } from './envelope.js';
import { isOfTheSystem } from './server-filter.js';
import { typeOf } from './unavailable.js';

/** Reads are asked of the leader: what was answered for is there, and one answer does not fall behind another. */
const consistent = { requiresLeader: true } as const;

/** The reads that end by themselves. The client gives them no deadline: `deadlineMs` is how long the server may let wait for the next event. */
export class Reading {
  readonly #client: EventStoreDBClient;
  readonly #deadlineMs: number;

  constructor(client: EventStoreDBClient, deadlineMs: number) {
    this.#client = client;
    this.#deadlineMs = deadlineMs;
  }

  /** The events of a stream from a revision on, at most `most`; none when there is no such stream. */
  async stream(streamId: string, fromRevision: number, most = Number.MAX_SAFE_INTEGER): Promise<readonly ReadEvent[]> {
    const events = await this.#all(() =>
      this.#client.readStream(streamId, { ...consistent, fromRevision: BigInt(fromRevision), maxCount: most }),
    );
    return events.map(({ event }) => {
      const read = event && readEventOf(event);
      if (!read) throw new Error('A stream of the log holds an event that somebody else wrote.');
      return read;
    });
  }

  /** The position of the last event that is not the server's own, `'0'` for none. */
  async head(): Promise<Position> {
    // Mostly the very last one. Behind it there may be many of the server's own: links, statistics.
    for (let from: ReadPosition = END, most = 1; ; most = Math.min(most * 8, 4_096)) {
      const options = { ...consistent, direction: BACKWARDS, fromPosition: from, maxCount: most } as const;
      const events: readonly AllStreamResolvedEvent[] = await this.#all(() => this.#client.readAll(options));
      const last = events.find(({ event }) => event && !isOfTheSystem(event))?.event;
      if (last) return positionOf(last);
      const earliest = events.at(-1)?.event;
      if (!earliest || events.length < most) return '0';
      from = earliest.position;
    }
  }

  async #all<E>(read: () => StreamingRead<E>): Promise<readonly E[]> {
    const stream = read();
    const late = setTimeout(
      () => stream.destroy(new StoreUnavailable('The event log does not answer.')),
      this.#deadlineMs,
    );
    const events: E[] = [];
    try {
      for await (const event of stream) {
        events.push(event);
        late.refresh();
      }
      return events;
    } catch (error) {
      if (typeOf(error) === ErrorType.STREAM_NOT_FOUND) return [];
      throw error;
    } finally {
      clearTimeout(late);
      // The call outlives the stream. It fails where there never was one: that was told above.
      stream.cancel().catch(() => undefined);
    }
  }
}

/** Where to read `$all` from, to be given what comes after a position. */
export const readAfter = (position: Position): ReadPosition =>
  position === '0' ? START : { commit: BigInt(position), prepare: BigInt(position) };
