import fc from 'fast-check';
import { addDays, completedYears } from '#libs/nhs/index.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { canonicalIds } from './people-known.js';
import { completedYearsSql } from './sql.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

it('completed years are the same in the database as in the rules, also for who is born on 29 February', async () => {
  const day = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays('1920-02-29', days));
  const leap = fc.constantFrom('1944-02-29', '2000-02-29', '1943-03-01', '1943-02-28');
  const anniversary = fc.constantFrom('2025-02-28', '2025-03-01', '2024-02-29', '2024-02-28', '2026-12-31');
  const pairs = fc
    .sample(fc.tuple(fc.oneof(day, leap), fc.oneof(day, anniversary)), { numRuns: 3000, seed: 7 })
    .filter(([since, on]) => since <= on);
  const { rows } = await database.pool.query<{ since: string; on: string; years: number }>(
    `SELECT s AS since, o AS on, ${completedYearsSql('s::date', 'o::date')} AS years FROM unnest($1::text[], $2::text[]) AS t(s, o)`,
    [pairs.map(([since]) => since), pairs.map(([, on]) => on)],
  );
  expect(rows).toEqual(pairs.map(([since, on]) => ({ since, on, years: completedYears(since, on) })));
});

it('merges are followed to the id that stands for the person, also round a ring', () => {
  expect([
    ...canonicalIds([
      { loser: 'a', survivor: 'b' },
      { loser: 'b', survivor: 'c' },
    ]),
  ]).toEqual([
    ['b', 'c'],
    ['a', 'c'],
    ['c', 'c'],
  ]);
  expect(
    canonicalIds([
      { loser: 'a', survivor: 'b' },
      { loser: 'b', survivor: 'a' },
    ]).size,
  ).toBe(2);
});
