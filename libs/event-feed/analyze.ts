import type { Pool } from 'pg';
import type { FeedLog } from './feed-log.js';
import { reasonOf } from './parking.js';

/**
 * Tells PostgreSQL how full the tables of a build have become, before they are read: until autovacuum does so (a minute or more later) it
 * plans as if they were empty. Without it readers are slow and not wrong, so nothing stops when it fails.
 */
export async function analyze(pool: Pool, tables: readonly string[], log?: FeedLog): Promise<void> {
  if (tables.length === 0) return;
  try {
    await pool.query(`ANALYZE ${tables.join(', ')}`);
  } catch (error) {
    log?.('warn', `${tables.join(', ')} could not be analyzed: ${reasonOf(error)}`);
  }
}
