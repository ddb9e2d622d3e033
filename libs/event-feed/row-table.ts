import { createHash } from 'node:crypto';

/** `json`: the text as it was written, which costs half to write and is slower to look into; `jsonb`: parsed. */
export type KeptAs = 'json' | 'jsonb';

/**
 * The DDL of a table of keyed JSON rows with extracted columns and their indexes. Idempotent. A quarter of each page stays free for
 * the rows in it that are written again: as long as no indexed column changes, their indexes are then left alone (heap-only tuples).
 */
export function rowTableDdl(
  schema: string,
  tableName: string,
  columns: Readonly<Record<string, string>>,
  indexes: readonly string[],
  keptAs: KeptAs = 'jsonb',
): string {
  const extracted = Object.entries(columns).map(([column, type]) => {
    if (!/^[a-z][a-z0-9_]*$/.test(column) || ['key', 'row', 'position'].includes(column)) {
      throw new Error(`${tableName} cannot have an extracted column named ${column}.`);
    }
    return `  ${column} ${type},\n`;
  });
  const table = `CREATE TABLE IF NOT EXISTS ${tableName} (
  key text COLLATE "C" PRIMARY KEY,
${extracted.join('')}  position bigint NOT NULL,
  row ${keptAs} NOT NULL
) WITH (fillfactor = 75);`;
  const lines = indexes.map(
    (on) =>
      `CREATE INDEX IF NOT EXISTS ${indexName(tableName, on)} ON ${tableName} ${/^(?:\(.*\)|using\b.*)$/i.test(on) ? on : `(${on})`};`,
  );
  return [`CREATE SCHEMA IF NOT EXISTS ${schema};`, table, ...lines].join('\n');
}

/** PostgreSQL cuts names at 63 characters: longer ones end in a hash, so that two indexes never get one name. */
function indexName(tableName: string, on: string): string {
  const name = `${tableName.slice(tableName.indexOf('.') + 1)}_${on.replace(/[^a-z0-9]+/gi, '_').replace(/^_|_$/g, '')}`;
  if (name.length <= 60) return name;
  return `${name.slice(0, 50)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
