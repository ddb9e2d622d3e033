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

describe('without meeting the criteria to reside', () => {
  beforeEach(() => {
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-10 12:00', criteria: ['not 2026-03-05 15:00'] });
    world.stay('s2', { admitted: '2026-03-01', criteria: ['not 2026-03-05', 'met 2026-03-07 08:00'] });
    world.stay('child', { admitted: '2026-03-01', criteria: ['not 2026-03-05'], age: 10 });
    world.stay('unknown', { admitted: '2026-03-01' });
    return fold();
  });

  it('is counted at the midnight of a day, from what happened on that day and before', async () => {
    const on = async (day: string) => (await ask.figure('nctr.remaining', { at: day })).value;
    expect(
      await Promise.all(['2026-03-04', '2026-03-05', '2026-03-06', '2026-03-07', '2026-03-09', '2026-03-10'].map(on)),
    ).toEqual([0, 2, 2, 1, 1, 0]);
  });

  it('with those discharged on the day whose criteria were not met', async () => {
    expect(await ask.counts('nctr.patients', { at: '2026-03-10' })).toEqual([1, 1, null]);
    expect(await ask.people('nctr.patients', { at: '2026-03-10' })).toMatchObject([
      { stayId: 's1', inNumerator: true },
    ]);
  });

  it('over a window is the mean of its days, with one group for each', async () => {
    const figure = await ask.figure('nctr.remaining', { from: '2026-03-04', to: '2026-03-08' });
    expect(figure.value).toBe(5 / 4);
    expect(figure.groups.map(({ key, value }) => [key, value])).toEqual([
      ['2026-03-04', 0],
      ['2026-03-05', 2],
      ['2026-03-06', 2],
      ['2026-03-07', 1],
    ]);
    expect(await ask.people('nctr.remaining', { from: '2026-03-04', to: '2026-03-08' })).toHaveLength(5);
    expect(await ask.groups('nctr.remaining', { from: '2026-03-04', to: '2026-03-08', groupBy: 'hospital' })).toEqual({
      RAL: [5 / 4, null],
    });
  });
});

describe('a ready date ahead of its day', () => {
  it('is a fault until its day comes, and holds from then on', async () => {
    world.recordedAt = at('2026-03-05 10:00');
    world.stay('s1', { admitted: '2026-03-01', criteria: ['ready 2026-03-03', 'ready 2026-03-08'] });
    await fold();
    const on = async (now: string, day: string) => {
      ask.now = at(now);
      return (await ask.figure('nctr.remaining', { at: day })).value;
    };
    expect(await on('2026-03-06 12:00', '2026-03-04')).toBe(1);
    expect(await on('2026-03-09 12:00', '2026-03-04')).toBe(0);
    expect(await on('2026-03-09 12:00', '2026-03-08')).toBe(1);
  });
});

describe('long stays', () => {
  it('are those whose admission lies so many days before the day; the ward is that of the day', async () => {
    world.stay('s1', {
      admitted: '2026-03-01 23:59',
      wards: [
        ['LARCH', '2026-03-01'],
        ['OAK', '2026-03-10 10:00'],
      ],
    });
    world.stay('s2', { admitted: '2026-03-02', discharged: '2026-03-09' });
    world.stay('growing-up', { personId: 'p3', admitted: '2026-03-01', age: 17 });
    world.born('p3', '2008-03-09');
    await fold();
    expect((await ask.figure('los.7-plus', { at: '2026-03-07' })).value).toBe(0);
    expect((await ask.figure('los.7-plus', { at: '2026-03-08' })).value).toBe(1);
    expect((await ask.figure('los.7-plus', { at: '2026-03-09' })).value).toBe(2);
    expect(await ask.groups('los.7-plus', { from: '2026-03-09', to: '2026-03-11', groupBy: 'ward' })).toEqual({
      LARCH: [1.5, null],
      OAK: [0.5, null],
    });
    expect((await ask.figure('los.7-plus', { at: '2026-03-10', ward: 'OAK' })).value).toBe(1);
    ask.now = at('2026-03-20 12:00');
    expect((await ask.figure('los.14-plus')).value).toBe(2);
  });
});

describe('delays', () => {
  beforeEach(() => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', criteria: ['not 2026-03-01 08:00'] });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-01 09:00' });
  });

  it('from Monday 10:00 to Wednesday 09:00 are two bed days', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00', { to: '2026-03-04 09:00' });
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([2, 2, null]);
    expect((await ask.people('delay.bed-days', march)).map(({ day, personId }) => [day, personId])).toEqual([
      ['2026-03-02', 'p1'],
      ['2026-03-03', 'p1'],
    ]);
  });

  it('two of one person count each by itself and each day once in total', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00', { to: '2026-03-04 10:00' });
    world.delay('c1', 'd2', 'CAP1', '2026-03-03 10:00', { to: '2026-03-05 10:00', owner: 'nhs' });
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([3, 3, null]);
    expect(await ask.groups('delay.bed-days', { ...march, groupBy: 'reason' })).toEqual({
      IF1: [2, null],
      CAP1: [2, null],
    });
    expect(await ask.groups('delay.bed-days', { ...march, groupBy: 'family' })).toEqual({
      IF: [2, null],
      CAP: [2, null],
    });
    expect(await ask.groups('delay.bed-days', { ...march, groupBy: 'owner' })).toEqual({
      council: [2, null],
      nhs: [2, null],
    });
    expect(await ask.counts('delay.people', march)).toEqual([1, 1, null]);
  });

  it('end when criteria are met again, and do not open again by themselves', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00');
    world.onCase('c1', 'CriteriaToResideRecorded', { meets: true }, at('2026-03-04 10:00'), 'p1');
    world.onCase('c1', 'CriteriaToResideRecorded', { meets: false }, at('2026-03-06 10:00'), 'p1');
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([2, 2, null]);
  });

  it('end with the discharge; a cancelled discharge never happened', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00');
    const given = { personId: 'p1', admitted: '2026-03-01', criteria: ['not 2026-03-01 08:00'] };
    world.stay('s1', { ...given, discharged: '2026-03-05 10:00' });
    await fold();
    const asOfDischarge = world.recordedAt;
    world.recordedAt = at('2026-06-20');
    expect(await ask.counts('delay.bed-days', march)).toEqual([3, 3, null]);
    world.stay('s1', given);
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([30, 30, null]);
    expect(await ask.counts('delay.bed-days', { ...march, knownAt: asOfDischarge })).toEqual([3, 3, null]);
  });

  it('count no day that has not come', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00');
    await fold();
    ask.now = at('2026-03-04 12:00');
    expect(await ask.counts('delay.bed-days', march)).toEqual([3, 3, null]);
  });

  it('end with a death recorded of the person, by whatever id', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00');
    world.died('p1-older', '2026-03-04 10:00');
    world.merged('p1-older', 'p1');
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([2, 2, null]);
  });

  it('that are anticipated count from when criteria stop being met', async () => {
    world.stay('s2', { personId: 'p2', admitted: '2026-03-01', criteria: ['met 2026-03-01 08:00'] });
    world.refer('c2', { personId: 'p2', stayId: 's2', at: '2026-03-01 09:00' });
    world.delay('c2', 'd2', 'CAP7', '2026-03-02 10:00', { anticipated: true, to: '2026-03-08 10:00' });
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([0, 0, null]);
    world.onCase('c2', 'CriteriaToResideRecorded', { meets: false }, at('2026-03-05 10:00'), 'p2');
    await fold();
    expect(await ask.counts('delay.bed-days', march)).toEqual([3, 3, null]);
  });

  it('marked in error do not count, from when that was recorded', async () => {
    const eventId = world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00', { to: '2026-03-04 09:00' });
    const before = world.recordedAt;
    world.recordedAt = at('2026-06-20');
    world.onCase('c1', 'EntryMarkedInError', { eventId, entryType: 'DelayStarted' }, at('2026-03-09'), 'p1');
    await fold();
    expect(await ask.counts('delay.people', march)).toEqual([0, 0, null]);
    expect(await ask.counts('delay.people', { ...march, knownAt: before })).toEqual([1, 1, null]);
  });

  it('are grouped by the pathway at discharge, else the latest', async () => {
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00', { to: '2026-03-04 09:00' });
    world.pathway('c1', 1, '2026-03-02');
    world.pathway('c1', 3, '2026-03-20');
    await fold();
    expect(await ask.groups('delay.bed-days', { ...march, groupBy: 'pathway' })).toEqual({ '3': [2, null] });
    world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      discharged: '2026-03-10',
      criteria: ['not 2026-03-01 08:00'],
    });
    await fold();
    expect(await ask.groups('delay.bed-days', { ...march, groupBy: 'pathway' })).toEqual({ '1': [2, null] });
  });
});

describe('the fold', () => {
  it('gives the same rows in pages of one event as in one page', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', criteria: ['not 2026-03-02'] });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.delay('c1', 'd1', 'IF1', '2026-03-03', { to: '2026-03-05' });
    world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      discharged: '2026-03-09',
      criteria: ['not 2026-03-02'],
    });
    world.onCase('c1', 'CaseLinkedToStay', { stayId: 's2', admittedAt: at('2026-03-01') }, at('2026-03-09'), 'p1');
    world.stay('s2', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-12' });
    world.pathway('c1', 2, '2026-03-08');
    await world.fold(database.pool, 1);
    const rows = async (of: TestDatabase) =>
      Promise.all(
        ['stays_v6', 'cases_v6', 'stay_facts_v6', 'delay_spans_v6', 'case_facts_v6', 'event_times_v6'].map(
          async (table) => (await of.pool.query(`SELECT t::text FROM insights.${table} t ORDER BY 1`)).rows,
        ),
      );
    const other = await startTestDatabase();
    const again = new World();
    again.events.push(...world.events);
    await again.fold(other.pool);
    expect(await rows(other)).toEqual(await rows(database));
    await other.stop();
  });
});
