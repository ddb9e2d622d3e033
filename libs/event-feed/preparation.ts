import type { Pool } from 'pg';
import { isCollision } from '../event-store/postgres/unavailable.js';
import { migrate } from '../platform/migrations.js';
import { keyOf, readCheckpoints } from './checkpoints.js';
import { consumersMade, ensureConsumer, placeMade, type Place } from './consumer-tables.js';
import { feedMigrations } from './feed-schema.js';
import type { Policy, Projection } from './port.js';
import type { Succession } from './succession.js';
import { transaction } from './transaction.js';

/** Serialises the DDL of consumers between processes that start at once. */
const setupLock = 7_240_314;
/** How often the tables of a consumer are tried to be made when that collides with who works on them. */
const makingAttempts = 5;

/** Makes the tables of the feed and of every consumer, and finds out which of them are built beside an older version. */
export async function prepare(pool: Pool, consumers: readonly Succession[]): Promise<void> {
  await migrate(pool, 'feed', feedMigrations);
  const made = await consumersMade(pool);
  for (const succession of consumers) {
    const { consumer } = succession;
    const place = placeMade(consumer, made) ?? (await make(pool, consumer));
    if (place === 'beside') succession.begin();
  }
}

/** Each in a transaction of its own: another process may be folding into tables that are there already. */
async function make(pool: Pool, consumer: Projection | Policy): Promise<Place> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction(pool, async (tx) => {
        await tx.query('SELECT pg_advisory_xact_lock($1)', [setupLock]);
        return ensureConsumer(tx, consumer);
      });
    } catch (error) {
      if (attempt >= makingAttempts || !isCollision(error)) throw error;
    }
  }
}

/** A start is another try: what could not be built beside an older version is built from the beginning, by the code of now. */
export async function buildFailedAnew(pool: Pool, consumers: readonly Succession[]): Promise<void> {
  const beside = consumers.filter(({ previous }) => previous !== undefined).map(({ current }) => current);
  if (beside.length === 0) return;
  const checkpoints = await readCheckpoints(
    pool,
    beside.map(({ id }) => id),
  );
  for (const { id, consumer } of beside) {
    if (checkpoints.get(keyOf(id))?.state === 'failed') await make(pool, consumer);
  }
}
