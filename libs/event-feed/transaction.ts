import type { Pool, PoolClient } from 'pg';
import { transaction as transactionOf } from '../platform/transaction.js';

/**
 * One transaction of the feed. Committed without waiting for the disk by default: rows and checkpoint stand or fall together,
 * so what a crash takes back is folded again.
 */
export const transaction = <T>(
  pool: Pool,
  work: (tx: PoolClient) => Promise<T>,
  begin = 'BEGIN; SET LOCAL synchronous_commit TO off',
): Promise<T> => transactionOf(pool, work, begin);
