import { startTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { PostgresDatabase } from './database.js';
import { Instance } from './instance.js';

describe('a process as others see it', () => {
  let test: TestDatabase;
  let database: PostgresDatabase;
  beforeAll(async () => {
    test = await startTestDatabase();
    database = new PostgresDatabase(test.url, { max: 4 });
  });
  afterAll(async () => {
    await database.close();
    await test.stop();
  });

  const becomes = async (seen: () => Promise<boolean>, wanted: boolean): Promise<boolean> => {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline;) if ((await seen()) === wanted) return true;
    return false;
  };

  it('is alive until it stops or its connection dies with it, and nobody else is taken for it', async () => {
    const [one, other] = [new Instance(database), new Instance(database)];
    await Promise.all([one.start(), other.start()]);
    expect(await one.isAlive(other.id)).toBe(true);
    expect(await one.isAlive('never-lived')).toBe(false);
    await other.stop();
    expect(await becomes(() => one.isAlive(other.id), false)).toBe(true);
    await one.stop();
  });

  it('comes back under its name when the database had thrown it out', async () => {
    const [one, other] = [new Instance(database), new Instance(database)];
    await Promise.all([one.start(), other.start()]);
    await test.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'homeward-instance' AND datname = current_database()`,
    );
    expect(await becomes(() => one.isAlive(other.id), false)).toBe(true);
    expect(await becomes(() => one.isAlive(other.id), true)).toBe(true);
    await Promise.all([one.stop(), other.stop()]);
  });
});
