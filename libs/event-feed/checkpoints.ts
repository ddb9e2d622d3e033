import type { Pool, PoolClient } from 'pg';
import type { Position } from '../event-store/port.js';
import type { PartitionMarks } from './tail.js';
import { prepared } from '../platform/prepared.js';

export type StoredState = 'building' | 'running' | 'failed';

export interface Checkpoint {
  readonly position: Position;
  readonly state: StoredState;
  readonly reason: string | null;
  readonly lastOutput: Position;
  readonly parkedVersion: string;
  /** The schema it is built in while the version before it answers; null once its tables stand under their own names. */
  readonly shadow: string | null;
}

export interface ConsumerId {
  readonly name: string;
  readonly version: number;
}

/** Somebody else moved this checkpoint: whatever was done in this transaction must not count. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

type Database = Pick<Pool | PoolClient, 'query'>;

interface CheckpointRow {
  position: string;
  state: StoredState;
  reason: string | null;
  last_output: string;
  parked_version: string;
  shadow: string | null;
}

const columns = `position, state, reason, last_output, parked_version, shadow`;

const checkpointOf = (row: CheckpointRow): Checkpoint => ({
  position: row.position,
  state: row.state,
  reason: row.reason,
  lastOutput: row.last_output,
  parkedVersion: row.parked_version,
  shadow: row.shadow,
});

/** A consumer in a map of them: versions of one name are different consumers. */
export const keyOf = ({ name, version }: ConsumerId): string => `${name} v${String(version)}`;

/** The checkpoint; undefined when there is none (any more: a newer version has taken over). */
export async function readCheckpoint(
  database: Database,
  { name, version }: ConsumerId,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Checkpoint | undefined> {
  const { rows } = await database.query<CheckpointRow>(
    `SELECT ${columns} FROM feed.checkpoints WHERE consumer = $1 AND version = $2 ${lock}`,
    [name, version],
  );
  return rows[0] && checkpointOf(rows[0]);
}

/** The checkpoints of several consumers, by `keyOf`. */
export async function readCheckpoints(
  database: Database,
  consumers: readonly ConsumerId[],
): Promise<ReadonlyMap<string, Checkpoint & { readonly parked: number }>> {
  const { rows } = await database.query<CheckpointRow & { consumer: string; version: number; parked: number }>(
    `SELECT consumer, version, ${columns},
            (SELECT count(*)::int FROM feed.parked p WHERE p.consumer = c.consumer AND p.version = c.version) AS parked
       FROM feed.checkpoints c JOIN unnest($1::text[], $2::int[]) i(consumer, version) USING (consumer, version)`,
    [consumers.map((consumer) => consumer.name), consumers.map((consumer) => consumer.version)],
  );
  return new Map(
    rows.map((row) => [
      keyOf({ name: row.consumer, version: row.version }),
      { ...checkpointOf(row), parked: row.parked },
    ]),
  );
}

/**
 * Compare-and-set, and by it the right to the rest of the transaction: two runners of one consumer wait for each other here,
 * and the second finds the position moved.
 * @throws CheckpointMoved
 */
export async function moveCheckpoint(
  tx: PoolClient,
  { name, version }: ConsumerId,
  from: Position,
  to: Position,
  { lastOutput = '0', marks }: { lastOutput?: Position; marks?: PartitionMarks | undefined } = {},
): Promise<Checkpoint> {
  const { rows } = await tx.query<CheckpointRow>({
    name: 'feed-move-checkpoint',
    text: `UPDATE feed.checkpoints
              SET position = $4, last_output = greatest(last_output, $5), marks = coalesce($6, marks)
            WHERE consumer = $1 AND version = $2 AND position = $3 RETURNING ${columns}`,
    values: [name, version, from, to, lastOutput, marks === undefined ? null : JSON.stringify(marks)],
  });
  const [row] = rows;
  if (row === undefined) throw new CheckpointMoved(`Another runner of ${name} was here first.`);
  return checkpointOf(row);
}

/**
 * Moves the checkpoints of consumers that were passed by events they do not want. Gives those that moved, by `keyOf`. One that
 * somebody holds (a retry, a rebuild that ends) is left for the next time: the others need not wait for him.
 */
export async function moveIdleCheckpoints(
  pool: Pool,
  moves: readonly (ConsumerId & { from: Position; to: Position; marks: PartitionMarks | undefined })[],
): Promise<ReadonlySet<string>> {
  const statement = prepared(
    `UPDATE feed.checkpoints c SET position = m.new_position, marks = coalesce(m.marks, c.marks)
       FROM (SELECT m.* FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::jsonb[])
                    m(consumer, version, old_position, new_position, marks)
               JOIN feed.checkpoints free ON free.consumer = m.consumer AND free.version = m.version
                FOR UPDATE OF free SKIP LOCKED) m
      WHERE c.consumer = m.consumer AND c.version = m.version AND c.position = m.old_position
      RETURNING c.consumer, c.version`,
    [
      moves.map((move) => move.name),
      moves.map((move) => move.version),
      moves.map((move) => move.from),
      moves.map((move) => move.to),
      moves.map((move) => (move.marks === undefined ? null : JSON.stringify(move.marks))),
    ],
  );
  const { rows } = await pool.query<{ consumer: string; version: number }>(statement);
  return new Set(rows.map((row) => keyOf({ name: row.consumer, version: row.version })));
}

/** Where the consumer was to read on in its topic, as of its checkpoint. */
export async function readMarks(
  database: Database,
  { name, version }: ConsumerId,
): Promise<{ readonly position: Position; readonly marks: PartitionMarks | null } | undefined> {
  const { rows } = await database.query<{ position: Position; marks: PartitionMarks | null }>(
    `SELECT position, marks FROM feed.checkpoints WHERE consumer = $1 AND version = $2`,
    [name, version],
  );
  return rows[0];
}

/** What has been built, perhaps by another runner, does not fail to be built any more. */
export async function setState(
  database: Database,
  { name, version }: ConsumerId,
  state: StoredState,
  reason: string | null = null,
): Promise<void> {
  await database.query(
    `UPDATE feed.checkpoints SET state = $3, reason = $4
      WHERE consumer = $1 AND version = $2 AND ($3 <> 'failed' OR state = 'building')`,
    [name, version, state, reason],
  );
}
