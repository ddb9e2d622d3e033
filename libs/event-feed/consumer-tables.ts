import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { keyOf, readCheckpoint } from './checkpoints.js';
import type { Policy, Projection } from './port.js';
import { isProjection } from './port.js';
import { ShadowNames } from './shadow-names.js';
import { dropBeside, putStandIns, standInsOf } from './stand-ins.js';

/** `alone`: under the names of its tables. `beside`: in a schema of its own, while the version before it answers. */
export type Place = 'alone' | 'beside';

type Consumer = Projection | Policy;

const hashOf = (parts: readonly string[]): string => createHash('sha256').update(parts.join('\u0000')).digest('hex');
/** What a consumer is made of that stands under its own names. */
export const madeAlone = ({ ddl = '' }: Consumer): string => hashOf([ddl]);
const madeBeside = (projection: Projection): string =>
  hashOf([projection.ddl, ...standInsOf(projection).flatMap(({ table, select }) => [table, select])]);

/** The consumers whose tables and checkpoint are there, each with what it was made of. */
export async function consumersMade(database: Pick<Pool | PoolClient, 'query'>): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ consumer: string; version: number; made_of: string }>(
    `SELECT consumer, version, made_of FROM feed.checkpoints
      WHERE made_of IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(tables) t(name) WHERE to_regclass(t.name) IS NULL)
        AND (shadow IS NULL OR to_regnamespace(shadow) IS NOT NULL)`,
  );
  return new Map(rows.map((row) => [keyOf({ name: row.consumer, version: row.version }), row.made_of]));
}

/** Where it was made, when nothing is left to make: then its tables need not be touched, which others may be writing. */
export function placeMade(consumer: Consumer, made: ReadonlyMap<string, string>): Place | undefined {
  const madeOf = made.get(keyOf(consumer));
  if (madeOf === madeAlone(consumer)) return 'alone';
  return isProjection(consumer) && consumer.replaces && madeOf === madeBeside(consumer) ? 'beside' : undefined;
}

/** Makes the consumer's tables and its checkpoint at 0, where they are not there yet, and says where it is built. */
export async function ensureConsumer(tx: PoolClient, consumer: Consumer): Promise<Place> {
  const place = placeMade(consumer, await consumersMade(tx));
  // Another process was quicker: what it has begun to build is left to it, unless that failed.
  const failed = (await readCheckpoint(tx, consumer))?.state === 'failed';
  if (place === 'alone' || (place === 'beside' && !failed)) return place;
  if (isProjection(consumer) && (await answersMeanwhile(tx, consumer))) {
    await ensureBeside(tx, consumer);
    return 'beside';
  }
  // The version before it is gone, or no longer in the code: what stood in for the tables makes room for them.
  const own = await readCheckpoint(tx, consumer, 'FOR UPDATE');
  if (own && own.shadow !== null) await beginAnew(tx, consumer, own.shadow);
  await ensureAlone(tx, consumer);
  return 'alone';
}

/** Whether the version before is live and this one has not begun under its own names. Holds up the folds of both. */
async function answersMeanwhile(tx: PoolClient, consumer: Projection): Promise<boolean> {
  if (consumer.replaces === undefined) return false;
  const previous = await readCheckpoint(tx, consumer.replaces.projection, 'FOR UPDATE');
  if (previous?.state !== 'running') return false;
  const own = await readCheckpoint(tx, consumer, 'FOR UPDATE');
  if (own !== undefined) return own.shadow !== null;
  const { rows } = await tx.query(
    `SELECT t.name FROM unnest($1::text[]) t(name) WHERE to_regclass(t.name) IS NOT NULL`,
    [consumer.tables],
  );
  return rows.length === 0;
}

async function ensureAlone(tx: PoolClient, consumer: Consumer): Promise<void> {
  if (consumer.ddl !== undefined) {
    await ensureSchemas(tx, consumer);
    await tx.query(consumer.ddl);
  }
  await tx.query(
    `INSERT INTO feed.checkpoints (consumer, version, kind, tables, made_of) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (consumer, version) DO UPDATE SET tables = excluded.tables, made_of = excluded.made_of`,
    [
      consumer.name,
      consumer.version,
      isProjection(consumer) ? 'projection' : 'policy',
      consumer.tables ?? [],
      madeAlone(consumer),
    ],
  );
}

/**
 * Makes empty tables in the shadow schema and, under their names, what stands in for them. The name of the schema is always the same:
 * who finds it made goes on from its checkpoint. What was made of something else begins anew, and so does what failed.
 */
async function ensureBeside(tx: PoolClient, projection: Projection): Promise<void> {
  const names = ShadowNames.beside(projection);
  const standIns = standInsOf(projection);
  await beginAnew(tx, projection, names.schema);
  await ensureSchemas(tx, projection);
  await names.make(tx);
  await putStandIns(tx, standIns);
  await checkColumns(tx, projection, names);
  await tx.query(
    `INSERT INTO feed.checkpoints (consumer, version, kind, tables, made_of, shadow) VALUES ($1, $2, 'projection', $3, $4, $5)`,
    [projection.name, projection.version, projection.tables, madeBeside(projection), names.schema],
  );
}

/** Drops what older versions of this consumer left: tables no newer version uses, checkpoints, parked events. */
export async function dropOlderVersions(tx: PoolClient, consumer: Projection | Policy): Promise<readonly number[]> {
  const { rows } = await tx.query<{ version: number; tables: string[]; shadow: string | null }>(
    `DELETE FROM feed.checkpoints WHERE consumer = $1 AND version < $2 RETURNING version, tables, shadow`,
    [consumer.name, consumer.version],
  );
  const kept = new Set(consumer.tables ?? []);
  // The newest first: the stand-ins of one that never took over hang on the tables of the one before it.
  for (const { tables, shadow } of rows.toSorted((a, b) => b.version - a.version)) {
    if (shadow !== null) {
      await dropBeside(tx, tables, shadow);
      continue;
    }
    for (const table of tables) if (!kept.has(table)) await tx.query(`DROP TABLE IF EXISTS ${table}`);
  }
  return rows.map((row) => row.version);
}

async function beginAnew(tx: PoolClient, { name, version, tables = [] }: Consumer, shadow: string): Promise<void> {
  await dropBeside(tx, tables, shadow);
  await tx.query('DELETE FROM feed.checkpoints WHERE consumer = $1 AND version = $2', [name, version]);
}

async function ensureSchemas(tx: PoolClient, { tables = [] }: Consumer): Promise<void> {
  for (const schema of new Set(tables.map((table) => table.split('.')[0] ?? 'public'))) {
    await tx.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  }
}

/** Readers ask for the columns of the new tables: better no start than pages that fail for as long as it is built. */
async function checkColumns(tx: PoolClient, projection: Projection, names: ShadowNames): Promise<void> {
  const { rows } = await tx.query<{ column: string; of: string }>(
    `SELECT a.attname AS column, t.name AS of
       FROM unnest($1::text[], $2::text[]) t(name, shadow) JOIN pg_attribute a ON a.attrelid = t.shadow::regclass
      WHERE a.attnum > 0 AND NOT a.attisdropped AND NOT EXISTS (
              SELECT FROM pg_attribute v
               WHERE v.attrelid = t.name::regclass AND v.attname = a.attname AND v.atttypid = a.atttypid)
      ORDER BY t.name, a.attnum`,
    [projection.tables, projection.tables.map((table) => names.of(table))],
  );
  const [first] = rows;
  if (first === undefined) return;
  throw new Error(
    `While ${projection.name} version ${String(projection.version)} is built, ${first.of} would have no column ` +
      `${first.column} of its type: its \`replaces.as\` must say how the version before shows it.`,
  );
}
