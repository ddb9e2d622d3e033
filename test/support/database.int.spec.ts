import { startTestDatabase } from './database.js';

describe('a test database', () => {
  it('is a real PostgreSQL of its own for every suite, gone when stopped', async () => {
    const [one, other] = await Promise.all([startTestDatabase(), startTestDatabase()]);
    await one.pool.query('CREATE TABLE only_here (id int)');
    const { rows } = await other.pool.query<{ found: string | null }>(`SELECT to_regclass('only_here')::text AS found`);
    expect(rows).toEqual([{ found: null }]);
    const { rows: version } = await other.pool.query<{ server_version_num: string }>('SHOW server_version_num');
    expect(Number(version[0]?.server_version_num)).toBeGreaterThanOrEqual(140000);
    await one.stop();
    await expect(
      other.pool.query('SELECT 1 FROM pg_database WHERE datname = $1', [new URL(one.url).pathname.slice(1)]),
    ).resolves.toMatchObject({ rowCount: 0 });
    await other.stop();
  });
});
