import type { Pool } from 'pg';
import type { Position } from '../event-store/port.js';
import { keyOf, readCheckpoints } from './checkpoints.js';
import { isProjection, type ConsumerStatus } from './port.js';
import type { Runner } from './runner.js';
import type { Succession } from './succession.js';

type Checkpoints = Awaited<ReturnType<typeof readCheckpoints>>;

/** How the consumers are, as the database and the runners of this process know it; what answers stands before what is built beside it. */
export async function statusesOf(
  pool: Pool,
  consumers: readonly Succession[],
  head: Position,
): Promise<readonly ConsumerStatus[]> {
  const checkpoints = await readCheckpoints(
    pool,
    consumers.flatMap(({ ids }) => ids),
  );
  return consumers.flatMap(({ previous, current }): ConsumerStatus[] => {
    const status = statusOf(current, checkpoints, head);
    // The version before is gone in the moment in which the new one has taken over.
    if (previous === undefined || !checkpoints.has(keyOf(previous.id))) return [status];
    return [statusOf(previous, checkpoints, head), { ...status, beside: true }];
  });
}

function statusOf({ id, consumer, held, position }: Runner, checkpoints: Checkpoints, head: Position): ConsumerStatus {
  const checkpoint = checkpoints.get(keyOf(id));
  const reached = held ? position : (checkpoint?.position ?? '0');
  return {
    ...id,
    kind: isProjection(consumer) ? 'projection' : 'policy',
    position: reached,
    lag: Math.max(0, Number(BigInt(head) - BigInt(reached))),
    parked: checkpoint?.parked ?? 0,
    state: checkpoint?.state ?? 'stopped',
    ...(checkpoint?.state === 'failed' && checkpoint.reason !== null && { reason: checkpoint.reason }),
  };
}
