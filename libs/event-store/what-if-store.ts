import {
  type AllPage,
  type AppendResult,
  type EventMetadata,
  EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type Position,
  type StoredEvent,
} from './port.js';
import { settledAppend } from './settled-append.js';

/**
 * The log as it would be: what is appended is read back here and goes nowhere else. For work that asks what would come of something by doing it.
 * Of each stream one state counts, that of the first look at it; nothing is checked against contracts and nothing sealed.
 */
export class WhatIfStore extends EventStore {
  readonly #streams = new Map<string, Promise<StoredEvent[]>>();
  #appended = 0n;

  constructor(
    private readonly log: EventStore,
    private readonly now: () => string,
  ) {
    super();
  }

  override async append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult> {
    const head = BigInt(await this.log.head());
    const stream = await this.#stream(streamId);
    const settled = settledAppend(stream, expected, events);
    if (settled) return settled;
    const next = (stream.at(-1)?.revision ?? -1) + 1;
    const recordedAt = this.now();
    const positions = events.map((event, n) => {
      this.#appended += 1n;
      const position = String(head + this.#appended);
      const revision = next + n;
      stream.push({ ...event, data: { ...event.data }, streamId, revision, position, recordedAt, metadata });
      return position;
    });
    const end = stream.at(-1);
    return {
      ok: true,
      revision: end?.revision ?? 0,
      position: end?.position ?? '0',
      duplicate: false,
      recordedAt,
      positions,
    };
  }

  override async readStream(streamId: string, fromRevision = 0): Promise<readonly StoredEvent[]> {
    return (await this.#stream(streamId)).filter(({ revision }) => revision >= fromRevision);
  }

  override readAll(): Promise<AllPage> {
    return Promise.reject(new Error('A log that only might be is read by its streams.'));
  }

  override head(): Promise<Position> {
    return this.log.head();
  }

  override recordedBy(instant: string): Promise<Position> {
    return this.log.recordedBy(instant);
  }

  override subscribe(): AsyncIterable<AllPage> {
    throw new Error('A log that only might be is not followed.');
  }

  #stream(streamId: string): Promise<StoredEvent[]> {
    const known = this.#streams.get(streamId);
    if (known) return known;
    const read = this.log.readStream(streamId).then((events) => [...events]);
    this.#streams.set(streamId, read);
    return read;
  }
}
