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

/** A case whose stay was discharged on this day. */
const discharged = (
  name: string,
  on = '2026-03-10',
  given: { age?: number; destination?: string; admitted?: string } = {},
): void => {
  world.stay(`s-${name}`, {
    personId: `p-${name}`,
    admitted: given.admitted ?? '2026-03-01',
    discharged: `${on} 12:00`,
    ...(given.age ? { age: given.age } : {}),
    ...(given.destination ? { destination: given.destination } : {}),
  });
  world.refer(`c-${name}`, { personId: `p-${name}`, stayId: `s-${name}`, at: '2026-03-02' });
};

describe('home first', () => {
  it('asks for the usual place, of those whose destination is known', async () => {
    for (const [index, destination] of ['19', '19', '29', '54', '99', '98'].entries())
      world.stay(`s${String(index)}`, { admitted: '2026-03-10 08:00', discharged: '2026-03-10 12:00', destination });
    world.stay('missing', { admitted: '2026-03-10', discharged: '2026-03-11', destination: null });
    world.stay('died', { admitted: '2026-03-10', discharged: '2026-03-11', destination: '79' });
    await fold();
    const figure = await ask.figure('home-first.usual-place-share', march);
    expect([figure.value, figure.numerator, figure.denominator]).toEqual([0.4, 2, 5]);
    expect(figure.quality).toMatchObject({ destinationUnknown: 2 });
    expect(figure.display).toBe('40.0 %');
    expect(await ask.counts('home-first.usual-place-share', { ...march, version: '2021-22-with-temporary' })).toEqual([
      0.6, 3, 5,
    ]);
  });

  it('shares out cases by the pathway that held at discharge', async () => {
    discharged('one');
    world.pathway('c-one', 2, '2026-03-03');
    world.pathway('c-one', 1, '2026-03-09');
    world.pathway('c-one', 3, '2026-03-11');
    discharged('none');
    discharged('withdrawn');
    world.pathway('c-withdrawn', 2, '2026-03-03');
    world.onCase('c-withdrawn', 'ReferralWithdrawn', { by: 'hand' }, at('2026-03-05'));
    discharged('closed-later');
    world.pathway('c-closed-later', 3, '2026-03-03');
    world.onCase('c-closed-later', 'CaseClosed', { by: 'hand' }, at('2026-03-20'));
    world.stay('nobody-referred', { admitted: '2026-03-01', discharged: '2026-03-10' });
    await fold();
    expect(await ask.groups('home-first.pathway-mix', march)).toEqual({
      '0': [0, 3],
      '1': [1, 3],
      '2': [0, 3],
      '3': [1, 3],
      unassigned: [1, 3],
    });
    expect(await ask.groups('home-first.pathway-mix', { ...march, version: 'all-discharges' })).toEqual({
      '0': [2, 5],
      '1': [1, 5],
      '2': [0, 5],
      '3': [1, 5],
      unassigned: [1, 5],
    });
    expect(await ask.counts('home-first.supported-home-share', march)).toEqual([0.5, 1, 2]);
    expect(
      (await ask.people('home-first.supported-home-share', march)).map(({ caseId, inNumerator }) => [
        caseId,
        inNumerator,
      ]),
    ).toEqual([
      ['c-closed-later', false],
      ['c-one', true],
    ]);
  });
});

describe('day 91', () => {
  it('counts a check once it is answered, or once day 105 has passed; the rest is pending', async () => {
    const check = (name: string, on: string, status?: string, age?: number): void => {
      discharged(name, on, age ? { age } : {});
      world.check(name, { caseId: `c-${name}`, stayId: `s-${name}`, dischargedOn: on, ...(status ? { status } : {}) });
    };
    check('home', '2026-03-10', 'own-home');
    check('respite', '2026-03-10', 'care-home-respite');
    check('long-term', '2026-03-10', 'care-home-long-term');
    check('silent', '2026-03-10', 'not-contactable');
    check('moved', '2026-03-10', 'moved-away');
    check('no-answer', '2026-03-11');
    check('young', '2026-03-10', 'own-home', 60);
    check('cancelled', '2026-03-10', 'own-home');
    world.record('check-cancelled', 'Day91CheckCancelled', { because: 'discharge-cancelled' });
    await fold();
    expect(await ask.counts('reablement.91-day-at-home', march)).toEqual([2 / 6, 2, 6]);
    expect(await ask.counts('reablement.91-day-known', march)).toEqual([2 / 3, 2, 3]);
    // 11 March + 105 days is 24 June: on that day it is still pending.
    ask.now = at('2026-06-24 23:00');
    const figure = await ask.figure('reablement.91-day-at-home', march);
    expect([figure.numerator, figure.denominator, figure.quality['pending']]).toEqual([2, 5, 1]);
    expect(await ask.counts('reablement.offered-share', march)).toEqual([6 / 7, 6, 7]);
  });

  it('counts who was offered in the group of their own stay', async () => {
    for (const [name, hospital, ward] of [
      ['a', 'RAL', 'LARCH'],
      ['b', 'RAL', 'OAK'],
      ['c', 'RVR', 'OAK'],
      ['d', 'RVR', 'OAK'],
    ] as const) {
      world.stay(`s-${name}`, {
        ...{ personId: `p-${name}`, hospital, wards: [[ward, '2026-03-01']] },
        ...{ admitted: '2026-03-01', discharged: '2026-03-10 12:00' },
      });
      world.refer(`c-${name}`, { personId: `p-${name}`, stayId: `s-${name}`, at: '2026-03-02' });
    }
    for (const name of ['b', 'c', 'd']) world.check(name, { caseId: `c-${name}`, dischargedOn: '2026-03-10' });
    await fold();
    expect(await ask.groups('reablement.offered-share', { ...march, groupBy: 'hospital' })).toEqual({
      RAL: [1, 2],
      RVR: [2, 2],
    });
    expect(await ask.groups('reablement.offered-share', { ...march, groupBy: 'ward' })).toEqual({
      LARCH: [0, 1],
      OAK: [3, 3],
    });
    const figure = await ask.figure('reablement.offered-share', { ...march, groupBy: 'ward' });
    const ofStays = world.events.filter(({ streamId }) => !streamId.startsWith('check-'));
    expect([figure.numerator, figure.denominator, figure.basis.events]).toEqual([3, 4, ofStays.length]);
  });

  it('leaves out who was assessed by the NHS alone in the classic rule, and self-funders in both', async () => {
    for (const name of ['nhs', 'social', 'self']) {
      discharged(name);
      world.check(name, { caseId: `c-${name}`, dischargedOn: '2026-03-10', status: 'own-home' });
    }
    world.reablement('e1', { caseId: 'c-nhs', startedOn: '2026-03-11', assessorType: 'nhs' });
    world.reablement('e2', { caseId: 'c-social', startedOn: '2026-03-11', assessorType: 'social-care' });
    world.requested('r1', 'c-self', { serviceType: 'reablement' }, '2026-03-05');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'prov-a', serviceType: 'reablement', funding: 'self-funded' },
      '2026-03-08',
    );
    await fold();
    expect(await ask.counts('reablement.91-day-at-home', march)).toEqual([1, 1, 1]);
    expect(await ask.counts('reablement.91-day-at-home', { ...march, version: '2b-with-nhs' })).toEqual([1, 2, 2]);
  });

  it('measures the days from discharge to the start, a start before it as none', async () => {
    for (const name of ['late', 'early', 'in-bed']) discharged(name);
    world.refer('c-in-bed-2', { personId: 'p9', at: '2026-03-02' });
    world.reablement('e1', { caseId: 'c-late', startedOn: '2026-03-13' });
    world.reablement('e2', { caseId: 'c-early', startedOn: '2026-03-09' });
    world.reablement('e3', { caseId: 'c-in-bed-2', startedOn: '2026-03-09' });
    await fold();
    const figure = await ask.figure('reablement.start-delay', march);
    expect([figure.value, figure.numerator, figure.denominator, figure.quality['noDischarge']]).toEqual([1.5, 3, 2, 1]);
  });
});

describe('clusters of reablement', () => {
  it('fail with a death, an emergency admission of a night or a move to long-term care within 84 days', async () => {
    for (const name of ['well', 'died', 'back', 'electively', 'moved', 'unlinked']) discharged(name);
    for (const name of ['well', 'died', 'back', 'electively', 'moved'])
      world.reablement(`e-${name}`, {
        caseId: `c-${name}`,
        personId: `p-${name}`,
        startedOn: '2026-03-11',
        endedOn: '2026-03-20',
      });
    world.reablement('e-well-2', {
      caseId: 'c-well',
      personId: 'p-well',
      startedOn: '2026-03-27',
      endedOn: '2026-04-10',
    });
    world.reablement('e-unlinked', { caseId: 'c-unlinked', personId: 'p-unlinked', startedOn: '2026-03-18' });
    world.died('p-died', '2026-06-02 10:00');
    world.stay('back', { personId: 'p-back', admitted: '2026-04-01', discharged: '2026-04-02', admissionMethod: '21' });
    world.stay('electively', {
      personId: 'p-electively',
      admitted: '2026-04-01',
      discharged: '2026-04-02',
      admissionMethod: '11',
    });
    world.requested('r1', 'c-moved', { serviceType: 'residential' }, '2026-04-01', 'p-moved');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'h', serviceType: 'residential', funding: null },
      '2026-04-03',
      'p-moved',
    );
    world.request('r1', 'PlacementStarted', { providerId: 'h', startedOn: '2026-04-05' }, '2026-04-05', 'p-moved');
    await fold();
    expect(await ask.counts('ascof.2d-local', march)).toEqual([0.4, 2, 5]);
    ask.now = at('2026-06-02 12:00');
    expect((await ask.figure('ascof.2d-local', march)).quality['pending']).toBe(5);
  });

  it('end with or without ongoing support', async () => {
    for (const [name, outcome] of [
      ['a', 'independent'],
      ['b', 'ongoing-home-care'],
      ['c', 'declined'],
      ['d', 'advice'],
      ['e', 'other'],
      ['f', 'independent'],
    ] as const) {
      discharged(name);
      world.reablement(`e-${name}`, {
        caseId: `c-${name}`,
        personId: `p-${name}`,
        startedOn: '2026-03-11',
        endedOn: '2026-03-20',
        outcome,
        ...(name === 'f' ? { inLongTermSupport: true } : {}),
      });
    }
    world.died('p-d', '2026-03-27 08:00');
    await fold();
    expect(await ask.counts('ascof.2a-local', march)).toEqual([2 / 3, 2, 3]);
  });

  it('new admissions to care homes are held against the population of settings', async () => {
    for (const [name, type, started] of [
      ['a', 'nursing', '2026-03-10'],
      ['b', 'respite', '2026-03-10'],
      ['c', 'residential', '2026-03-12'],
    ] as const) {
      world.refer(`c-${name}`, { personId: `p-${name}`, at: '2026-03-01' });
      world.born(`p-${name}`, '1940-01-01');
      world.requested(`r-${name}`, `c-${name}`, { serviceType: type }, '2026-03-02', `p-${name}`);
      world.request(
        `r-${name}`,
        'PlacementAwarded',
        { providerId: 'h', serviceType: type, funding: null },
        '2026-03-03',
        `p-${name}`,
      );
      world.request(`r-${name}`, 'PlacementStarted', { providerId: 'h', startedOn: started }, started, `p-${name}`);
    }
    world.requested('r-c0', 'c-c', { serviceType: 'nursing' }, '2025-04-01', 'p-c');
    world.request(
      'r-c0',
      'PlacementAwarded',
      { providerId: 'h', serviceType: 'nursing', funding: null },
      '2025-04-02',
      'p-c',
    );
    world.request('r-c0', 'PlacementStarted', { providerId: 'h', startedOn: '2025-04-03' }, '2025-04-03', 'p-c');
    await fold();
    expect(await ask.counts('ascof.2c-local', march)).toEqual([null, 1, null]);
    world.record('setting-population65', 'Population65Set', { year: 2025, authority: 'Barnet', people: 59707 });
    await fold();
    expect(await ask.counts('ascof.2c-local', march)).toEqual([100_000 / 59707, 1, 59707]);
  });
});

describe('brokerage', () => {
  it('takes hours from approval, or from the failure before, to each award, less paused time', async () => {
    world.refer('c1', { at: '2026-03-01' });
    world.requested('r1', 'c1', { serviceType: 'home-care' }, '2026-03-02');
    world.request('r1', 'RequestApproved', { approver: 'x' }, '2026-03-02 10:00');
    world.request('r1', 'RequestPaused', { because: 'criteria' }, '2026-03-02 12:00');
    world.request('r1', 'RequestPaused', { because: 'hand' }, '2026-03-02 14:00');
    world.request('r1', 'RequestResumed', { because: 'criteria' }, '2026-03-02 16:00');
    world.request('r1', 'RequestResumed', { because: 'hand' }, '2026-03-02 18:00');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'prov-a', serviceType: 'home-care', funding: null },
      '2026-03-03 10:00',
    );
    world.request('r1', 'PlacementFailed', { offerId: null, providerId: 'prov-a' }, '2026-03-04 10:00');
    world.request(
      'r1',
      'PlacementAwarded',
      { providerId: 'prov-b', serviceType: 'home-care', funding: null },
      '2026-03-06 10:00',
    );
    world.requested('r2', 'c1', { serviceType: 'respite' }, '2026-03-02');
    world.request('r2', 'RequestApproved', { approver: 'x' }, '2026-03-02 10:00');
    world.request(
      'r2',
      'PlacementAwarded',
      { providerId: 'prov-a', serviceType: 'respite', funding: null },
      '2026-03-03 10:00',
    );
    world.request('r2', 'ProviderDeclined', { providerId: 'prov-c', reason: 'price' }, '2026-03-03 09:00');
    world.request('r2', 'ProviderDeclined', { providerId: 'prov-d', reason: null }, '2026-03-03 09:00');
    await fold();
    const figure = await ask.figure('brokerage.time-to-source', march);
    expect([figure.value, figure.numerator, figure.denominator]).toEqual([24, null, 3]);
    expect(figure.p90).toBeCloseTo(43.2, 10);
    expect(figure.groups.map(({ key, value, denominator }) => [key, value, denominator])).toEqual([
      ['home-care', 33, 2],
      ['respite', 24, 1],
    ]);
    const within = await ask.figure('brokerage.within-target-share', march);
    expect([within.value, within.numerator, within.denominator, within.quality['noTarget']]).toEqual([0.5, 1, 2, 1]);
    expect(await ask.groups('brokerage.declines', march)).toEqual({ price: [1, null], unknown: [1, null] });
    expect(await ask.groups('brokerage.time-to-source', { ...march, groupBy: 'provider' })).toEqual({
      'prov-a': [null, 2],
      'prov-b': [null, 1],
    });
    expect((await ask.figure('brokerage.time-to-source', march, { provider: 'prov-b' })).denominator).toBe(1);
  });
});
