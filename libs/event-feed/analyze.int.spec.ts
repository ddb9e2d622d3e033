import { startTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { analyze } from './analyze.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

it('tells PostgreSQL how full the tables of a build are, and samples no JSON', async () => {
  const { pool } = database;
  await pool.query(
    `CREATE TABLE trial AS SELECT n, '"a"'::json AS came, '"a"'::jsonb AS parsed FROM generate_series(1, 500) n`,
  );
  await analyze(pool, ['trial', 'that_is_gone']);
  const { rows } = await pool.query(`SELECT attname FROM pg_stats WHERE tablename = 'trial'`);
  expect(rows).toEqual([{ attname: 'n' }]);
  expect((await pool.query(`SELECT reltuples FROM pg_class WHERE relname = 'trial'`)).rows).toEqual([
    { reltuples: 500 },
  ]);
});
