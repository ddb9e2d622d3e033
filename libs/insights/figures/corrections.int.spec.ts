import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Asking } from '../testing/asking.js';
import { at, World } from '../testing/world.js';

let database: TestDatabase;
let world: World;
let ask: Asking;

beforeEach(async () => {
  database = await startTestDatabase();
  world = new World();
  ask = new Asking(database.pool, at('2026-08-01 12:00'));
});
afterEach(() => database.stop());

const march = { from: '2026-03-01', to: '2026-04-01' };
const fold = () => world.fold(database.pool);
const value = async (id: string, asked: Parameters<Asking['figure']>[1] = march) => (await ask.figure(id, asked)).value;

describe('a ready date that lies ahead', () => {
  it('is a fault of stays and delays alike until its day comes: the one before holds', async () => {
    world.recordedAt = at('2026-03-05 10:00');
    world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      criteria: ['ready 2026-03-04', 'not 2026-03-04 09:00 ready 2026-03-08'],
    });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-01 09:00' });
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00', { anticipated: true });
    await fold();
    const on = async (now: string, day: string) => {
      ask.now = at(now);
      return [
        await value('nctr.remaining', { at: day }),
        await value('delay.bed-days', { from: day, to: '2026-03-20' }),
      ];
    };
    expect(await on('2026-03-06 12:00', '2026-03-04')).toEqual([1, 3]);
    expect(await on('2026-03-09 12:00', '2026-03-04')).toEqual([0, 2]);
    ask.now = at('2026-03-09 12:00');
    expect(
      await value('delay.bed-days', { from: '2026-03-04', to: '2026-03-20', knownAt: at('2026-03-06 12:00') }),
    ).toBe(3);
    expect(await ask.people('delay.people', { from: '2026-03-04', to: '2026-03-20' })).toHaveLength(1);
  });

  it('is a fault of a stay whose discharge lies ahead too, of its days in bed as of its delays', async () => {
    world.recordedAt = at('2026-03-05 10:00');
    world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      discharged: '2026-03-10 12:00',
      criteria: ['ready 2026-03-04', 'ready 2026-03-08'],
    });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-01 09:00' });
    world.delay('c1', 'd1', 'IF1', '2026-03-02 10:00', { anticipated: true });
    await fold();
    const known = (day: string) => ({ ...march, knownAt: at(`${day} 12:00`) });
    const drd = async (asked: ReturnType<typeof known>) => {
      const { numerator, denominator, quality } = await ask.figure('drd.average-delay', asked);
      return [numerator, denominator, quality['faults']];
    };
    expect(await drd(known('2026-03-06'))).toEqual([6, 1, 1]);
    expect(await drd(known('2026-03-08'))).toEqual([2, 1, 0]);
    const delayed = (day: string) => value('delay.bed-days', { ...known(day), to: '2026-03-07' });
    expect(await delayed('2026-03-06')).toBe(3);
    expect(await delayed('2026-03-08')).toBe(0);
    expect(await value('drd.bed-days-lost', known('2026-03-06'))).toBe(6);
    const lost = await ask.people('drd.bed-days-lost', known('2026-03-06'));
    expect(lost.map(({ day }) => day)).toEqual([4, 5, 6, 7, 8, 9].map((day) => `2026-03-0${String(day)}`));
    expect(await value('nctr.remaining', { at: '2026-03-05', knownAt: at('2026-03-06 12:00') })).toBe(1);
    expect(await value('nctr.remaining', { at: '2026-03-05', knownAt: at('2026-03-08 12:00') })).toBe(0);
  });

  it('after a discharge that lies ahead is a fault whenever it is asked', async () => {
    world.recordedAt = at('2026-03-05 10:00');
    world.stay('s1', { admitted: '2026-03-01', discharged: '2026-03-07 12:00', criteria: ['ready 2026-03-08'] });
    await fold();
    for (const knownAt of [at('2026-03-06 12:00'), at('2026-03-09 12:00')]) {
      const { quality } = await ask.figure('drd.average-delay', { ...march, knownAt });
      expect(quality).toMatchObject({ faults: 1, blank: 1 });
    }
  });

  it('in whatever order the entries are told', async () => {
    const said = [
      'not 2026-03-04 09:00 ready 2026-03-08',
      'ready 2026-03-03',
      'met 2026-03-02 08:00',
      'not 2026-03-06 ready 2026-03-07',
    ];
    const block = (stayId: string, order: readonly number[]): void => {
      world.recordedAt = at('2026-03-05 10:00');
      world.stay(stayId, { admitted: '2026-03-01', criteria: said });
      const stored = world.events.at(-1);
      const stay = stored?.data['stay'] as { criteria: unknown[] };
      stay.criteria = order.map((index) => stay.criteria[index]);
    };
    block('s1', [0, 1, 2, 3]);
    block('s2', [3, 2, 1, 0]);
    block('s3', [2, 0, 3, 1]);
    await fold();
    for (const now of ['2026-03-06 12:00', '2026-03-07 12:00', '2026-03-08 12:00']) {
      ask.now = at(now);
      for (const day of ['2026-03-02', '2026-03-03', '2026-03-05', '2026-03-06'])
        expect([0, 3]).toContain(await value('nctr.remaining', { at: day }));
    }
  });
});

describe('an entry of the ward marked in error from the case', () => {
  it('does not count, until the mark is marked', async () => {
    const eventId = world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      discharged: '2026-03-10 12:00',
      criteria: ['not 2026-03-06 09:00'],
    });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    const mark = world.onCase('c1', 'EntryMarkedInError', { eventId, entryType: 'x' }, world.recordedAt, 'p1');
    await fold();
    expect(await value('drd.bed-days-lost')).toBe(0);
    world.onCase('c1', 'EntryMarkedInError', { eventId: mark, entryType: 'x' }, world.recordedAt, 'p1');
    await fold();
    expect(await value('drd.bed-days-lost')).toBe(4);
  });
});

describe('the answer of day 91', () => {
  const check = (type: string, data: object): void => {
    world.record('check-k1', type, data, world.recordedAt, 'p1');
  };
  beforeEach(() => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-10 12:00' });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.check('k1', { caseId: 'c1', stayId: 's1', dischargedOn: '2026-03-10', personId: 'p1', status: 'own-home' });
  });
  const said = (dischargedOn: string) => ({ caseId: 'c1', stayId: 's1', dischargedOn, requestId: null });

  it('belongs to its discharge date: corrected to another, it is open', async () => {
    check('Day91CheckScheduled', said('2026-03-12'));
    await fold();
    expect(await ask.counts('reablement.91-day-at-home', march)).toEqual([0, 0, 1]);
    expect(await ask.counts('reablement.91-day-known', march)).toEqual([null, 0, 0]);
    check('Day91CheckCompleted', { status: 'extra-care', evidenceIds: [], by: 'hand' });
    await fold();
    expect(await ask.counts('reablement.91-day-at-home', march)).toEqual([1, 1, 1]);
  });

  it('taken back and given anew on another day it is open, on the same day it stands', async () => {
    check('Day91CheckCancelled', { because: 'discharge-cancelled' });
    check('Day91CheckReinstated', { stayId: 's1', dischargedOn: '2026-03-15' });
    await fold();
    expect(await ask.counts('reablement.91-day-known', march)).toEqual([null, 0, 0]);
    check('Day91CheckScheduled', said('2026-03-10'));
    await fold();
    expect(await ask.counts('reablement.91-day-known', march)).toEqual([1, 1, 1]);
    check('Day91CheckReopened', { by: 'hand' });
    await fold();
    expect(await ask.counts('reablement.91-day-known', march)).toEqual([null, 0, 0]);
  });
});

describe('what is told of a person', () => {
  it('the birth date is the one said of the latest time, not the one that came last', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-10 12:00', age: 50 });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.reablement('e1', { caseId: 'c1', personId: 'p1', startedOn: '2026-03-11' });
    world.born('p1', '1940-01-01', at('2026-03-05'));
    world.born('p1', '1955-01-01', at('2026-03-04'));
    await fold();
    expect(await ask.groups('los.mean', { ...march, groupBy: 'ageBand' })).toEqual({ '85+': [9, 1] });
    expect(await ask.groups('reablement.start-delay', { ...march, groupBy: 'ageBand' })).toEqual({ '85+': [1, 1] });
    expect(await ask.groups('los.7-plus', { at: '2026-03-09', groupBy: 'ageBand' })).toEqual({ '85+': [1, null] });
  });

  it('of whom a merge gave up only fills what nobody said of the survivor', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-10 12:00', age: 50, sex: null });
    world.details('p1', { birthDate: '1940-01-01' }, at('2026-03-04'));
    world.details('p0', { birthDate: '1955-01-01', sex: 'M' }, at('2026-03-05'));
    world.merged('p0', 'p1');
    await fold();
    expect(await ask.groups('los.mean', { ...march, groupBy: 'ageBand' })).toEqual({ '85+': [9, 1] });
    expect(await ask.groups('los.mean', { ...march, groupBy: 'sex' })).toEqual({ M: [9, 1] });
  });

  it('the sex that the referral told groups every figure', async () => {
    world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      discharged: '2026-03-10 12:00',
      sex: null,
      criteria: ['not 2026-03-02'],
    });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.details('p1', { sex: 'M' }, at('2026-03-02'));
    world.delay('c1', 'd1', 'IF1', '2026-03-03 10:00');
    world.reablement('e1', { caseId: 'c1', personId: 'p1', startedOn: '2026-03-11', endedOn: '2026-03-20' });
    world.check('k1', { caseId: 'c1', stayId: 's1', dischargedOn: '2026-03-10', personId: 'p1', status: 'own-home' });
    world.requested('r1', 'c1', { serviceType: 'reablement' }, '2026-03-03 08:00');
    world.request('r1', 'ProviderDeclined', { providerId: 'a', reason: 'capacity' }, '2026-03-03 09:00');
    world.request('r1', 'RequestApproved', {}, '2026-03-03 10:00');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'b', serviceType: 'reablement', funding: null },
      '2026-03-04',
    );
    // Nobody heard of a stay.
    world.refer('c2', { personId: 'p2', at: '2026-03-02' });
    world.details('p2', { sex: 'X' }, at('2026-03-02'));
    world.onCase(
      'c2',
      'DelayStarted',
      { delayId: 'd2', reason: 'IF1', owner: null, anticipated: false },
      at('2026-03-31'),
      'p2',
    );
    await fold();
    const bySex = async (id: string, asked: object = march) =>
      Object.keys(await ask.groups(id, { ...asked, groupBy: 'sex' }));
    for (const id of [
      'los.mean',
      'drd.average-delay',
      'home-first.usual-place-share',
      'home-first.supported-home-share',
      'reablement.91-day-at-home',
      'reablement.offered-share',
      'reablement.start-delay',
      'ascof.2d-local',
      'ascof.2a-local',
      'brokerage.time-to-source',
      'brokerage.declines',
    ])
      expect([id, ...(await bySex(id))]).toEqual(id === 'home-first.supported-home-share' ? [id] : [id, 'M']);
    expect(await bySex('delay.bed-days')).toEqual(['M', 'X']);
    expect(await bySex('delay.people')).toEqual(['M', 'X']);
    expect(await bySex('nctr.remaining', { at: '2026-03-05' })).toEqual(['M']);
    expect(await bySex('los.7-plus', { at: '2026-03-09' })).toEqual(['M']);
  });
});

describe('a request that failed and was awarded again', () => {
  it('its starts and failures are of the award before them in the log, whatever time they were entered for', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-02-01', discharged: '2026-03-01 12:00' });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-02-02' });
    world.requested('r1', 'c1', { serviceType: 'residential' }, '2026-02-20');
    world.request('r1', 'RequestApproved', {}, '2026-02-21');
    const award = (providerId: string, serviceType: string, when: string): void => {
      world.request('r1', 'PlacementAwarded', { providerId, serviceType, funding: null }, when);
    };
    award('a', 'home-care', '2026-02-22');
    // Entered afterwards for a time before the award.
    world.request('r1', 'PlacementStarted', { providerId: 'a', startedOn: '2026-03-02' }, '2026-02-21 12:00');
    world.request('r1', 'PlacementFailed', { offerId: null, providerId: 'a' }, '2026-03-04');
    award('b', 'residential', '2026-03-06');
    world.request('r1', 'PlacementStarted', { providerId: 'b', startedOn: '2026-03-05' }, '2026-03-03');
    await fold();
    expect((await ask.people('ascof.2c-local', { from: '2026-03-01', to: '2026-03-05' })).length).toBe(0);
    expect((await ask.people('ascof.2c-local', march)).length).toBe(1);
    const figure = await ask.figure('brokerage.time-to-source', { from: '2026-02-01', to: '2026-04-01' });
    expect(figure.groups.map(({ key, value }) => [key, value])).toEqual([
      ['home-care', 24],
      ['residential', 48],
    ]);
  });

  it('a failure entered for a time before its award is of that award, and its clock runs from then', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-08 12:00' });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.requested('r1', 'c1', { serviceType: 'reablement', funding: 'local-authority' }, '2026-03-01');
    world.request('r1', 'RequestApproved', {}, '2026-03-02');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'a', serviceType: 'reablement', funding: 'self-funded' },
      '2026-03-04',
    );
    world.request('r1', 'PlacementFailed', { offerId: null, providerId: 'a' }, '2026-03-03');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'b', serviceType: 'reablement', funding: 'chc' },
      '2026-03-03 12:00',
    );
    world.check('k1', { caseId: 'c1', stayId: 's1', dischargedOn: '2026-03-08', personId: 'p1', status: 'own-home' });
    await fold();
    expect((await ask.figure('brokerage.time-to-source', march)).value).toBe(30);
    expect(await ask.counts('reablement.91-day-at-home', march)).toEqual([1, 1, 1]);
  });
});

describe('a death that is corrected', () => {
  beforeEach(() => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', criteria: ['not 2026-03-01 08:00'] });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-01 09:00' });
    world.onCase(
      'c1',
      'DelayStarted',
      { delayId: 'd1', reason: 'IF1', owner: null, anticipated: false },
      at('2026-03-02 10:00'),
      'p1',
    );
    world.died('p1', '2026-03-05 10:00');
    world.onCase('c1', 'CaseClosed', { by: 'death', diedAt: at('2026-03-05 10:00') }, at('2026-03-05 10:00'), 'p1');
  });

  it('to a later time ends the delays then', async () => {
    await fold();
    expect(await value('delay.bed-days')).toBe(3);
    const before = world.recordedAt;
    world.died('p1', '2026-03-09 10:00');
    world.onCase('c1', 'CaseClosed', { by: 'death', diedAt: at('2026-03-09 10:00') }, at('2026-03-09 10:00'), 'p1');
    await fold();
    expect(await value('delay.bed-days')).toBe(7);
    expect(
      await value('delay.bed-days', { ...march, knownAt: new Date(Date.parse(before) - 1000).toISOString() }),
    ).toBe(3);
    expect(await value('delay.people', { from: '2026-03-07', to: '2026-03-20' })).toBe(1);
  });

  it('and taken back opens them again', async () => {
    world.deathWithdrawn('p1');
    world.onCase('c1', 'CaseReopened', { undoes: 'death' }, world.recordedAt, 'p1');
    await fold();
    expect(await value('delay.bed-days')).toBe(30);
  });

  it('to a time after the discharge leaves the case discharged', async () => {
    world.pathway('c1', 1, '2026-03-02');
    world.died('p1', '2026-03-09 10:00');
    world.onCase('c1', 'CaseClosed', { by: 'death', diedAt: at('2026-03-09 10:00') }, at('2026-03-09 10:00'), 'p1');
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-07 12:00' });
    await fold();
    expect(await ask.counts('home-first.supported-home-share', march)).toEqual([1, 1, 1]);
  });
});

describe('the home authority of a stay', () => {
  const authorities = async () => Object.keys(await ask.groups('los.mean', { ...march, groupBy: 'authority' }));
  beforeEach(() => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-10 12:00', authority: 'Camden' });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02', authority: 'Barnet' });
  });

  it('is that of the earlier referral where a merge puts two cases on it', async () => {
    world.refer('c2', { personId: 'p1', stayId: 's1', at: '2026-03-03', authority: 'Enfield' });
    await fold();
    expect(await authorities()).toEqual(['Barnet']);
    world.onCase('c2', 'CaseClosed', { by: 'merged', keptCaseId: 'c1' }, at('2026-03-03'), 'p1');
    await fold();
    expect(await authorities()).toEqual(['Barnet']);
  });

  it('is that of the new referral where the first was withdrawn', async () => {
    world.onCase('c1', 'ReferralWithdrawn', { by: 'hand' }, at('2026-03-03'), 'p1');
    await fold();
    expect(await authorities()).toEqual(['Barnet']);
    world.refer('c2', { personId: 'p1', stayId: 's1', at: '2026-03-04', authority: 'Enfield' });
    await fold();
    expect(await authorities()).toEqual(['Enfield']);
    expect(await ask.counts('los.mean', { ...march, authority: 'Enfield' })).toEqual([9, 9, 1]);
  });

  it('stays that of a case closed after the discharge', async () => {
    world.onCase('c1', 'CaseClosed', { by: 'hand' }, at('2026-03-12'), 'p1');
    await fold();
    expect(await authorities()).toEqual(['Barnet']);
  });
});
