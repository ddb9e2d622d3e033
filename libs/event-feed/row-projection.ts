import type { Pool, PoolClient } from 'pg';
import type { Recorded } from '../event-store/decider.js';
import type { EventFilter, StoredEvent } from '../event-store/port.js';
import type { Projection, Replaces } from './port.js';
import { rowTableDdl, type KeptAs } from './row-table.js';
import { rowWriting, type ColumnValue, type KeyedRow } from './row-write.js';
import { prepared } from '../platform/prepared.js';

export interface AnyEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface RowProjectionOptions<Row, E extends { type: string; data: unknown }> {
  /** `<context>.<name>`, e.g. `discharge.board`. */
  readonly name: string;
  /** Raise it when the rows would come out otherwise from the same events: the new ones build beside the old. */
  readonly version: number;
  readonly wants: EventFilter;
  /** The schema of the context and the name of the table; the table is called `<schema>.<table>_v<version>`. */
  readonly schema: string;
  readonly table: string;
  /** Extracted columns to search and sort by, with their SQL types: `{ hospital: 'text', due_on: 'date', tags: 'text[]' }`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Indexes over extracted columns: `'hospital'`, `'hospital, due_on'`, or anything that may stand in the brackets of an index. */
  readonly indexes?: readonly string[];
  /** The rows an event touches; none when it touches none. */
  keyOf(event: Recorded<E>): string | readonly string[] | undefined;
  /** What a row starts as. */
  initial(key: string): Row;
  /** The row after the event. The same object means unchanged; null means there is no such row (any more). */
  evolve(row: Row, event: Recorded<E>, key: string): Row | null;
  columnsOf?(row: NonNullable<Row>, key: string): Readonly<Record<string, ColumnValue>>;
  /** `json` where rows are read whole: SQL of one's own may look into them, but not index what is in them. Default `jsonb`. */
  readonly keptAs?: KeptAs;
  /** Every event says the whole row, which `evolve` makes without what was there before: that is not read, and stays if it is of a later event. */
  readonly saysAll?: boolean;
  /** The version before, which answers while this one is built. */
  readonly replaces?: Replaces;
}

/** A read model of rows, with the ways to read it. */
export interface RowProjection<Row> extends Projection {
  /** Fully qualified, with the version: for SQL of one's own. Columns: `key`, `row` (`keptAs`), `position` (of the last event that changed it), and the extracted ones. */
  readonly tableName: string;
  find(database: Queryable, key: string): Promise<NonNullable<Row> | undefined>;
  /** All rows for which the SQL after `FROM table t` holds: `select(pool, 'WHERE t.hospital = $1 ORDER BY t.due_on', [hospital])`. */
  select(database: Queryable, rest?: string, params?: readonly unknown[]): Promise<NonNullable<Row>[]>;
}

export type Queryable = Pick<Pool | PoolClient, 'query'>;

/**
 * A projection of one jsonb row per key: loads the rows a page touches, folds in memory, writes with one statement.
 *
 * ```ts
 * export const board = rowProjection<BoardRow, CaseEvent>({
 *   name: 'discharge.board', version: 1, wants: { streamPrefixes: ['case-'] },
 *   schema: 'discharge', table: 'board',
 *   keyOf: (event) => event.streamId,
 *   initial: (key) => ({ caseId: key, hospital: null, pathway: null }),
 *   evolve: (row, event) => {
 *     switch (event.type) {
 *       case 'PathwayAssigned': return { ...row, pathway: event.data.pathway };
 *       default: return row;
 *     }
 *   },
 *   columns: { hospital: 'text' },
 *   columnsOf: (row) => ({ hospital: row.hospital }),
 *   indexes: ['hospital'],
 * });
 * feed.register(board);
 * const rows = await board.select(database.pool, 'WHERE t.hospital = $1', ['RAL']);
 * ```
 *
 * Rows are JSON: no Dates, Maps or class instances. A fold asks nothing but the row and the event.
 */
export function rowProjection<Row, E extends { type: string; data: unknown } = AnyEvent>(
  options: RowProjectionOptions<Row, E>,
): RowProjection<Row> {
  const { name, version, wants, columns = {}, keptAs = 'jsonb', saysAll = false } = options;
  const tableName = `${options.schema}.${options.table}_v${version}`;
  const write = rowWriting<NonNullable<Row>>(tableName, columns, (row, key) => options.columnsOf?.(row, key) ?? {}, {
    keptAs,
    saysAll,
  });
  const selectRows = async (database: Queryable, rest: string, params: readonly unknown[]) => {
    const { rows } = await database.query<{ row: NonNullable<Row> }>(`SELECT t.row FROM ${tableName} t ${rest}`, [
      ...params,
    ]);
    return rows.map(({ row }) => row);
  };
  return {
    name,
    version,
    wants,
    ...(options.replaces && { replaces: options.replaces }),
    tables: [tableName],
    tableName,
    ddl: rowTableDdl(options.schema, tableName, columns, options.indexes ?? [], keptAs),
    fold: async (events, tx) => {
      const touched = touchedKeys(options, events);
      const asked = saysAll ? [] : [...new Set(touched.flatMap(({ keys }) => keys))];
      const before = await load<Row>(tx, tableName, asked);
      const after = foldRows(options, touched, before);
      await write(tx, after);
    },
    find: async (database, key) => (await selectRows(database, 'WHERE t.key = $1', [key]))[0],
    select: (database, rest = '', params = []) => selectRows(database, rest, params),
  };
}

interface Touch<E> {
  readonly event: E;
  readonly keys: readonly string[];
}

function touchedKeys<Row, E extends { type: string; data: unknown }>(
  options: RowProjectionOptions<Row, E>,
  events: readonly StoredEvent[],
): Touch<Recorded<E>>[] {
  // What is in the log was checked against its contract when it was appended; `wants` says which contracts these are.
  const typed = events as readonly unknown[] as readonly Recorded<E>[];
  return typed.flatMap((event) => {
    const found = options.keyOf(event) ?? [];
    const keys = typeof found === 'string' ? [found] : [...new Set(found)];
    return keys.length === 0 ? [] : [{ event, keys }];
  });
}

async function load<Row>(
  tx: PoolClient,
  tableName: string,
  keys: readonly string[],
): Promise<Map<string, NonNullable<Row>>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; row: NonNullable<Row> }>(
    prepared(`SELECT key, row FROM ${tableName} WHERE key = ANY ($1)`, [keys]),
  );
  return new Map(rows.map(({ key, row }) => [key, row]));
}

/** The rows that came out changed, by key; null for those that are gone. */
function foldRows<Row, E extends { type: string; data: unknown }>(
  options: RowProjectionOptions<Row, E>,
  touched: readonly Touch<Recorded<E>>[],
  before: ReadonlyMap<string, NonNullable<Row>>,
): Map<string, KeyedRow<NonNullable<Row>>> {
  const after = new Map<string, KeyedRow<NonNullable<Row>>>();
  for (const { event, keys } of touched) {
    for (const key of keys) {
      const changed = after.get(key);
      const now = (changed === undefined ? before.get(key) : changed.row) ?? options.initial(key);
      const next = options.evolve(now, event, key);
      if (next === now) continue;
      after.set(key, { row: next ?? null, position: event.position });
    }
  }
  return after;
}
