import fc from 'fast-check';
import { seeded } from '../../../test/support/seeded.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { transaction } from '#libs/platform/transaction.js';
import { RandomHistories } from '../testing/histories.js';
import { stayFactsOf } from './stay-facts.projection.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.pool.query(stayFactsOf(5).ddl);
});
afterAll(() => database.stop());

/** The rows that come of a page folded in parts of this size. */
const folded = async (seed: number, part: number): Promise<unknown> => {
  const { pool } = database;
  const { tables, fold } = stayFactsOf(5, part);
  await pool.query(`TRUNCATE ${tables.join(', ')}`);
  await transaction(pool, (tx) => fold(new RandomHistories(seed).world.events, tx));
  const read = tables.map(async (table) => (await pool.query(`SELECT t::text FROM ${table} t ORDER BY 1`)).rows);
  return Promise.all(read);
};

it('a page comes out the same in whatever parts it is folded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 20 }), async (seed, part) => {
      expect(await folded(seed, part)).toEqual(await folded(seed, 100_000));
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 15), ...seeded },
  );
}, 120_000);

it('what cannot be written is told, and nothing is sent afterwards', async () => {
  const { pool } = database;
  const { fold } = stayFactsOf(5, 5);
  const { events } = new RandomHistories(1).world;
  await pool.query('ALTER TABLE insights.event_times_v5 RENAME TO event_times_away');
  try {
    await expect(transaction(pool, (tx) => fold(events, tx))).rejects.toThrow('event_times_v5');
  } finally {
    await pool.query('ALTER TABLE insights.event_times_away RENAME TO event_times_v5');
  }
  expect((await pool.query('SELECT 1 FROM pg_stat_activity WHERE state LIKE $1', ['idle in%'])).rowCount).toBe(0);
});
