import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Asking } from '../testing/asking.js';
import { at, World } from '../testing/world.js';

let database: TestDatabase;
let world: World;
let ask: Asking;

beforeEach(async () => {
  database = await startTestDatabase();
  world = new World();
  ask = new Asking(database.pool, at('2026-07-01 12:00'));
});
afterEach(() => database.stop());

const march = { from: '2026-03-01', to: '2026-04-01' };
const fold = () => world.fold(database.pool);

describe('length of stay', () => {
  it('counts nights of adult stays discharged in the window, deaths included, day cases and children left out', async () => {
    world.stay('s1', { admitted: '2026-03-01 10:00', discharged: '2026-03-05 09:00' });
    world.stay('s2', { admitted: '2026-03-01 10:00', discharged: '2026-03-11 09:00', method: '4', destination: '79' });
    world.stay('day-case', { admitted: '2026-03-02 08:00', discharged: '2026-03-02 18:00' });
    world.stay('child', { admitted: '2026-03-02', discharged: '2026-03-09', age: 17 });
    world.stay('april', { admitted: '2026-03-02', discharged: '2026-04-01 00:00' });
    world.stay('cancelled', { admitted: '2026-03-02', discharged: '2026-03-09', status: 'cancelled' });
    world.stay('open', { admitted: '2026-03-02' });
    await fold();
    expect(await ask.counts('los.mean', march)).toEqual([7, 14, 2]);
    expect(await ask.counts('los.median', march)).toEqual([7, null, 2]);
    expect(await ask.counts('los.14-plus-share', march)).toEqual([0, 0, 2]);
  });

  it('has no value, and not 0, where nobody was discharged', async () => {
    await fold();
    expect(await ask.counts('los.mean', march)).toEqual([null, 0, 0]);
    expect(await ask.counts('los.median', march)).toEqual([null, null, 0]);
    expect((await ask.figure('los.mean', march)).display).toBe('–');
  });

  it('counts one night over the hour that the clocks leave out', async () => {
    world.stay('s1', { admitted: '2025-03-29 23:30', discharged: '2025-03-30 00:30' });
    await fold();
    expect(await ask.counts('los.mean', { from: '2025-03-30', to: '2025-03-31' })).toEqual([1, 1, 1]);
  });

  it('takes the age at discharge from the birth date where the person was referred', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-10', age: 17 });
    world.born('p1', '2008-03-10');
    await fold();
    expect(await ask.counts('los.mean', march)).toEqual([9, 9, 1]);
    expect(await ask.groups('los.mean', { ...march, groupBy: 'ageBand' })).toEqual({ '18-64': [9, 1] });
  });

  it('groups by what is asked, and calls unknown what is not known', async () => {
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-05', ward: 'LARCH', authority: null });
    world.stay('s2', {
      admitted: '2026-03-01',
      discharged: '2026-03-07',
      ward: 'OAK',
      wards: [
        ['LARCH', '2026-03-01'],
        ['OAK', '2026-03-02'],
      ],
    });
    world.stay('s3', { admitted: '2026-02-01', discharged: '2026-04-07', hospital: 'RKE' });
    await fold();
    const spring = { from: '2026-03-01', to: '2026-05-01' };
    expect(await ask.groups('los.mean', { ...spring, groupBy: 'ward' })).toEqual({ LARCH: [69, 2], OAK: [6, 1] });
    expect(await ask.groups('los.mean', { ...spring, groupBy: 'authority' })).toEqual({
      Barnet: [71, 2],
      unknown: [4, 1],
    });
    expect(await ask.groups('los.mean', { ...spring, groupBy: 'month' })).toEqual({
      '2026-03': [10, 2],
      '2026-04': [65, 1],
    });
    expect(await ask.counts('los.mean', { ...spring, hospital: 'RKE' })).toEqual([65, 65, 1]);
    expect(await ask.counts('los.mean', { ...spring, authority: 'unknown' })).toEqual([4, 4, 1]);
  });

  it('knows at an earlier time only what had been recorded by then', async () => {
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-05' });
    const before = world.recordedAt;
    world.recordedAt = at('2026-06-20');
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-09' });
    world.stay('s2', { admitted: '2026-03-01', discharged: '2026-03-05' });
    await fold();
    expect(await ask.counts('los.mean', march)).toEqual([6, 12, 2]);
    expect(await ask.counts('los.mean', { ...march, knownAt: before })).toEqual([4, 4, 1]);
    expect(await ask.counts('los.mean', { ...march, knownAt: at('2025-12-01') })).toEqual([null, 0, 0]);
  });

  it('shows one stay for each unit of the denominator, with the events behind it', async () => {
    for (let i = 0; i < 7; i += 1) world.stay(`s${String(i)}`, { admitted: '2026-03-01', discharged: '2026-03-05' });
    world.stay('s3', { admitted: '2026-03-01', discharged: '2026-03-06' });
    await fold();
    const people = await ask.people('los.mean', march, 2);
    expect(people.map(({ stayId }) => stayId)).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6']);
    expect(people[3]).toEqual({ personId: 'person-of-s3', stayId: 's3', inNumerator: true, events: ['e4', 'e8'] });
  });
});

describe('discharge ready date', () => {
  it.each([
    ['ready and gone the same day', ['not 2026-03-05 09:00'], '2026-03-05 18:00', 0],
    ['ready ten minutes before midnight', ['not 2026-03-05 23:50'], '2026-03-06 09:00', 1],
    ['three days', ['not 2026-03-05 09:00'], '2026-03-08 12:00', 3],
    ['the final run counts', ['not 2026-03-05', 'met 2026-03-07', 'not 2026-03-10'], '2026-03-12 12:00', 2],
    ['three weeks', ['not 2026-03-01 12:00'], '2026-03-22 12:00', 21],
  ])('%s', async (_, criteria, discharged, days) => {
    world.stay('s1', { admitted: '2026-02-27', discharged, criteria });
    await fold();
    expect(await ask.counts('drd.average-delay', march)).toEqual([days, days, 1]);
    expect(await ask.counts('drd.bed-days-lost', march)).toEqual([days, days, null]);
  });

  it('takes a blank date for a same-day discharge, and says how many were blank', async () => {
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-05' });
    world.stay('s2', { admitted: '2026-03-01', discharged: '2026-03-05', criteria: ['not 2026-03-03'] });
    world.stay('fault', { admitted: '2026-03-01', discharged: '2026-03-05', criteria: ['ready 2026-02-01'] });
    world.stay('died', { admitted: '2026-03-01', discharged: '2026-03-05', method: '4' });
    await fold();
    const share = await ask.figure('drd.same-day-share', march);
    expect([share.value, share.numerator, share.denominator]).toEqual([2 / 3, 2, 3]);
    expect(share.quality).toMatchObject({ blank: 2, faults: 1 });
    expect(await ask.counts('drd.same-day-share', { ...march, version: '2024-05-recorded' })).toEqual([0, 0, 1]);
    expect(await ask.counts('drd.average-delay-excluding-zero', march)).toEqual([2, 2, 1]);
    expect(await ask.groups('drd.delay-buckets', march)).toEqual({
      '0': [2, 3],
      '1': [0, 3],
      '2-3': [1, 3],
      '4-6': [0, 3],
      '7-13': [0, 3],
      '14-20': [0, 3],
      '21+': [0, 3],
    });
  });

  it('follows the published file: from 16 years on, transfers left out', async () => {
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-05', age: 16 });
    world.stay('s2', { admitted: '2026-03-01', discharged: '2026-03-05', destination: '51' });
    await fold();
    expect(await ask.counts('drd.same-day-share', march)).toEqual([1, 1, 1]);
    expect((await ask.people('drd.same-day-share', march)).map(({ stayId }) => stayId)).toEqual(['s2']);
    expect(
      (await ask.people('drd.same-day-share', { ...march, version: 'published-2024-25' })).map(({ stayId }) => stayId),
    ).toEqual(['s1']);
  });

  it('hears the team as well as the feed, and not what was marked in error', async () => {
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-10', criteria: ['not 2026-03-03'] });
    world.refer('c1', { stayId: 's1', at: '2026-03-02' });
    world.onCase('c1', 'CriteriaToResideRecorded', { meets: true }, at('2026-03-05'));
    const again = world.onCase('c1', 'CriteriaToResideRecorded', { meets: false }, at('2026-03-06'));
    await fold();
    expect(await ask.counts('drd.average-delay', march)).toEqual([4, 4, 1]);
    world.onCase(
      'c1',
      'EntryMarkedInError',
      { eventId: again, entryType: 'CriteriaToResideRecorded' },
      at('2026-03-07'),
    );
    await fold();
    expect((await ask.figure('drd.average-delay', march)).quality).toMatchObject({ blank: 1 });
  });

  it('does not count who died before leaving, however the death became known', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-10' });
    world.stay('s2', { personId: 'p2', admitted: '2026-03-01', discharged: '2026-03-10' });
    world.died('p1-older-id', '2026-03-10 00:00');
    world.died('p2', '2026-03-20');
    world.merged('p1-older-id', 'p1');
    await fold();
    expect((await ask.people('drd.average-delay', march)).map(({ stayId }) => stayId)).toEqual(['s2']);
    expect(await ask.counts('los.mean', march)).toEqual([9, 18, 2]);
  });
});
