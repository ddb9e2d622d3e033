import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import {
  EventStore,
  StoreUnavailable,
  comparePositions,
  type AllPage,
  type AppendResult,
  type EventFilter,
  type EventMetadata,
  type EventToAppend,
  type ExpectedRevision,
  type Position,
  type StoredEvent,
} from '../port.js';
import { upcastWith, type Upcast, type Upcaster } from '../upcasters.js';
import { Appends } from './appends.js';
import { arrivals, type Arrival } from './arrivals.js';
import { connect } from './connection.js';
import { positionOf, readEventOf } from './envelope.js';
import { Reading } from './reading.js';
import { RecordedTimes } from './recorded-times.js';
import { wantsOf } from './server-filter.js';
import { asStoreError } from './unavailable.js';

export interface EventStoreDbOptions {
  readonly upcasters?: readonly Upcaster[];
  /** How long (ms) the server may leave an append unanswered, or a read without its next event. Default 10,000. */
  readonly deadlineMs?: number;
  /**
   * How long (ms) a subscription that is at its end hears nothing before it looks whether the log went on. Lower tells sooner
   * how far a narrow filter has come (and finds a subscription that has died without a word), higher asks less. Default 1,000.
   */
  readonly quietMs?: number;
}

interface Stretch {
  readonly after: Position;
  readonly filter: EventFilter;
  readonly signal: AbortSignal;
}

/** The log in EventStoreDB (23.10 or later): `$all` without the server's own events. Positions are commit positions: they rise, with gaps. */
export class EventStoreDbEventStore extends EventStore {
  readonly #client: EventStoreDBClient;
  readonly #reading: Reading;
  readonly #appends: Appends;
  readonly #upcast: Upcast;
  readonly #recorded = new RecordedTimes((after) => this.readAll(after, {}, 1_000));
  readonly #deadlineMs: number;
  readonly #quietMs: number;

  constructor(
    client: EventStoreDBClient,
    { upcasters = [], deadlineMs = 10_000, quietMs = 1_000 }: EventStoreDbOptions,
  ) {
    super();
    this.#client = client;
    this.#reading = new Reading(client, deadlineMs);
    this.#appends = new Appends(client, this.#reading, deadlineMs);
    this.#upcast = upcastWith(upcasters);
    this.#deadlineMs = deadlineMs;
    this.#quietMs = quietMs;
  }

  override append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult> {
    return this.#appends.append(streamId, expected, events, metadata);
  }

  override async readStream(streamId: string, fromRevision = 0): Promise<readonly StoredEvent[]> {
    const read = await this.#told(() => this.#reading.stream(streamId, fromRevision));
    const ids = read.map(({ event }) => event.eventId);
    this.#appends.noteRead(streamId, fromRevision, ids);
    return read.map(({ event }) => this.#upcast(event));
  }

  override async readAll(after: Position, filter: EventFilter, limit: number): Promise<AllPage> {
    const head = await this.head();
    if (comparePositions(head, after) <= 0) return { events: [], readTo: after, atEnd: true };
    const stop = new AbortController();
    const events: StoredEvent[] = [];
    return this.#told(async () => {
      for await (const page of this.#follow({ after, filter, signal: stop.signal }, head)) {
        events.push(...page.events);
        if (events.length >= limit) {
          const readTo = events[limit - 1]?.position ?? after;
          return { events: events.slice(0, limit), readTo, atEnd: comparePositions(readTo, head) >= 0 };
        }
        if (comparePositions(page.readTo, head) >= 0) return { events, readTo: page.readTo, atEnd: true };
      }
      throw new StoreUnavailable('The event log ended the reading.');
    });
  }

  override head(): Promise<Position> {
    return this.#told(() => this.#reading.head());
  }

  override recordedBy(instant: string): Promise<Position> {
    return this.#recorded.by(instant);
  }

  /**
   * Also yields pages without events when the log went on without one that was asked for. Outlasts an absent server: the client's
   * subscriptions end with their connection, here the next one goes on where the last one was.
   */
  override async *subscribe(after: Position, filter: EventFilter, signal: AbortSignal): AsyncIterable<AllPage> {
    let position = after;
    let failures = 0;
    while (!signal.aborted) {
      failures += 1;
      try {
        const head = await this.head();
        for await (const page of this.#follow({ after: position, filter, signal }, head)) {
          if (page.readTo === position) continue;
          failures = 0;
          position = page.readTo;
          yield page;
        }
      } catch (error) {
        const told = asStoreError(error);
        if (!(told instanceof StoreUnavailable)) throw told;
      }
      if (failures > 0) await pause(Math.min(100 * failures, 2_000), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Lets go of the connection; what is on its way is cancelled. */
  close(): Promise<void> {
    return this.#client.dispose();
  }

  /**
   * One subscription, in pages. `head` was read before it was opened: once the server says that it has given all it had, everything
   * up to there has been seen. Ends when it has been quiet and the log has gone on all the same: the next one finds out how far.
   */
  async *#follow({ after, filter, signal }: Stretch, head: Position): AsyncGenerator<AllPage, void, void> {
    let readTo = after;
    let caughtUp = false;
    let silentMs = 0;
    for await (const arrival of arrivals(this.#client, { after, filter, signal, quietMs: this.#quietMs })) {
      silentMs = arrival.quiet ? silentMs + this.#quietMs : 0;
      if (arrival.quiet) {
        if (caughtUp && comparePositions(await this.head(), readTo) > 0) return;
        if (!caughtUp && silentMs >= this.#deadlineMs) throw new StoreUnavailable('The event log does not answer.');
        continue;
      }
      const page = this.#pageOf(arrival, { readTo, head, filter });
      ({ readTo } = page);
      caughtUp ||= arrival.caughtUp;
      yield { ...page, atEnd: caughtUp };
    }
  }

  #pageOf(
    { events, checkpoint, caughtUp }: Arrival,
    { readTo: before, head, filter }: { readTo: Position; head: Position; filter: EventFilter },
  ): Omit<AllPage, 'atEnd'> {
    const wants = wantsOf(filter);
    const wanted: StoredEvent[] = [];
    let readTo = before;
    const reach = (position: Position): void => {
      if (comparePositions(position, readTo) > 0) readTo = position;
    };
    for (const { event } of events) {
      if (!event || comparePositions(positionOf(event), readTo) <= 0) continue;
      const read = wants(event) ? readEventOf(event) : undefined;
      if (read) wanted.push(this.#upcast(read.event));
      readTo = positionOf(event);
    }
    // A checkpoint (c, p) with p below c stands before the record at c: at the end of the log one that is still to be written.
    const commit = String(checkpoint?.commit ?? 0n);
    if (checkpoint && (checkpoint.prepare === checkpoint.commit || comparePositions(commit, head) <= 0)) reach(commit);
    if (caughtUp) reach(head);
    return { events: wanted, readTo };
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

/** The EventStoreDB driver of the log, on a connection of its own (`connect`): close it. */
export const createEventStoreDbEventStore = (url: string, options: EventStoreDbOptions = {}): EventStoreDbEventStore =>
  new EventStoreDbEventStore(connect(url), options);
