import type { PoolClient } from 'pg';
import type { ConsumerId } from './checkpoints.js';
import type { Projection } from './port.js';

/** A view under the name of a table: the rows of an older version, until the new one takes over. */
export interface StandIn {
  readonly table: string;
  readonly select: string;
}

/**
 * What stands in for the tables of a projection that replaces an older version.
 * @throws when the two do not fit together
 */
export function standInsOf({ name, version, tables, replaces }: Projection): readonly StandIn[] {
  if (replaces === undefined) return [];
  const { projection: previous, as = {} } = replaces;
  const said = `${name} version ${String(version)}`;
  if (previous.name !== name || previous.version >= version) {
    throw new Error(`${said} cannot replace ${previous.name} version ${String(previous.version)}.`);
  }
  const stray = Object.keys(as).find((table) => !tables.includes(table));
  if (stray !== undefined) throw new Error(`${said} shows ${stray}, which is none of its tables.`);
  const shared = tables.find((table) => previous.tables.includes(table));
  if (shared !== undefined) throw new Error(`${said} must not keep the table ${shared} of the version it replaces.`);
  return tables.map((table, at) => {
    const counterpart = previous.tables[at];
    const select = as[table] ?? (counterpart === undefined ? undefined : `SELECT * FROM ${counterpart}`);
    if (select !== undefined) return { table, select };
    throw new Error(
      `${said} replaces a version that has no counterpart of ${table}: its \`replaces.as\` must say what is shown there.`,
    );
  });
}

export async function putStandIns(tx: PoolClient, standIns: readonly StandIn[]): Promise<void> {
  for (const { table, select } of standIns) await tx.query(`CREATE VIEW ${table} AS ${select}`);
}

/** Takes the stand-ins away with what was built behind them. */
export async function dropBeside(tx: PoolClient, tables: readonly string[], shadow: string): Promise<void> {
  await dropStandIns(tx, tables);
  await tx.query(`DROP SCHEMA IF EXISTS ${shadow} CASCADE`);
}

export async function dropStandIns(tx: PoolClient, tables: readonly string[]): Promise<void> {
  if (tables.length > 0) await tx.query(`DROP VIEW IF EXISTS ${tables.join(', ')}`);
}

/**
 * Takes away what shows the tables of this version under the names of a newer one, so that they can be put in the place of others,
 * and gives it to be put back. As the database has it: the newer version need not be in this code.
 */
export async function takeStandIns(tx: PoolClient, { name, version }: ConsumerId): Promise<readonly StandIn[]> {
  const { rows } = await tx.query<StandIn>(
    `SELECT t.name AS table, pg_get_viewdef(to_regclass(t.name)) AS select
       FROM feed.checkpoints c CROSS JOIN unnest(c.tables) t(name)
      WHERE c.consumer = $1 AND c.version > $2 AND c.shadow IS NOT NULL AND to_regclass(t.name) IS NOT NULL`,
    [name, version],
  );
  await dropStandIns(
    tx,
    rows.map(({ table }) => table),
  );
  return rows;
}
