import type { PoolClient } from 'pg';
import { comparePositions, type EventStore, type Position } from '../event-store/port.js';
import { CheckpointMoved, readCheckpoint } from './checkpoints.js';
import { dropOlderVersions, madeAlone } from './consumer-tables.js';
import type { Projection } from './port.js';
import { ShadowNames } from './shadow-names.js';
import { ShadowTables } from './shadow-tables.js';
import { dropStandIns } from './stand-ins.js';
import type { PartitionMarks } from './tail.js';

export interface TakenOver {
  /** Where the new version stands, when it was brought further. */
  readonly position?: Position;
  /** The versions that are gone. */
  readonly older: readonly number[];
}

const none: ReadonlySet<string> = new Set();

/**
 * How long it queues for a table before it lets readers pass and tries again. Of two that wait for each other PostgreSQL gives up the one
 * that has waited for a second: that must never be a reader.
 */
const patience = '200ms';

/**
 * A version that was built beside another one takes its place, in the given transaction: who reads meanwhile reads the old rows, then
 * the new. It is brought at least as far as the old version came, so that nobody who waited for that reads less afterwards.
 * @throws CheckpointMoved when somebody else was here first
 */
export async function takeOverFromBeside(
  tx: PoolClient,
  store: EventStore,
  projection: Projection,
  marksAt: (position: Position) => PartitionMarks | undefined,
): Promise<TakenOver> {
  const { name, version, tables, replaces } = projection;
  // Holds up the folds of the old version: its rows stay as they are from here on.
  const old = replaces && (await readCheckpoint(tx, replaces.projection, 'FOR UPDATE'));
  const own = await readCheckpoint(tx, projection, 'FOR UPDATE');
  if (!own || own.shadow === null || own.state !== 'building') {
    throw new CheckpointMoved(`Another runner of ${name} version ${String(version)} was here first.`);
  }
  const names = new ShadowNames(projection, own.shadow);
  const shadow = new ShadowTables(projection, store, names, own.position);
  // The old version may be further than its checkpoint says, by events it does not want; further than the log it is not.
  const head = await store.head();
  await shadow.foldTo(tx, old && comparePositions(old.position, head) > 0 ? old.position : head, none);

  await tx.query(`SET LOCAL lock_timeout = '${patience}'`);
  await dropStandIns(tx, tables);
  // The old tables go first: an index of the new ones may have the name of one of theirs.
  const older = await dropOlderVersions(tx, projection);
  for (const table of tables) {
    await tx.query(`ALTER TABLE ${names.of(table)} SET SCHEMA ${table.split('.')[0] ?? 'public'}`);
  }
  await tx.query(`DROP SCHEMA ${names.schema} CASCADE`);
  const { position } = shadow;
  const marks = marksAt(position);
  await tx.query(
    `UPDATE feed.checkpoints SET position = $3, state = 'running', shadow = NULL, made_of = $4, marks = coalesce($5, marks)
      WHERE consumer = $1 AND version = $2`,
    [name, version, position, madeAlone(projection), marks === undefined ? null : JSON.stringify(marks)],
  );
  return { position, older };
}
