import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { transaction } from '#libs/platform/transaction.js';
import { World } from '../testing/world.js';
import { stayFactsProjection } from './stay-facts.projection.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

it('a page looks up the cases it touches and does not read all there are', async () => {
  const { pool } = database;
  await pool.query(stayFactsProjection.ddl);
  await pool.query(
    `INSERT INTO insights.cases_v6 (case_id, stay_id, entries, spans, fact)
     SELECT 'known-' || n, 'stay-of-' || n, '[]', '{}', '{"version": 0, "hash": null}' FROM generate_series(1, 20000) n`,
  );
  await pool.query('ANALYZE insights.cases_v6');
  const world = new World();
  world.stay('s1', { admitted: '2026-03-01 10:00', discharged: '2026-03-09 15:00' });
  const read = await transaction(pool, async (tx) => {
    await stayFactsProjection.fold(world.events, tx);
    const { rows } = await tx.query<{ read: number }>(
      `SELECT seq_tup_read::int AS read FROM pg_stat_xact_user_tables WHERE relid = 'insights.cases_v6'::regclass`,
    );
    return rows[0]?.read;
  });
  expect(read).toBe(0);
});
