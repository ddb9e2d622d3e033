/** Stops the PostgreSQL that the suites share (see postgres-server.ts), unless another run still uses it. */
import { existsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { launchPostgres } from '../../dist/libs/platform/embedded-postgres.js';

const home = join(tmpdir(), `homeward-test-pg-${userInfo().uid}`);
if (existsSync(join(home, 'cluster', 'postmaster.pid'))) {
  const server = await launchPostgres({ home, database: 'postgres', settings: {}, log: () => undefined });
  await server.stop();
}
