import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testServer } from './postgres-server.js';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Ends the pool and drops the database. */
  stop(): Promise<void>;
}

/** Databases left by runs that were killed are dropped after this time. */
const leftOverAfterMs = 3 * 3_600_000;

/**
 * A fresh, empty database on a real PostgreSQL, one a call.
 * The server: `TEST_DATABASE_URL` (any address on a server where databases may be made), else one started from the npm packages
 * and shared by all test runs of this user on this machine.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const name = `homeward_test_${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`;
  await asAdministrator(server, async (client) => {
    await client.query(`CREATE DATABASE ${name}`);
    await dropLeftOvers(client);
  });
  const address = new URL(server);
  address.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: address.href, max: 16, allowExitOnIdle: true });
  // A connection that breaks while idle (a test that kills it, the drop below) must not end the test run.
  pool.on('error', () => undefined);
  // As libs/platform/database.ts: a connection may break while somebody holds it and asks nothing.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    url: address.href,
    pool,
    stop: async () => {
      await pool.end();
      await asAdministrator(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function asAdministrator(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

let leftOversDropped = false;

async function dropLeftOvers(client: pg.Client): Promise<void> {
  if (leftOversDropped) return;
  leftOversDropped = true;
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname ~ '^homeward_test_[0-9a-z]+_[0-9a-f]{8}$'`,
  );
  for (const { datname } of rows) {
    const madeAt = Number.parseInt(datname.split('_')[2] ?? '', 36);
    if (Date.now() - madeAt > leftOverAfterMs) {
      await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`).catch(() => undefined);
    }
  }
}
