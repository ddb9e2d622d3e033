import type { PoolClient } from 'pg';
import { prepared } from '../platform/prepared.js';
import type { KeptAs } from './row-table.js';

/** What an extracted column may hold; objects go into `json` columns, lists into array columns. */
export type ColumnValue =
  string | number | boolean | null | undefined | readonly (string | number)[] | { readonly [name: string]: unknown };

export interface KeyedRow<Row> {
  readonly row: Row | null;
  readonly position: string;
}

/** Writes all changed rows with one upsert and takes the ones that are gone away with one delete. */
export async function writeRows<Row>(
  tx: PoolClient,
  tableName: string,
  columns: Readonly<Record<string, string>>,
  changed: ReadonlyMap<string, KeyedRow<Row>>,
  columnsOf: (row: Row, key: string) => Readonly<Record<string, ColumnValue>>,
  keptAs: KeptAs,
): Promise<void> {
  const names = Object.keys(columns);
  const gone: string[] = [];
  const keys: string[] = [];
  const positions: string[] = [];
  const rows: string[] = [];
  const values: (string | null)[][] = names.map(() => []);
  for (const [key, { row, position }] of changed) {
    if (row === null) {
      gone.push(key);
      continue;
    }
    keys.push(key);
    positions.push(position);
    rows.push(storableJson(row));
    const extracted = columnsOf(row, key);
    const unknown = Object.keys(extracted).find((name) => !(name in columns));
    if (unknown !== undefined) throw new Error(`${tableName} has no column ${unknown}.`);
    for (const [at, name] of names.entries()) values[at]?.push(columnText(extracted[name], columns[name] ?? 'text'));
  }
  if (gone.length > 0) await tx.query(`DELETE FROM ${tableName} WHERE key = ANY ($1)`, [gone]);
  if (keys.length === 0) return;
  const aliases = names.map((_, at) => `c${at}`);
  const set = [...names, 'position', 'row'].map((name) => `${name} = excluded.${name}`);
  const statement = prepared(
    `INSERT INTO ${tableName} (key, position, row${names.map((name) => `, ${name}`).join('')})
     SELECT u.key, u.position::bigint, u.row::${keptAs}${names.map((name, at) => `, u.c${at}::${columns[name] ?? 'text'}`).join('')}
       FROM unnest($1::text[], $2::text[], string_to_array($3, E'\\x1e')${aliases.map((_, at) => `, $${at + 4}::text[]`).join('')})
         AS u(${['key', 'position', 'row', ...aliases].join(', ')})
     ON CONFLICT (key) DO UPDATE SET ${set.join(', ')}`,
    [keys, positions, rows.join('\u001e'), ...values],
  );
  await tx.query(statement);
}

/** `jsonb` takes neither NUL nor half a character: both become the replacement character, here as at every rebuild. */
export function storableJson(row: unknown): string {
  const text = JSON.stringify(row);
  if (!/\\u(0000|d[89a-f])/i.test(text)) return text;
  const storable = (value: string): string => value.replaceAll('\u0000', '\ufffd').toWellFormed();
  return JSON.stringify(row, (_name, value: unknown) => {
    if (typeof value === 'string') return storable(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [storable(name), part]));
  });
}

function columnText(value: ColumnValue, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.replaceAll('\u0000', '\ufffd').toWellFormed();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (type.endsWith('[]') && Array.isArray(value)) {
    const quoted = value.map((part: unknown) => `"${String(part).replace(/[\\"]/g, '\\$&')}"`);
    return `{${quoted.join(',')}}`;
  }
  return storableJson(value);
}
