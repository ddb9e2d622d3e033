import type { Pool } from 'pg';
import { keyOf, moveIdleCheckpoints, readCheckpoints } from './checkpoints.js';
import { awaitedChannel } from './lease-keeper.js';
import type { Runner } from './runner.js';

/** Writes down how far consumers were passed by events they do not want, all in one statement. */
export async function saveIdleMoves(pool: Pool, runners: readonly Runner[]): Promise<void> {
  const moves = runners.flatMap((runner) => {
    const move = runner.idleMove();
    return move === undefined ? [] : [{ runner, move }];
  });
  if (moves.length === 0) return;
  const saving = moveIdleCheckpoints(
    pool,
    moves.map(({ move }) => move),
  ).then((saved) => {
    for (const { runner, move } of moves) if (saved.has(keyOf(move))) runner.idleMoved(move.to);
  });
  const over = saving.catch(() => undefined);
  for (const { runner } of moves) runner.waitFor(over);
  await saving;
}

/** Consumers that another process runs: gives those that have come further since, or changed their state. */
export async function observeElsewhere(
  pool: Pool,
  runners: readonly Runner[],
  awaited: boolean,
): Promise<readonly Runner[]> {
  const elsewhere = runners.filter((runner) => !runner.held);
  if (elsewhere.length === 0) return [];
  if (awaited) await pool.query(`NOTIFY ${awaitedChannel}`);
  const checkpoints = await readCheckpoints(
    pool,
    elsewhere.map((runner) => runner.id),
  );
  return elsewhere.filter((runner) => {
    const checkpoint = checkpoints.get(keyOf(runner.id));
    return checkpoint !== undefined && runner.observe(checkpoint);
  });
}
