import type { PoolClient } from 'pg';
import { listStatement } from '../platform/row-list.js';
import type { KeptAs } from './row-table.js';

/** What an extracted column may hold; objects go into `json` columns, lists into array columns. */
export type ColumnValue =
  string | number | boolean | null | undefined | readonly (string | number)[] | { readonly [name: string]: unknown };

export interface KeyedRow<Row> {
  readonly row: Row | null;
  readonly position: string;
}

/** Writes all changed rows with one upsert and takes the ones that are gone away with one delete. */
export type WriteRows<Row> = (tx: PoolClient, changed: ReadonlyMap<string, KeyedRow<Row>>) => Promise<void>;

/** How the rows of a table are written. */
export function rowWriting<Row>(
  tableName: string,
  columns: Readonly<Record<string, string>>,
  columnsOf: (row: Row, key: string) => Readonly<Record<string, ColumnValue>>,
  { keptAs, saysAll }: { readonly keptAs: KeptAs; readonly saysAll: boolean },
): WriteRows<Row> {
  const names = Object.keys(columns);
  const all = ['key', 'position', 'row', ...names].join(', ');
  const set = [...names, 'position', 'row'].map((name) => `${name} = excluded.${name}`).join(', ');
  // An event that was parked may come after those that followed it.
  const latest = saysAll ? ' WHERE t.position < excluded.position' : '';
  const upsert = listStatement(
    [`key text, position bigint, row ${keptAs}`, ...names.map((name) => `${name} ${columns[name] ?? 'text'}`)].join(
      ', ',
    ),
    (rows) =>
      `INSERT INTO ${tableName} AS t (${all}) SELECT ${all} FROM ${rows} AS r ON CONFLICT (key) DO UPDATE SET ${set}${latest}`,
  );
  return async (tx, changed) => {
    const gone: string[] = [];
    const rows: object[] = [];
    for (const [key, { row, position }] of changed) {
      if (row === null) {
        gone.push(key);
        continue;
      }
      const extracted = columnsOf(row, key);
      const unknown = Object.keys(extracted).find((name) => !(name in columns));
      if (unknown !== undefined) throw new Error(`${tableName} has no column ${unknown}.`);
      rows.push({ ...extracted, key, position, row });
    }
    if (gone.length > 0) await tx.query(`DELETE FROM ${tableName} WHERE key = ANY ($1)`, [gone]);
    if (rows.length > 0) await tx.query(upsert.with(rows));
  };
}
