import type { PoolClient } from 'pg';
import type { EventFilter, EventMetadata, Position, StoredEvent } from '../event-store/port.js';

/** A read model: folds pages of events into its own tables, with the checkpoint in the same transaction. */
export interface Projection {
  /** `<context>.<name>`, e.g. `discharge.board`. */
  readonly name: string;
  /** Part of its table names: a new version builds beside the old one. */
  readonly version: number;
  readonly wants: EventFilter;
  /**
   * All tables it writes, fully qualified (`discharge.board_v1`): replaced by a rebuild, compared row for row by `homeward verify`.
   *
   * Rebuild and verify fold into shadow tables: they send the same SQL with exactly these names put to another schema. So name the
   * tables in SQL as here (schema and name, unquoted, no `search_path`), all in one schema, and write to no table that is not listed.
   */
  readonly tables: readonly string[];
  /**
   * DDL, idempotent (`CREATE TABLE IF NOT EXISTS …` with its indexes; index names without schema). Columns that differ from run to
   * run (sequences, `DEFAULT now()`) would be found as differences.
   */
  readonly ddl: string;
  /**
   * Folds one page, in log order, in the given transaction: load the rows touched, fold in memory, write with multi-row upserts.
   * Must depend on nothing but the events and its own tables (no clock, no random), or the rebuilt tables will differ.
   */
  fold(events: readonly StoredEvent[], tx: PoolClient): Promise<void>;
  /** What answers while this version is built for the first time; without it readers see this one's tables fill. */
  readonly replaces?: Replaces;
}

/**
 * The version before this one, kept in the code for one release. Where it was live it goes on being folded, and its rows are seen
 * under the names of the new tables, until the new version has caught up and takes over, at one stroke.
 */
export interface Replaces {
  readonly projection: Projection;
  /**
   * By table of the new version, the SELECT that shows the rows of the version before in the shape of the new ones: every column
   * of the new table, by name and type. Default: `SELECT *` from the table that stood at the same place in `tables`.
   */
  readonly as?: Readonly<Record<string, string>>;
}

/** Turns events into commands of its own context by reconciling: compare what is true with what was done, issue the difference. */
export interface Policy {
  readonly name: string;
  readonly version: number;
  readonly wants: EventFilter;
  /** Own working tables, if it keeps any, as for a projection. */
  readonly ddl?: string;
  readonly tables?: readonly string[];
  /**
   * At least once, in log order per person (events without one: per stream), different persons side by side. Must be idempotent:
   * event ids made from business keys. Throwing `StoreUnavailable`, or a statement that was ended because it took too long
   * (57014), means "later": it is tried again for as long as it takes. Anything else thrown twice parks the event, and what follows of the same person waits behind it.
   * May wait for projections (`feed.caughtUp`), never for policies.
   */
  react(event: StoredEvent, context: PolicyContext): Promise<void>;
}

export interface PolicyContext {
  /** Metadata for what the policy writes: actor `policy:<name>`, causation = the event. */
  readonly metadata: EventMetadata;
  /** Tell the feed the positions of what was written, so that `settled` can follow the consequences. */
  wrote(position: Position): void;
}

export type ConsumerState = 'running' | 'building' | 'stopped' | 'failed';

export interface ConsumerStatus {
  readonly name: string;
  readonly version: number;
  /** `relay`: what publishes the log to Kafka. */
  readonly kind: 'projection' | 'policy' | 'relay';
  readonly position: Position;
  readonly lag: number;
  readonly parked: number;
  /** `building`: not yet up to date for the first time. `failed`: met an event it cannot fold while building. `stopped`: a newer version took over. */
  readonly state: ConsumerState;
  /** Why it failed to build. */
  readonly reason?: string;
  /** Built while an older version answers under this name: shown, but nobody waits for it. */
  readonly beside?: true;
}

/** Runs the consumers of this process. An abstract class so that it can be injected. */
export abstract class EventFeed {
  /** Called by each context's module at start-up (`onModuleInit`), before `start`. */
  abstract register(consumer: Projection | Policy): void;
  abstract start(): Promise<void>;
  abstract stop(): Promise<void>;
  /**
   * Resolves when every consumer of this process has dealt with the log up to `position` *and* with what policies wrote because of it.
   * `false` when that took longer than the timeout (default 5 s). With `consumers`, only these are waited for, and of the
   * consequences only those that these wrote. Consumers that another process runs are waited for too; failed ones are not.
   */
  abstract settled(
    position: Position,
    options?: { timeoutMs?: number; consumers?: readonly string[] },
  ): Promise<boolean>;
  /** `settled(head)`: for a command that needs the newest facts of other contexts before it decides. */
  abstract caughtUp(consumers: readonly string[], timeoutMs?: number): Promise<boolean>;
  /** Calls back after each committed page of a projection (in this process) with the page's last position. For SSE. */
  abstract onCommitted(consumer: string, listener: (readTo: Position) => void): () => void;
  abstract status(): Promise<readonly ConsumerStatus[]>;
  /** Why events do not come through just now, in a sentence each; none when all is well. */
  abstract faults(): readonly string[];
  abstract parked(consumer?: string): Promise<readonly ParkedEvent[]>;
  /** Lets the parked events of a subject through in log order, up to one that fails again. */
  abstract retryParked(consumer: string, subject: string): Promise<{ released: number }>;
  /**
   * Builds one projection anew from the log and puts it in the place of the live one at once, beside the running service or without
   * one; reports progress as events done of total. Rejects, and leaves everything as it was, when an event does not fold.
   */
  abstract rebuild(name: string, onProgress?: (done: number, total: number) => void): Promise<void>;
  /** Folds the log anew beside the live tables and compares row for row at the same position. */
  abstract verify(
    onProgress?: (projection: string, done: number, total: number) => void,
  ): Promise<readonly VerifyResult[]>;
}

export interface ParkedEvent {
  readonly consumer: string;
  readonly subject: string;
  readonly position: Position;
  readonly eventId: string;
  readonly type: string;
  readonly reason: string;
  readonly parkedAt: string;
}

export interface VerifyResult {
  readonly projection: string;
  readonly table: string;
  readonly rows: number;
  readonly differences: number;
}

export const isProjection = (consumer: Projection | Policy): consumer is Projection => 'fold' in consumer;
