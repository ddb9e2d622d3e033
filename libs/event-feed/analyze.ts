import type { Pool } from 'pg';
import type { FeedLog } from './feed-log.js';
import { reasonOf } from './parking.js';

/**
 * Tells PostgreSQL how full the tables of a build have become, before they are read: until autovacuum does so (a minute or more later) it
 * plans as if they were empty. What lies in JSON is left to autovacuum: no plan asks for it, and sampling it is most of the work. Without it
 * readers are slow and not wrong, so nothing stops when it fails.
 */
export async function analyze(pool: Pool, tables: readonly string[], log?: FeedLog): Promise<void> {
  if (tables.length === 0) return;
  try {
    const { rows } = await pool.query<{ sampled: string }>(
      `SELECT a.attrelid::regclass || ' (' || string_agg(quote_ident(a.attname), ', ') || ')' AS sampled
       FROM unnest($1::text[]) t(name) JOIN pg_attribute a ON a.attrelid = to_regclass(t.name)
       WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atttypid NOT IN ('json'::regtype, 'jsonb'::regtype)
       GROUP BY a.attrelid`,
      [tables],
    );
    if (rows.length > 0) await pool.query(`ANALYZE ${rows.map(({ sampled }) => sampled).join(', ')}`);
  } catch (error) {
    log?.('warn', `${tables.join(', ')} could not be analyzed: ${reasonOf(error)}`);
  }
}
