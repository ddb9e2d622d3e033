import type { EventStore, Position, StoredEvent } from '../event-store/port.js';
import { readCheckpoint, type ConsumerId } from './checkpoints.js';
import { parkedPositions, readParked, release, tellReason } from './parking.js';
import { PolicyRunner } from './policy-runner.js';
import { ProjectionRunner, foldOne } from './projection-runner.js';
import type { Runner } from './runner.js';
import type { Pool } from 'pg';
import { transaction } from './transaction.js';

/**
 * Lets the parked events of a subject through in log order, until one fails again; that one keeps its new reason.
 * Works beside the running consumer, also one that another process runs: both hold on to the row of the checkpoint.
 */
export async function retryParked(
  pool: Pool,
  store: EventStore,
  runner: Runner,
  subject: string,
): Promise<{ released: number }> {
  let released = 0;
  // What comes in for the subject meanwhile is parked behind the rest: go on until nothing is left.
  for (;;) {
    const [position] = await parkedPositions(pool, runner.id, subject);
    if (position === undefined) break;
    const event = await eventAt(pool, store, runner.id, position);
    const done = await transaction(pool, async (tx) => {
      await readCheckpoint(tx, runner.id, 'FOR UPDATE');
      const [first] = await parkedPositions(tx, runner.id, subject);
      if (first !== position) return true;
      const reason = await dealWith(runner, event, tx);
      if (reason === undefined) await release(tx, runner.id, position);
      else await tellReason(tx, runner.id, position, reason);
      released += reason === undefined ? 1 : 0;
      return reason === undefined;
    });
    if (!done) break;
  }
  runner.poke();
  return { released };
}

function dealWith(runner: Runner, event: StoredEvent, tx: Parameters<typeof foldOne>[2]): Promise<string | undefined> {
  if (runner instanceof ProjectionRunner) return foldOne(runner.consumer, event, tx);
  if (runner instanceof PolicyRunner) return runner.react(event);
  throw new Error('A consumer is a projection or a policy.');
}

async function eventAt(
  pool: Pool,
  store: EventStore,
  { name, version }: ConsumerId,
  position: Position,
): Promise<StoredEvent> {
  const { rows } = await pool.query<{ stream_id: string | null; revision: number | null }>(
    `SELECT stream_id, revision FROM feed.parked WHERE consumer = $1 AND version = $2 AND position = $3`,
    [name, version, position],
  );
  const { stream_id: streamId = null, revision = null } = rows[0] ?? {};
  const event = await readParked(store, { position, streamId, revision });
  if (event === undefined) throw new Error(`The log has no event at ${position}.`);
  return event;
}
