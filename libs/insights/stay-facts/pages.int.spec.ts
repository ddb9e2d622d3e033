import fc from 'fast-check';
import { seeded } from '../../../test/support/seeded.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { transaction } from '#libs/platform/transaction.js';
import { RandomHistories } from '../testing/histories.js';
import { stayFactsProjection } from './stay-facts.projection.js';

const { tables, ddl } = stayFactsProjection;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.pool.query(ddl);
});
afterAll(() => database.stop());

/** The rows that come of a history folded in pages of this size. */
const folded = async (seed: number, page: number): Promise<unknown> => {
  const { pool } = database;
  await pool.query(`TRUNCATE ${tables.join(', ')}`);
  const { events } = new RandomHistories(seed).world;
  for (let at = 0; at < events.length; at += page)
    await transaction(pool, (tx) => stayFactsProjection.fold(events.slice(at, at + page), tx));
  const read = tables.map(async (table) => (await pool.query(`SELECT t::text FROM ${table} t ORDER BY 1`)).rows);
  return Promise.all(read);
};

it('a history comes out the same in whatever pages it is folded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 20 }), async (seed, page) => {
      expect(await folded(seed, page)).toEqual(await folded(seed, 100_000));
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 10), ...seeded },
  );
}, 120_000);
