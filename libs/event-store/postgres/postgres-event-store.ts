import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { migrate } from '../../platform/migrations.js';
import { logReaches, prepared } from '../../platform/prepared.js';
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
import { usualAnswerMs } from './append-call.js';
import { appendRequestOf } from './append-request.js';
import { CommitHints } from './commit-hints.js';
import { asText, eventColumns, eventOfRow, type EventRow } from './event-rows.js';
import { GroupCommit } from './group-commit.js';
import { GroupRead } from './group-read.js';
import { logMigrations } from './log-schema.js';
import { asStoreError } from './unavailable.js';

export interface PostgresEventStoreOptions {
  /** The clock that says when we knew. Default: the clock of the database. Either way it never runs backwards. */
  readonly clock?: { now(): string };
  readonly upcasters?: readonly Upcaster[];
  /** How long a subscription waits for a hint before it looks by itself. Lower finds what other processes wrote sooner, higher asks less. */
  readonly pollMs?: number;
  /**
   * How long (ms) the database may leave a statement unanswered; then it counts as away. Lower tells sooner of one that hangs, higher
   * bears a slower one. Default 10,000.
   */
  readonly answerMs?: number;
  /**
   * Positions that one statement looks through (at least as many as events are asked for): of what is rare a page holds what lies in so many,
   * so that looking for it in a log of millions is answered in time. Higher asks less often for what is rare, lower answers sooner.
   * Default 20,000.
   */
  readonly stretch?: number;
}

const pageSize = 500;

const head = `(SELECT coalesce(max(position), 0) AS position FROM log.events)`;

/** One statement, one snapshot: the events, how far they were looked for and how far the log reached when they were read. */
const readAll = `
SELECT head.position, head.looked, e.* FROM (SELECT position, least(position, $1::bigint + $5::bigint) AS looked FROM ${head} head) head LEFT JOIN LATERAL (
  SELECT ${eventColumns} FROM log.events
   WHERE position > $1 AND position <= head.looked
     AND ($2::text[] IS NULL OR type = ANY ($2)) AND ($3::text[] IS NULL OR stream_id ^@ ANY ($3))
   ORDER BY position LIMIT $4) e ON true`;

const nextRecorded = `
SELECT position, recorded_at <= $2::timestamptz FROM log.events WHERE position > $1 ORDER BY position LIMIT 1`;

const readStreams = `
SELECT asked.n - 1, e.* FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS asked(stream_id, from_revision, n)
 CROSS JOIN LATERAL (
  SELECT ${eventColumns} FROM log.events WHERE stream_id = asked.stream_id AND revision >= asked.from_revision
   ORDER BY revision) e
 ORDER BY asked.n, e.revision`;

/** The log in PostgreSQL. Brings its own schema forward at first use. */
export class PostgresEventStore extends EventStore {
  readonly #pool: Pool;
  readonly #groups: GroupCommit;
  readonly #reads = new GroupRead((streamIds, from) => this.#rows(readStreams, [streamIds, from]));
  readonly #hints: CommitHints;
  readonly #upcast: Upcast;
  readonly #pollMs: number;
  readonly #answerMs: number;
  readonly #stretch: number;
  #prepared: Promise<void> | undefined;

  constructor(pool: Pool, options: PostgresEventStoreOptions = {}) {
    super();
    const { clock, answerMs = usualAnswerMs } = options;
    this.#pool = pool;
    this.#answerMs = answerMs;
    this.#hints = new CommitHints(pool);
    this.#groups = new GroupCommit(
      pool,
      () => clock?.now() ?? null,
      (upTo) => this.#hints.raise(upTo),
      answerMs,
    );
    this.#upcast = upcastWith(options.upcasters ?? []);
    this.#pollMs = options.pollMs ?? 100;
    this.#stretch = options.stretch ?? 20_000;
  }

  override async append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult> {
    const request = appendRequestOf(streamId, expected, events, metadata);
    await this.#ready();
    return this.#groups.append(request);
  }

  override async readStream(streamId: string, fromRevision = 0): Promise<readonly StoredEvent[]> {
    const rows = await this.#reads.rowsOf(streamId, fromRevision);
    return rows.map((row) => this.#upcast(eventOfRow(row)));
  }

  override async readAll(after: Position, filter: EventFilter, limit: number): Promise<AllPage> {
    const { types, streamPrefixes } = filter;
    const rows = await this.#rows(readAll, [
      after,
      types === undefined || types.length === 0 ? null : types,
      streamPrefixes === undefined || streamPrefixes.length === 0 ? null : streamPrefixes,
      limit,
      Math.max(this.#stretch, limit),
    ]);
    const [reached, looked] = [rows[0]?.[0] ?? '0', rows[0]?.[1] ?? '0'];
    const events = rows.flatMap(([, , ...row]) => (row[0] ? [this.#upcast(eventOfRow(row))] : []));
    const last = events.at(-1);
    // Asked from beyond the head (another log was there before), the answer must not lead backwards.
    if (comparePositions(reached, after) < 0) return { events, readTo: after, atEnd: true };
    logReaches(reached);
    const readTo = events.length < limit || last === undefined ? looked : last.position;
    return { events, readTo, atEnd: readTo === reached };
  }

  override async head(): Promise<Position> {
    const rows = await this.#rows(`SELECT position FROM ${head} head`, []);
    return rows[0]?.[0] ?? '0';
  }

  /** Positions here have no gaps, and `recordedAt` rises with them: between two of them lies the one that is looked for. */
  override async recordedBy(instant: string): Promise<Position> {
    let low = 0n;
    let high = BigInt(await this.head());
    while (low < high) {
      const middle = (low + high) / 2n;
      const [[position, early] = []] = await this.#rows(nextRecorded, [String(middle), instant]);
      if (position != null && early === 't') low = BigInt(position);
      else high = middle;
    }
    return String(low);
  }

  /** Also yields pages without events when the log went on without one that was asked for. Outlasts an absent database. */
  override async *subscribe(after: Position, filter: EventFilter, signal: AbortSignal): AsyncIterable<AllPage> {
    const deaf = this.#hints.listen();
    // Also while a page is dealt with, however long that takes: nobody asks for the next one.
    signal.addEventListener('abort', deaf, { once: true });
    let position = after;
    let failures = 0;
    try {
      while (!signal.aborted) {
        const heard = this.#hints.heard;
        const page = await this.readAll(position, filter, pageSize).catch((error: unknown) => {
          if (error instanceof StoreUnavailable) return undefined;
          throw error;
        });
        failures = page === undefined ? failures + 1 : 0;
        if (page !== undefined && page.readTo !== position) {
          position = page.readTo;
          yield page;
          if (!page.atEnd || comparePositions(this.#hints.heard, position) > 0) continue;
        } else if (this.#hints.heard !== heard) continue;
        // What was committed while this page was read has been heard of: there is nothing to look for before the next hint.
        await this.#hints.next(this.#pollMs, signal);
        if (failures > 1) await pause(Math.min(100 * failures, 2_000), undefined, { signal }).catch(() => undefined);
      }
    } finally {
      signal.removeEventListener('abort', deaf);
      deaf();
    }
  }

  async #rows(text: string, values: unknown[]): Promise<EventRow[]> {
    await this.#ready();
    try {
      const statement = {
        ...prepared(text, values),
        rowMode: 'array' as const,
        types: asText,
        query_timeout: this.#answerMs,
      };
      return (await this.#pool.query<(string | null)[]>(statement)).rows;
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async #ready(): Promise<void> {
    this.#prepared ??= migrate(this.#pool, 'log', logMigrations).catch((error: unknown) => {
      this.#prepared = undefined;
      throw asStoreError(error);
    });
    await this.#prepared;
  }
}

/** The PostgreSQL driver of the log, on a pool that stays the caller's to end. */
export const createPostgresEventStore = (pool: Pool, options: PostgresEventStoreOptions = {}): PostgresEventStore =>
  new PostgresEventStore(pool, options);
