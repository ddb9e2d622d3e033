import fc from 'fast-check';
import { addDays } from '#libs/nhs/index.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Asking } from '../testing/asking.js';
import { Naive } from '../testing/naive.js';
import { at, type StayGiven, World } from '../testing/world.js';
import { seeded } from '../../../test/support/seeded.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

const start = '2026-03-20';
const now = at('2026-05-20 12:00');
/** A time of day on one of 40 days about the change of the clocks. */
const moment = fc
  .tuple(fc.integer({ min: 0, max: 39 }), fc.constantFrom('00:00', '00:30', '09:40', '23:30', '23:59'))
  .map(([days, time]) => `${addDays(start, days)} ${time}`);
const date = fc.integer({ min: -3, max: 70 }).map((days) => addDays(start, days));

const criterion = fc.oneof(
  moment.map((when) => `not ${when}`),
  moment.map((when) => `met ${when}`),
  date.map((on) => `ready ${on}`),
);

const version = fc.record({
  wait: fc.integer({ min: 0, max: 500_000 }),
  discharged: fc.option(moment, { nil: undefined }),
  criteria: fc.array(criterion, { maxLength: 4 }),
  method: fc.constantFrom('1', '1', '1', '4'),
  status: fc.constantFrom(undefined, undefined, undefined, 'cancelled' as const),
});

const onCase = fc.oneof(
  fc.record({ kind: fc.constant('criteria' as const), meets: fc.boolean(), when: moment }),
  fc.record({
    kind: fc.constant('delay' as const),
    when: moment,
    anticipated: fc.boolean(),
    end: fc.option(moment, { nil: undefined }),
  }),
  fc.record({ kind: fc.constantFrom('withdrawn' as const, 'closed' as const), when: moment }),
  fc.record({ kind: fc.constant('error' as const), which: fc.nat(10) }),
);

const patient = fc.record({
  admitted: moment,
  age: fc.constantFrom(17, 17, 64, 80),
  born: fc.option(fc.constantFrom('2008-04-10', '2008-02-29', '1940-04-10'), { nil: undefined }),
  died: fc.option(moment, { nil: undefined, freq: 6 }),
  versions: fc.array(version, { minLength: 1, maxLength: 3 }),
  referred: fc.option(fc.array(onCase, { maxLength: 6 }), { nil: undefined }),
});
type Patient = typeof patient extends fc.Arbitrary<infer P> ? P : never;

const live = (world: World, name: string, given: Patient): void => {
  const { admitted, age, born, died, versions, referred } = given;
  const personId = `p-${name}`;
  const said: string[] = [];
  if (born) world.born(personId, born);
  const wait = (ms: number): void => {
    world.recordedAt = new Date(Date.parse(world.recordedAt) + ms).toISOString();
  };
  const tell = (each: (typeof versions)[number]): void => {
    wait(each.wait);
    said.push(...each.criteria);
    const discharged =
      each.discharged !== undefined && at(each.discharged) >= at(admitted) ? { discharged: each.discharged } : {};
    const stay: StayGiven = {
      personId,
      admitted,
      age,
      method: each.method,
      criteria: [...said],
      ...discharged,
      ...(each.status ? { status: each.status } : {}),
    };
    world.stay(`s-${name}`, stay);
  };
  const [first, ...others] = versions;
  if (first) tell(first);
  if (referred) {
    world.refer(`c-${name}`, { personId, stayId: `s-${name}`, at: admitted });
    const entries: string[] = [];
    referred.forEach((each, index) => {
      wait(1000);
      const caseId = `c-${name}`;
      if (each.kind === 'criteria')
        entries.push(world.onCase(caseId, 'CriteriaToResideRecorded', { meets: each.meets }, at(each.when), personId));
      else if (each.kind === 'delay') {
        const delayId = `d${String(index)}`;
        entries.push(
          world.onCase(
            caseId,
            'DelayStarted',
            { delayId, reason: 'IF1', owner: null, anticipated: each.anticipated },
            at(each.when),
            personId,
          ),
        );
        if (each.end !== undefined)
          entries.push(world.onCase(caseId, 'DelayEnded', { delayId }, at(each.end), personId));
      } else if (each.kind === 'error') {
        const eventId = entries[each.which];
        if (eventId)
          world.onCase(caseId, 'EntryMarkedInError', { eventId, entryType: 'x' }, world.recordedAt, personId);
      } else
        world.onCase(
          caseId,
          each.kind === 'closed' ? 'CaseClosed' : 'ReferralWithdrawn',
          { by: 'hand' },
          at(each.when),
          personId,
        );
    });
  }
  if (died) world.died(personId, died);
  for (const each of others) tell(each);
};

const tables = [
  'stays_v6',
  'cases_v6',
  'stay_facts_v6',
  'delay_spans_v6',
  'case_facts_v6',
  'event_times_v6',
  'births_v2',
  'deaths_v2',
  'merges_v2',
];

it('the figures are what the text says, now and as known at any time, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(patient, { minLength: 1, maxLength: 25 }),
      fc.nat(),
      fc.nat(50),
      async (patients, when, offset) => {
        const world = new World();
        world.recordedAt = at('2026-05-10');
        patients.forEach((given, index) => live(world, String(index), given));
        await world.fold(database.pool, 7);
        try {
          const ask = new Asking(database.pool, now);
          const known = world.events[when % world.events.length]?.recordedAt ?? now;
          for (const knownAt of [undefined, known]) {
            const naive = new Naive(world.events, knownAt ?? now, knownAt);
            const window = { from: addDays(start, offset % 20), to: addDays(start, (offset % 20) + 21) };
            const asked = knownAt === undefined ? window : { ...window, knownAt };
            const [, ...los] = await ask.counts('los.mean', asked);
            expect(['los', ...los]).toEqual(['los', ...naive.los(window.from, window.to)]);
            const [, ...drd] = await ask.counts('drd.average-delay', asked);
            expect(['drd', ...drd]).toEqual(['drd', ...naive.drd(window.from, window.to)]);
            expect(['bed days', (await ask.figure('delay.bed-days', asked)).value]).toEqual([
              'bed days',
              naive.bedDays(window.from, window.to),
            ]);
            const days = (await ask.figure('nctr.remaining', asked)).groups.map(({ key, value }) => [key, value]);
            expect(days).toEqual(days.map(([key]) => [key, naive.nctr(String(key))]));
          }
        } finally {
          await database.pool.query(`TRUNCATE ${tables.map((table) => `insights.${table}`).join(', ')}`);
        }
      },
    ),
    { numRuns: 60, ...seeded },
  );
}, 120_000);
