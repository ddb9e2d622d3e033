import { randomUUID } from 'node:crypto';
import {
  NO_STREAM,
  MaxAppendSizeExceededError,
  WrongExpectedVersionError,
  type EventData,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import { appendRequestOf } from '../postgres/append-request.js';
import type { AppendResult, EventMetadata, EventToAppend, ExpectedRevision } from '../port.js';
import { Turns } from '../turns.js';
import { eventDataOf } from './envelope.js';
import type { Reading } from './reading.js';
import { SeenStreams, type SeenStream } from './seen-streams.js';
import { insistently } from './unavailable.js';

interface Append {
  readonly streamId: string;
  readonly ids: readonly string[];
  readonly events: EventData[];
  /** Marks what this append writes. */
  readonly mark: string;
}

type Written = { readonly ok: true } | { readonly ok: false; readonly actual: number | null };

const nothingSeen: SeenStream = { revision: -1, ids: new Map() };

/**
 * Appends as the port wants them, made of what EventStoreDB gives: a compare-and-set on the revision of one stream.
 *
 * It is never asked for "any" revision: then it recognises repeated events only while it happens to remember them. Every append names
 * the exact revision, and the ids of the stream up to there are known here, so that no id comes twice in a stream and sending an
 * append again after a broken connection writes nothing twice. Appends of one process to one stream go one after the other.
 */
export class Appends {
  readonly #client: EventStoreDBClient;
  readonly #reading: Reading;
  readonly #deadlineMs: number;
  readonly #seen = new SeenStreams();
  readonly #turns = new Turns();

  constructor(client: EventStoreDBClient, reading: Reading, deadlineMs: number) {
    this.#client = client;
    this.#reading = reading;
    this.#deadlineMs = deadlineMs;
  }

  async append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult> {
    const request = appendRequestOf(streamId, expected, events, metadata);
    const mark = randomUUID();
    const ids = request.events.map(({ eventId }) => eventId);
    const append = { streamId, ids, mark, events: eventDataOf(request, events, metadata, mark) };
    return this.#turns.take(streamId, () => this.#decide(append, expected));
  }

  /** Somebody read these ids in a stream: an append need not read them again. */
  noteRead(streamId: string, firstRevision: number, ids: readonly string[]): void {
    this.#seen.note(streamId, firstRevision, ids);
  }

  async #decide(append: Append, expected: ExpectedRevision): Promise<AppendResult> {
    let seen = await this.#seenBefore(append.streamId, expected);
    for (;;) {
      const known = knownRevision(append.ids, seen);
      if (known !== undefined) return this.#resultAt(append, known);
      const at = expected === 'any' ? seen.revision : expected === 'no-stream' ? -1 : expected;
      const written = await this.#write(append, at);
      if (written.ok) {
        this.#seen.note(append.streamId, at + 1, append.ids);
        return this.#written(append, at + 1);
      }
      // Others were here. What they wrote may be these very events; if it is not, `any` tries at the newer revision:
      // each time round, somebody else's append got through.
      seen = await this.#readOn(append.streamId, written.actual ?? -1);
      if (knownRevision(append.ids, seen) === undefined && expected !== 'any') {
        return { ok: false, code: 'wrong-revision', actual: written.actual };
      }
    }
  }

  /** The stream's ids up to the revision expected, at least. An empty stream holds none, and the server will say if it is not empty. */
  async #seenBefore(streamId: string, expected: ExpectedRevision): Promise<SeenStream> {
    const seen = this.#seen.of(streamId);
    if (expected === 'no-stream') return seen ?? nothingSeen;
    if (seen && (expected === 'any' || seen.revision >= expected)) return seen;
    return this.#readOn(streamId);
  }

  /** Reads what was not seen yet. A stream that the server says is shorter than what was seen is read anew: the log was set back. */
  async #readOn(streamId: string, actual = Infinity): Promise<SeenStream> {
    if (actual < (this.#seen.of(streamId)?.revision ?? -1)) this.#seen.forget(streamId);
    const from = (this.#seen.of(streamId)?.revision ?? -1) + 1;
    const read = await insistently(() => this.#reading.stream(streamId, from));
    this.#seen.note(
      streamId,
      from,
      read.map(({ event }) => event.eventId),
    );
    return this.#seen.of(streamId) ?? nothingSeen;
  }

  /** Writes at exactly this revision (-1: a new stream). After a broken connection again: what is there already, the server knows by its ids. */
  async #write({ streamId, events }: Append, at: number): Promise<Written> {
    const options = {
      expectedRevision: at < 0 ? NO_STREAM : BigInt(at),
      requiresLeader: true,
      deadline: this.#deadlineMs,
    } as const;
    try {
      await insistently(() => this.#client.appendToStream(streamId, events, options));
      return { ok: true };
    } catch (error) {
      return { ok: false, actual: actualRevision(error) };
    }
  }

  /** What stands there now that it was written: by this append, or by the same events sent before. */
  #written(append: Append, firstRevision: number): Promise<AppendResult> {
    return this.#resultAt(append, firstRevision + append.ids.length - 1, firstRevision);
  }

  /** The place of the last event, and whether it was this append that put it there; then those of the others too. */
  async #resultAt({ streamId, mark }: Append, revision: number, firstRevision = revision): Promise<AppendResult> {
    const events = await insistently(() => this.#reading.stream(streamId, firstRevision, revision - firstRevision + 1));
    const last = events.at(-1);
    if (last?.event.revision !== revision) throw new Error('EventStoreDB does not have what it said it had written.');
    const { position, recordedAt } = last.event;
    return last.append === mark
      ? {
          ...{ ok: true, revision, position, duplicate: false, recordedAt },
          positions: events.map(({ event }) => event.position),
        }
      : { ok: true, revision, position, duplicate: true };
  }
}

/**
 * The revision of the last of these ids when the stream holds them all, undefined when it holds none.
 * @throws Error when it holds some.
 */
function knownRevision(ids: readonly string[], { ids: held }: SeenStream): number | undefined {
  const revisions = ids.flatMap((id) => held.get(id) ?? []);
  if (revisions.length === 0) return undefined;
  if (revisions.length < ids.length) throw new Error('Some event ids of this append are taken by another append.');
  return Math.max(...revisions);
}

/** The revision found, null for no stream, out of a refusal; any other error is thrown on, one that is hard to read in plain words. */
function actualRevision(error: unknown): number | null {
  if (error instanceof WrongExpectedVersionError) {
    return typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : null;
  }
  if (error instanceof MaxAppendSizeExceededError) {
    throw new Error(
      `These events are larger than EventStoreDB takes in one append (${String(error.maxAppendSize)} bytes; its MaxAppendSize).`,
      { cause: error },
    );
  }
  throw error;
}
