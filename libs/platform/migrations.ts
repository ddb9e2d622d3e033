import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { transaction } from './transaction.js';

export interface Migration {
  /** `0001-users`: the number orders, the name tells. Never changed once it has run anywhere. */
  readonly name: string;
  readonly sql: string;
}

const lock = 7_411_001;

/**
 * Brings one schema up to date, forward only, each migration once and in its own transaction.
 * Several processes may call it at the same time.
 */
export const migrate = async (pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> => {
  for (const migration of [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const checksum = createHash('sha256').update(migration.sql).digest('hex');
    await transaction(pool, async (client) => {
      await client.query('SET LOCAL statement_timeout TO 0');
      await client.query('SELECT pg_advisory_xact_lock($1)', [lock]);
      await client.query(`CREATE SCHEMA IF NOT EXISTS platform;
        CREATE TABLE IF NOT EXISTS platform.migration (
          schema text NOT NULL, name text NOT NULL, checksum text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (schema, name))`);
      const { rows } = await client.query<{ checksum: string }>(
        'SELECT checksum FROM platform.migration WHERE schema = $1 AND name = $2',
        [schema, migration.name],
      );
      if (rows[0] && rows[0].checksum !== checksum)
        throw new Error(`Migration ${schema}/${migration.name} was changed after it had run.`);
      if (rows[0]) return;
      await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      await client.query(migration.sql);
      await client.query('INSERT INTO platform.migration (schema, name, checksum) VALUES ($1, $2, $3)', [
        schema,
        migration.name,
        checksum,
      ]);
    });
  }
};
