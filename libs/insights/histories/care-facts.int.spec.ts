import type { Pool } from 'pg';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import type { CareKind } from '../domain/care-fact.js';
import { factsFolded } from '../figures/care-folded.js';
import { factsFromEntries } from '../figures/care-from-entries.js';
import { caseFactColumns } from '../stay-facts/tables.js';
import { RandomHistories } from '../testing/histories.js';
import { at, foldEvents, PoolDatabase, projections, World } from '../testing/world.js';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await startTestDatabase();
  ({ pool } = database);
});
afterAll(() => database.stop());

const tables = projections().flatMap((projection) => projection.tables);
beforeEach(async () => {
  for (const { ddl } of projections()) await pool.query(ddl);
  await pool.query(`TRUNCATE ${tables.join(', ')}`);
});

const folded = ['histories_v2', 'care_facts_v2', 'care_event_times_v2', 'cases_v6', 'case_facts_v6', 'event_times_v6'];
const allRows = () =>
  Promise.all(
    folded.map(async (table) => (await pool.query(`SELECT t::text FROM insights.${table} t ORDER BY 1`)).rows),
  );
const kinds: readonly CareKind[] = ['award', 'decline', 'care-home-start', 'episode', 'check'];
const reads = new Set<string>(caseFactColumns.map(([, , field]) => field));

/** Request r1 of case c1, awarded and failed after it was approved. */
const brokered = (): World => {
  const world = new World();
  world.refer('c1', { personId: 'p1', at: '2026-03-01' });
  world.requested('r1', 'c1', { serviceType: 'nursing' }, '2026-03-02');
  world.request('r1', 'RequestApproved', {}, '2026-03-03');
  world.request('r1', 'PlacementAwarded', { providerId: 'a', serviceType: 'nursing', funding: null }, '2026-03-04');
  world.request('r1', 'RequestPaused', { because: 'person-unwell' }, '2026-03-05');
  world.request('r1', 'PlacementFailed', {}, '2026-03-06');
  return world;
};

it('a fact has a version for each time it changed, and holds from one to the next', async () => {
  const world = brokered();
  await world.fold(pool, 2);
  const { rows } = await pool.query(
    `SELECT version, stands, hours, known_from, known_until FROM insights.care_facts_v2 ORDER BY version`,
  );
  const recorded = (type: string): Date =>
    new Date(world.events.find((event) => event.type === type)?.recordedAt ?? '');
  const failed = recorded('PlacementFailed');
  expect(rows).toEqual([
    { version: 1, stands: true, hours: 24, known_from: recorded('PlacementAwarded'), known_until: failed },
    { version: 2, stands: false, hours: 24, known_from: failed, known_until: null },
  ]);
});

it('the case of a fact is what its referral and its stay say, from when each said it', async () => {
  const world = brokered();
  world.stay('s1', { personId: 'p1', hospital: 'RAN', admitted: '2026-03-01', discharged: '2026-03-08' });
  world.onCase('c1', 'CaseLinkedToStay', { stayId: 's1', admittedAt: at('2026-03-01') }, at('2026-03-09'), 'p1');
  const before = world.events.at(-2)?.recordedAt ?? '';
  await world.fold(pool);
  const of = async (knownAt: string | null) =>
    (await factsFolded(new PoolDatabase(pool), { kind: 'award', knownAt, reads }))[0];
  expect((await of(before))?.ofCase).toMatchObject({ stayId: null, hospital: 'RAL', leftAt: null });
  expect((await of(null))?.ofCase).toMatchObject({ stayId: 's1', hospital: 'RAN', leftAt: at('2026-03-08') });
});

it('a page that comes again changes nothing', async () => {
  const { world } = new RandomHistories(11);
  await world.fold(pool, 7);
  const before = await allRows();
  await foldEvents(pool, world.events, 7);
  expect(await allRows()).toEqual(before);
});

it('pages of any size make the same rows', async () => {
  const { world } = new RandomHistories(12);
  await world.fold(pool, 1);
  const before = await allRows();
  await pool.query(`TRUNCATE ${tables.join(', ')}`);
  await foldEvents(pool, world.events, 50);
  expect(await allRows()).toEqual(before);
});

it.each([21, 22, 23, 24, 25, 26])(
  'what is folded is what the events say, now and as known at any time (histories %i)',
  async (seed) => {
    const { world } = new RandomHistories(seed);
    await world.fold(pool, 9);
    const db = new PoolDatabase(pool);
    const instants = world.events.filter((_, index) => index % 17 === 0).map(({ recordedAt }) => recordedAt);
    for (const knownAt of [null, ...instants])
      for (const kind of kinds) {
        const rows = (await factsFolded(db, { kind, knownAt, reads })).map((row) =>
          Object.fromEntries(
            Object.entries(row).filter(([field, value]) => !field.startsWith('case_') && value !== null),
          ),
        );
        const own = (await factsFromEntries(db, { kind, knownAt })).map((row) =>
          Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
        );
        expect([kind, knownAt, rows]).toEqual([kind, knownAt, own]);
      }
  },
);
