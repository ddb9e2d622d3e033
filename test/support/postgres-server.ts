import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { launchPostgres, type EmbeddedPostgres } from '#libs/platform/embedded-postgres.js';

/** A test server lives for minutes and its data may be lost with the machine: it does not wait for the disk. */
const hasty = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  max_connections: '400',
};

const home = join(tmpdir(), `homeward-test-pg-${userInfo().uid}`);

let launched: Promise<EmbeddedPostgres> | undefined;

/**
 * The address of a PostgreSQL on which tests may make databases. One server serves all jest workers and all runs:
 * it is no child of jest, stays up between runs, and is found again by its folder.
 * @throws Error that says why there is none.
 */
export async function testServer(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  launched ??= launch();
  return (await launched).url;
}

/** Stops the shared server if nobody uses it: for the end of a whole test run. */
export const stopTestServer = async (): Promise<void> => (await launch()).stop();

const launch = (): Promise<EmbeddedPostgres> =>
  launchPostgres({ home, database: 'postgres', settings: hasty, log: () => undefined }).catch((error: unknown) => {
    launched = undefined;
    throw new Error(
      `No PostgreSQL to test with. ${error instanceof Error ? error.message : String(error)} Or set TEST_DATABASE_URL to a server where databases may be made.`,
      { cause: error },
    );
  });
