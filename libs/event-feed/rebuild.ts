import type { Pool, PoolClient } from 'pg';
import { comparePositions, type EventStore } from '../event-store/port.js';
import { analyze } from './analyze.js';
import { readCheckpoint, type ConsumerId } from './checkpoints.js';
import type { Projection } from './port.js';
import { ShadowTables } from './shadow-tables.js';
import { putStandIns, takeStandIns } from './stand-ins.js';
import { transaction } from './transaction.js';

const none: ReadonlySet<string> = new Set();

/**
 * Builds a projection anew from the log and puts it in the place of the live one in a single transaction:
 * who reads meanwhile reads the old rows, then the new. Also beside a running service. What was parked is folded with the rest;
 * an event that does not fold stops the rebuild, and everything stays as it was.
 */
export async function rebuildProjection(
  pool: Pool,
  store: EventStore,
  projection: Projection,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const id: ConsumerId = { name: projection.name, version: projection.version };
  await ShadowTables.use(pool, store, projection, async (shadow) => {
    const total = Number(await store.head());
    await shadow.foldOn(pool, undefined, none, (readTo) => onProgress(Math.min(Number(readTo), total), total));
    await analyze(
      pool,
      projection.tables.map((table) => shadow.names.of(table)),
    );
    await transaction(pool, async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '30s'; SET LOCAL statement_timeout TO 0`);
      const live = await readCheckpoint(tx, id, 'FOR UPDATE');
      if (live === undefined)
        throw new Error(`${projection.name} version ${projection.version} is not in use any more.`);
      if (comparePositions(shadow.position, live.position) < 0) await shadow.foldTo(tx, live.position, none);
      const standIns = await takeStandIns(tx, id);
      for (const table of projection.tables) await replaceTable(tx, table, shadow.names.of(table));
      await putStandIns(tx, standIns);
      await tx.query(`DELETE FROM feed.parked WHERE consumer = $1 AND version = $2`, [id.name, id.version]);
      await tx.query(
        `UPDATE feed.checkpoints
            SET position = $3, state = 'running', reason = NULL, parked_version = parked_version + 1
          WHERE consumer = $1 AND version = $2`,
        [id.name, id.version, shadow.position],
      );
    });
    onProgress(total, total);
  });
}

async function replaceTable(tx: PoolClient, live: string, shadow: string): Promise<void> {
  await tx.query(`DROP TABLE IF EXISTS ${live}`);
  await tx.query(`ALTER TABLE ${shadow} SET SCHEMA ${live.split('.')[0] ?? 'public'}`);
}
