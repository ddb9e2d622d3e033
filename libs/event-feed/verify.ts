import type { Pool, PoolClient } from 'pg';
import type { EventStore, Position } from '../event-store/port.js';
import { readCheckpoint, type ConsumerId } from './checkpoints.js';
import { parkedPositions } from './parking.js';
import type { Projection, VerifyResult } from './port.js';
import { ShadowTables } from './shadow-tables.js';
import { transaction } from './transaction.js';

/**
 * Folds the log anew beside the live tables and compares row for row, both at the checkpoint of one snapshot: takes no lock that
 * the running service would feel. What is parked in the live projection is left out here too.
 */
export async function verifyProjection(
  pool: Pool,
  store: EventStore,
  projection: Projection,
  onProgress: (done: number, total: number) => void,
): Promise<readonly VerifyResult[]> {
  const id: ConsumerId = { name: projection.name, version: projection.version };
  for (;;) {
    const parked = new Set(await parkedPositions(pool, id));
    const results = await ShadowTables.use(pool, store, projection, async (shadow) => {
      const total = Number(await store.head());
      const told = (readTo: Position): void => onProgress(Math.min(Number(readTo), total), total);
      // Never beyond the live tables: a projection that is behind is compared where it stands.
      await shadow.foldOn(pool, (await readCheckpoint(pool, id))?.position ?? '0', parked, told);
      return transaction(
        pool,
        async (tx) => {
          const live = await readCheckpoint(tx, id);
          if (live === undefined) throw new Error(`${id.name} version ${id.version} is not in use any more.`);
          // Parked or released meanwhile: what was folded is no longer what the live tables hold.
          if (!sameMembers(parked, await parkedPositions(tx, id))) return undefined;
          await shadow.foldTo(tx, live.position, parked);
          const compared: VerifyResult[] = [];
          for (const table of projection.tables) {
            compared.push({ projection: id.name, table, ...(await compare(tx, table, shadow.names.of(table))) });
          }
          onProgress(total, total);
          return compared;
        },
        'BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout TO 0',
      );
    });
    if (results !== undefined) return results;
  }
}

async function compare(tx: PoolClient, live: string, shadow: string): Promise<{ rows: number; differences: number }> {
  const { rows } = await tx.query<{ rows: number; missing: number; extra: number }>(
    `SELECT (SELECT count(*)::int FROM ${live}) AS rows,
            (SELECT count(*)::int FROM (SELECT t::text FROM ${shadow} t EXCEPT ALL SELECT t::text FROM ${live} t) d) AS missing,
            (SELECT count(*)::int FROM (SELECT t::text FROM ${live} t EXCEPT ALL SELECT t::text FROM ${shadow} t) d) AS extra`,
  );
  const [counted] = rows;
  if (counted === undefined) throw new Error(`${live} could not be compared.`);
  return { rows: counted.rows, differences: counted.missing + counted.extra };
}

const sameMembers = (set: ReadonlySet<string>, list: readonly string[]): boolean =>
  set.size === list.length && list.every((member) => set.has(member));
