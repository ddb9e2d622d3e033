import pg from 'pg';
import { startTestDatabase } from '../../../test/support/database.js';
import { describeEventStore } from '../conformance.js';
import { createPostgresEventStore } from './postgres-event-store.js';

describeEventStore(
  'PostgreSQL',
  {
    eventIds: 'unique in the log',
    positions: 'without gaps',
    largeText: 2_000_000,
    startsEmpty: true,
    breakable: true,
  },
  async () => {
    const database = await startTestDatabase();
    let broken = Promise.resolve();
    const otherPool = new pg.Pool({ connectionString: database.url, max: 4 });
    otherPool.on('error', () => undefined);
    otherPool.on('connect', (client) => client.on('error', () => undefined));
    return {
      store: createPostgresEventStore(database.pool),
      other: createPostgresEventStore(otherPool),
      // One after the other: of two at once, each would break the other.
      breakConnections: () => (broken = broken.then(() => terminateAll(database.url))),
      stop: async () => {
        await otherPool.end();
        await database.stop();
      },
    };
  },
);

async function terminateAll(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await client.end();
}
