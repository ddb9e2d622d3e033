/** Who did it: a user, a feed or a policy. Ids only, never names. */
export interface Actor {
  readonly id: string;
  readonly role: string;
  readonly organisation: string;
}

export interface EventMetadata {
  readonly correlationId: string;
  readonly causationId?: string;
  readonly actor: Actor;
  /** Where it came from: `api`, `page`, `mllp`, `policy:<name>`, `import`, … */
  readonly source: string;
}

/**
 * A decimal string above 0; `'0'` stands for "before the first event". Compare with `comparePositions` and reckon with nothing else:
 * only PostgreSQL gives them without gaps, and EventStoreDB reads on from positions it gave, not from numbers between.
 */
export type Position = string;

export interface EventToAppend {
  /**
   * A UUID (version 7, or deterministic): appending the same id to its stream again returns the first result. In another stream it is
   * an error in PostgreSQL, and another event in EventStoreDB: make ids so that the same id is always meant for the same stream.
   */
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** When it was true (ISO instant, UTC). */
  readonly occurredAt: string;
  readonly personId?: string;
  readonly data: object;
}

export interface StoredEvent<D = Readonly<Record<string, unknown>>> {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly streamId: string;
  /** 0 for the first event of a stream. */
  readonly revision: number;
  readonly position: Position;
  readonly occurredAt: string;
  /**
   * When we knew: set by the store as it puts events in order, never runs backwards. (In EventStoreDB it is the clock of the leading
   * server, which must be slewed and not stepped.)
   */
  readonly recordedAt: string;
  readonly personId?: string;
  readonly data: D;
  readonly metadata: EventMetadata;
}

export type ExpectedRevision = number | 'no-stream' | 'any';

/** Revision and position are those of the last event of the append; its events stand one after the other. */
export type AppendResult =
  | {
      readonly ok: true;
      readonly revision: number;
      readonly position: Position;
      /** These event ids were appended before: revision and position are those of that time. */
      readonly duplicate: boolean;
      /** When we knew, and the position of each event, of an append that is not a duplicate. */
      readonly recordedAt?: string;
      readonly positions?: readonly Position[];
    }
  | { readonly ok: false; readonly code: 'wrong-revision'; readonly actual: number | null };

/** Empty = everything. Types and prefixes are joined by "and". */
export interface EventFilter {
  readonly types?: readonly string[];
  readonly streamPrefixes?: readonly string[];
}

export interface AllPage {
  readonly events: readonly StoredEvent[];
  /** How far the log was read, filter or not: read on from here. */
  readonly readTo: Position;
  /** True when there was no more to read at that moment. */
  readonly atEnd: boolean;
}

/**
 * The log: one total order, in commit order, with no gap a reader can fall into.
 * An abstract class so that it can be injected.
 */
export abstract class EventStore {
  /** All or nothing. Throws only when the database cannot be reached (`StoreUnavailable`) or an event breaks its contract. */
  abstract append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult>;
  abstract readStream(streamId: string, fromRevision?: number): Promise<readonly StoredEvent[]>;
  /** Events after `after` in log order, at most `limit`; fewer, or none, also where the log goes on: read on from `readTo` until `atEnd`. */
  abstract readAll(after: Position, filter: EventFilter, limit: number): Promise<AllPage>;
  abstract head(): Promise<Position>;
  /** "Known at" is a prefix of the log: the position of the last event that was recorded by then, `'0'` when there is none. */
  abstract recordedBy(instant: string): Promise<Position>;
  /** Follows the log for ever, page by page, until the signal aborts. */
  abstract subscribe(after: Position, filter: EventFilter, signal: AbortSignal): AsyncIterable<AllPage>;
}

export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export const comparePositions = (a: Position, b: Position): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
