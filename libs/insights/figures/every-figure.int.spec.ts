import fc from 'fast-check';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { definitions } from '../domain/definitions.js';
import { differencesOf } from '../testing/differences.js';
import { rules } from '../testing/reckoned.js';
import { projections } from '../testing/world.js';
import { seeded } from '../../../test/support/seeded.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

/** `FIGURE_RUNS=500` for longer. */
const runs = Number(process.env['FIGURE_RUNS'] ?? 12);
const tables = projections().flatMap((projection) => projection.tables);

it('the figures are those of the text', () => {
  expect(Object.keys(rules).sort()).toEqual(definitions.map(({ id }) => id).sort());
});

it(
  'every figure is what the text says, whatever happened, now and as known then',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        try {
          expect(await differencesOf(database.pool, seed)).toEqual([]);
        } finally {
          await database.pool.query(`TRUNCATE ${tables.join(', ')}`);
        }
      }),
      { numRuns: runs, endOnFailure: true, ...seeded },
    );
  },
  300_000 + runs * 5_000,
);
