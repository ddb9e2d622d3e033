import { criteriaSaid, GivenCase, on } from './given-case.js';
import { rowAt, type Row } from './row-at.js';

/** The row at `asOf`, as known at `knownAt` (default: everything is known). */
const row = (given: GivenCase, asOf: string, knownAt = '30 23:59'): Row | null =>
  rowAt(given.history, given.stays, { asOf: on(asOf), knownAt: on(knownAt) });
const shown = (given: GivenCase, asOf: string, knownAt?: string): Row => {
  const found = row(given, asOf, knownAt);
  if (!found) throw new Error('no row then');
  return found;
};
const pathway = (n: number) => ({ pathway: n, returningCareHomeResident: false });
const delay = (delayId: string, reason = 'CAP1', anticipated = false) => ({
  delayId,
  reason,
  owner: null,
  anticipated,
  setBy: 'hand' as const,
});

describe('when a case has a row', () => {
  const given = new GivenCase().referred({}, { at: '2 09:00', known: '4 09:00' });

  it('has none before it was referred', () => {
    expect(row(given, '2 08:59')).toBeNull();
    expect(row(given, '2 09:00')).not.toBeNull();
  });
  it('has none before the referral was known', () => {
    expect(row(given, '3 09:00', '4 08:59')).toBeNull();
    expect(row(given, '3 09:00', '4 09:00')?.status).toBe('referred');
  });
  it('has none once the referral itself was marked in error', () => {
    const wrong = new GivenCase().referred();
    wrong.wrong(wrong.lastId, { at: '3 10:00' });
    expect(row(wrong, '5 10:00')).toBeNull();
    expect(row(wrong, '5 10:00', '3 09:59')).not.toBeNull();
  });
});

describe('where the person is', () => {
  const given = new GivenCase().inHospital().stay('3 14:30', {
    locations: [
      { ward: 'LARCH', room: '1', bed: 'A', from: on('1 08:00') },
      { ward: 'ELM', room: null, bed: '7', from: on('3 14:00') },
    ],
  });

  it('is the place held then, not the place held now', () => {
    expect(shown(given, '3 13:59')).toMatchObject({ ward: 'LARCH', bed: 'A', stayId: 'stay-1', hospital: 'RAL' });
    expect(shown(given, '3 14:00')).toMatchObject({ ward: 'ELM', bed: '7' });
  });
  it('is the place known then, when news of a move came late', () => {
    expect(shown(given, '3 14:15', '3 14:15').ward).toBe('LARCH');
    expect(shown(given, '3 14:15', '3 14:30').ward).toBe('ELM');
  });
  it('is marked as moved for a day, and an admission is no move', () => {
    expect(shown(given, '1 09:30').movedAt).toBeNull();
    expect(shown(given, '4 13:59').movedAt).toBe(on('3 14:00'));
    expect(shown(given, '4 14:00').movedAt).toBeNull();
  });
  it('is what the referral says while no stay is known', () => {
    expect(shown(new GivenCase().referred(), '2 10:00')).toMatchObject({
      stayId: null,
      ward: 'OAK',
      bed: null,
      losDays: null,
    });
  });
  it('goes back to where it was, at every instant, once the move was cancelled (A12)', () => {
    given.stay('5 09:00', { locations: [{ ward: 'LARCH', room: '1', bed: 'A', from: on('1 08:00') }] });
    expect(shown(given, '4 09:00', '5 08:59').ward).toBe('ELM');
    expect(shown(given, '4 09:00', '5 09:00').ward).toBe('LARCH');
  });
  it('follows a visit merged into another', () => {
    const merged = new GivenCase()
      .inHospital()
      .stay('2 08:00', { locations: [{ ward: 'ASH', room: null, bed: '2', from: on('1 08:00') }] }, 'stay-2')
      .stay('2 09:00', { status: 'merged', mergedInto: 'stay-2' });
    expect(shown(merged, '3 09:00')).toMatchObject({ stayId: 'stay-2', ward: 'ASH' });
    expect(shown(merged, '3 09:00', '2 08:59')).toMatchObject({ stayId: 'stay-1', ward: 'LARCH' });
  });
  it('has no stay before the admission began, for a referral ahead of it', () => {
    const ahead = new GivenCase()
      .referred({}, { at: '1 09:00' })
      .stay('4 10:05', {
        admittedAt: on('4 10:00'),
        locations: [{ ward: 'ELM', room: null, bed: null, from: on('4 10:00') }],
        criteria: [criteriaSaid(false, '2 08:00')],
        expectedDates: [{ date: '2026-11-09', at: on('2 08:00') }],
      })
      .linked('stay-1', { at: '4 10:00', known: '4 10:06' });
    const nothing = { losDays: null, criteriaToReside: null, dischargeReadyDate: null, expectedDischargeDate: null };
    expect(shown(ahead, '3 09:00')).toMatchObject({ stayId: null, ward: 'OAK', ...nothing });
    expect(shown(ahead, '4 10:00')).toMatchObject({ stayId: 'stay-1', ward: 'ELM', losDays: 0 });
  });
  it('counts length of stay in civil days, to the discharge', () => {
    const left = new GivenCase().inHospital({
      dischargedAt: on('9 01:00'),
      status: 'discharged',
      destinationCode: '19',
      dischargeMethodCode: '1',
    });
    expect(shown(left, '1 23:59').losDays).toBe(0);
    expect(shown(left, '2 00:00').losDays).toBe(1);
    expect(shown(left, '20 10:00').losDays).toBe(8);
  });
});

describe('status', () => {
  it('goes from referred to accepted to active, each at its own time', () => {
    const given = new GivenCase()
      .inHospital()
      .add('CaseAccepted', {}, { at: '2 10:00' })
      .add('PathwayAssigned', pathway(1), { at: '3 10:00' });
    expect(['1 12:00', '2 10:00', '3 10:00'].map((at) => shown(given, at).status)).toEqual([
      'referred',
      'accepted',
      'active',
    ]);
  });
  it('is active by a delay or an action alone, without being accepted', () => {
    expect(
      shown(new GivenCase().inHospital().add('DelayStarted', delay('d'), { at: '2 10:00' }), '3 10:00').status,
    ).toBe('active');
    const action = { actionId: 'a', what: 'call', owner: { organisation: 'council' }, due: '2026-11-05' };
    expect(shown(new GivenCase().inHospital().add('ActionRaised', action, { at: '2 10:00' }), '3 10:00').status).toBe(
      'active',
    );
  });
  it('is discharged from the ward’s discharge on, also where the discharge is known later', () => {
    const given = new GivenCase().inHospital().stay('8 15:00', {
      status: 'discharged',
      dischargedAt: on('8 11:00'),
      destinationCode: '19',
      dischargeMethodCode: '1',
    });
    expect(shown(given, '8 10:59').status).toBe('referred');
    expect(shown(given, '8 11:00').status).toBe('discharged');
    expect(shown(given, '8 12:00', '8 14:59').status).toBe('referred');
    expect(shown(given, '8 12:00', '8 15:00').status).toBe('discharged');
  });
  it('is as if never discharged, at every instant, once the discharge was cancelled (A13)', () => {
    const given = new GivenCase()
      .inHospital()
      .stay('8 15:00', {
        status: 'discharged',
        dischargedAt: on('8 11:00'),
        destinationCode: '19',
        dischargeMethodCode: '1',
      })
      .stay('9 09:00', { status: 'open', dischargedAt: null, destinationCode: null, dischargeMethodCode: null });
    expect(shown(given, '8 12:00').status).toBe('referred');
    expect(shown(given, '8 12:00', '9 08:59').status).toBe('discharged');
  });
  it('is closed, and not discharged, by a death on the ward', () => {
    for (const codes of [
      { dischargeMethodCode: '4', destinationCode: null },
      { dischargeMethodCode: '1', destinationCode: '79' },
    ]) {
      const given = new GivenCase()
        .inHospital()
        .stay('8 15:00', { status: 'discharged', dischargedAt: on('8 11:00'), ...codes });
      expect(shown(given, '8 11:00')).toMatchObject({ status: 'closed', ended: { by: 'death' } });
      expect(shown(given, '8 10:59').status).toBe('referred');
    }
  });
  it('is closed by a death that others told of, until that is taken back, which counts at every instant', () => {
    const given = new GivenCase()
      .inHospital()
      .add('CaseClosed', { by: 'death', diedAt: on('8 04:00') }, { at: '8 04:00', known: '8 09:00', byPolicy: true })
      .add('CaseReopened', { undoes: 'death' }, { at: '9 12:00' });
    expect(shown(given, '8 10:00', '9 11:59').status).toBe('closed');
    expect(shown(given, '8 10:00').status).toBe('referred');
  });
  it('is withdrawn at every instant once the admission was cancelled (A11), and back when reinstated', () => {
    const given = new GivenCase().inHospital().stay('6 10:00', { status: 'cancelled' });
    expect(shown(given, '3 10:00', '6 09:59').status).toBe('referred');
    expect(shown(given, '3 10:00', '6 10:00').status).toBe('withdrawn');
    given.stay('7 10:00', { status: 'open' });
    expect(shown(given, '3 10:00').status).toBe('referred');
  });
  it('keeps a hand’s closing over a later cancelled admission', () => {
    const given = new GivenCase()
      .inHospital()
      .add('CaseClosed', { by: 'hand', diedAt: null }, { at: '4 10:00' })
      .stay('6 10:00', { status: 'cancelled' });
    expect(shown(given, '7 10:00').status).toBe('closed');
  });
  it('is closed by hand in hospital, and after a discharge', () => {
    const given = new GivenCase()
      .inHospital({
        status: 'discharged',
        dischargedAt: on('5 10:00'),
        destinationCode: '19',
        dischargeMethodCode: '1',
      })
      .add('CaseClosed', { by: 'hand', diedAt: null }, { at: '6 10:00' });
    expect(shown(given, '5 12:00').status).toBe('discharged');
    expect(shown(given, '6 10:00').status).toBe('closed');
  });
  it('stays withdrawn when the discharge came after the withdrawal', () => {
    const given = new GivenCase()
      .inHospital({
        status: 'discharged',
        dischargedAt: on('5 10:00'),
        destinationCode: '19',
        dischargeMethodCode: '1',
      })
      .add('ReferralWithdrawn', { by: 'hand' }, { at: '4 10:00' });
    expect(shown(given, '9 10:00').status).toBe('withdrawn');
  });
  it('is withdrawn from the withdrawal on, when the ward tells later of a discharge before it', () => {
    const given = new GivenCase()
      .inHospital()
      .add('ReferralWithdrawn', { by: 'hand' }, { at: '6 10:00' })
      .stay('7 10:00', {
        status: 'discharged',
        dischargedAt: on('5 10:00'),
        destinationCode: '19',
        dischargeMethodCode: '1',
      });
    expect(shown(given, '5 12:00').status).toBe('discharged');
    expect(shown(given, '6 12:00').status).toBe('withdrawn');
  });
  it('stays closed when a person entered the death and the ward takes one back', () => {
    const given = new GivenCase()
      .inHospital()
      .add('CaseClosed', { by: 'death', diedAt: null }, { at: '8 04:00' })
      .add('CaseReopened', { undoes: 'death' }, { at: '9 12:00' });
    expect(shown(given, '10 10:00').status).toBe('closed');
  });
  it('takes the ward’s discharge over one by hand', () => {
    const given = new GivenCase()
      .inHospital()
      .add(
        'CaseDischarged',
        { by: 'hand', stayId: null, dischargedAt: on('4 10:00'), destinationCode: '19' },
        { at: '4 10:00' },
      );
    expect(shown(given, '4 12:00')).toMatchObject({ status: 'discharged', ended: { by: 'hand' } });
    given.stay('5 10:00', {
      status: 'discharged',
      dischargedAt: on('5 09:00'),
      destinationCode: '19',
      dischargeMethodCode: '1',
    });
    expect(shown(given, '4 12:00').status).toBe('referred');
    expect(shown(given, '5 09:00')).toMatchObject({ status: 'discharged', ended: { by: 'ward', at: on('5 09:00') } });
  });
  it('is paused by hand until a hand lifts it, whatever the criteria do', () => {
    const given = new GivenCase()
      .inHospital({
        criteria: [criteriaSaid(false, '1 12:00'), criteriaSaid(true, '3 10:00'), criteriaSaid(false, '4 10:00')],
      })
      .add('CasePaused', { by: 'hand' }, { at: '2 10:00' })
      .add('CaseResumed', { by: 'hand' }, { at: '5 10:00' });
    expect(['2 09:00', '2 10:00', '3 12:00', '4 12:00', '5 10:00'].map((at) => shown(given, at).status)).toEqual([
      'referred',
      'paused',
      'paused',
      'paused',
      'referred',
    ]);
  });
});

describe('a case whose criteria are met again', () => {
  const statuses = (given: GivenCase, ...at: string[]) => at.map((one) => shown(given, one).status);

  it('is paused from then until they are not, whatever policy wrote of it and when', () => {
    const given = new GivenCase().inHospital({
      criteria: [criteriaSaid(false, '2 08:00'), criteriaSaid(true, '3 10:00'), criteriaSaid(false, '5 10:00')],
    });
    expect(statuses(given, '3 09:59', '3 10:00', '5 09:59', '5 10:00')).toEqual([
      'referred',
      'paused',
      'paused',
      'referred',
    ]);
  });
  it('was paused before it ended too, when that is heard of after the end', () => {
    const given = new GivenCase().inHospital({
      status: 'discharged',
      dischargedAt: on('6 09:00'),
      criteria: [criteriaSaid(false, '2 08:00'), criteriaSaid(true, '4 10:00')],
    });
    expect(statuses(given, '3 10:00', '4 12:00', '6 09:00')).toEqual(['referred', 'paused', 'discharged']);
  });
  it('is not paused when it was referred while they were met', () => {
    const given = new GivenCase().inHospital({
      criteria: [criteriaSaid(false, '1 08:10'), criteriaSaid(true, '1 08:30')],
    });
    expect(statuses(given, '3 10:00')).toEqual(['referred']);
  });
});

describe('an entry marked in error', () => {
  it('stops counting at every instant, from when the mark was recorded', () => {
    const given = new GivenCase().inHospital().add('PathwayAssigned', pathway(1), { at: '2 10:00' });
    const first = given.lastId;
    given.add('PathwayAssigned', pathway(2), { at: '4 10:00' });
    const second = given.lastId;
    // The mark itself says it was true on the 9th: that does not matter.
    given.wrong(second, { at: '9 10:00', known: '6 10:00' });
    expect(shown(given, '5 10:00', '6 09:59').pathway).toBe(2);
    expect(shown(given, '5 10:00', '6 10:00')).toMatchObject({ pathway: 1, pathwayDecidedAt: on('2 10:00') });
    given.wrong(first, { at: '7 10:00' });
    expect(shown(given, '5 10:00')).toMatchObject({ pathway: null, pathwayDecidedAt: null, status: 'referred' });
  });
  it('counts again when the mark was itself a mistake', () => {
    const given = new GivenCase().inHospital().add('PathwayAssigned', pathway(1), { at: '2 10:00' });
    given.wrong(given.lastId, { at: '3 10:00' });
    given.wrong(given.lastId, { at: '4 10:00' });
    expect(shown(given, '5 10:00').pathway).toBe(1);
    expect(shown(given, '5 10:00', '3 12:00').pathway).toBeNull();
  });
  it('gives the delay its end back, the pause its length, the case its bed', () => {
    const given = new GivenCase()
      .inHospital({ criteria: [criteriaSaid(false, '2 08:00')] })
      .add('DelayStarted', delay('d'), { at: '2 10:00' })
      .add('DelayEnded', { delayId: 'd' }, { at: '3 10:00' });
    given.wrong(given.lastId, { at: '5 10:00' });
    expect(shown(given, '4 10:00', '4 23:00').delays).toEqual([]);
    expect(shown(given, '4 10:00').delays).toMatchObject([{ delayId: 'd', since: on('2 10:00'), days: 2 }]);

    const discharged = new GivenCase()
      .inHospital()
      .add(
        'CaseDischarged',
        { by: 'hand', stayId: null, dischargedAt: on('4 10:00'), destinationCode: '19' },
        { at: '4 10:00' },
      );
    discharged.wrong(discharged.lastId, { at: '5 10:00' });
    expect(shown(discharged, '4 12:00').status).toBe('referred');
  });
  it('is an entry of the feed too', () => {
    const given = new GivenCase().inHospital({ criteria: [criteriaSaid(false, '2 08:00', { eventId: 'feed-1' })] });
    given.wrong('feed-1', { at: '3 10:00' });
    expect(shown(given, '4 10:00').criteriaToReside).toBeNull();
  });
});

describe('late news', () => {
  it('changes what was true, not what was known', () => {
    const given = new GivenCase()
      .inHospital()
      .add('PathwayAssigned', pathway(2), { at: '4 10:00' })
      .add('PathwayAssigned', pathway(1), { at: '3 10:00', known: '6 10:00' });
    expect(shown(given, '3 12:00', '5 10:00').pathway).toBeNull();
    expect(shown(given, '3 12:00').pathway).toBe(1);
    // What was decided later holds, though it was entered earlier.
    expect(shown(given, '7 10:00').pathway).toBe(2);
  });
  it('cuts the log exactly by position where one instant holds several events', () => {
    const given = new GivenCase()
      .inHospital()
      .add('PathwayAssigned', pathway(1), { at: '4 10:00' })
      .add('PathwayAssigned', pathway(2), { at: '4 10:00' });
    const before = rowAt(given.history, given.stays, { asOf: on('5 10:00'), knownAt: on('5 10:00'), upTo: '4' });
    expect(before?.pathway).toBe(1);
    expect(shown(given, '5 10:00').pathway).toBe(2);
  });
});

describe('criteria to reside and the ready date', () => {
  const given = new GivenCase()
    .inHospital({
      criteria: [criteriaSaid(true, '1 09:30'), criteriaSaid(false, '3 08:00'), criteriaSaid(false, '4 08:00')],
    })
    .add('CriteriaToResideRecorded', { meets: true }, { at: '6 08:00' })
    .add('CriteriaToResideRecorded', { meets: false }, { at: '8 08:00' });

  it('joins what the feed said and what the team recorded; since = start of the current run', () => {
    expect(shown(given, '1 09:29').criteriaToReside).toBeNull();
    expect(shown(given, '2 10:00')).toMatchObject({
      criteriaToReside: { meets: true, since: on('1 09:30') },
      dischargeReadyDate: null,
      daysSinceReady: null,
    });
    expect(shown(given, '5 10:00')).toMatchObject({
      criteriaToReside: { meets: false, since: on('3 08:00') },
      dischargeReadyDate: '2026-11-03',
      daysSinceReady: 2,
    });
    expect(shown(given, '7 10:00')).toMatchObject({
      criteriaToReside: { meets: true, since: on('6 08:00') },
      dischargeReadyDate: null,
    });
    expect(shown(given, '10 10:00')).toMatchObject({
      criteriaToReside: { meets: false, since: on('8 08:00') },
      dischargeReadyDate: '2026-11-08',
      daysSinceReady: 2,
    });
  });
  it('keeps them after the discharge, days counted to the discharge', () => {
    given.stay('12 10:00', {
      status: 'discharged',
      dischargedAt: on('11 10:00'),
      destinationCode: '19',
      dischargeMethodCode: '1',
    });
    expect(shown(given, '20 10:00')).toMatchObject({
      criteriaToReside: { meets: false },
      dischargeReadyDate: '2026-11-08',
      daysSinceReady: 3,
    });
  });
});

describe('the expected discharge date', () => {
  it('is the last one set, by whoever set it, and a change to a later date is a slip', () => {
    const given = new GivenCase()
      .stay('1 08:05', {
        expectedDates: [
          { date: '2026-11-05', at: on('1 08:00') },
          { date: '2026-11-07', at: on('4 08:00') },
        ],
      })
      .referred({ expectedDischargeDate: '2026-11-06' })
      .linked('stay-1', { at: '1 09:00' })
      .add('ExpectedDischargeDateChanged', { date: '2026-11-04' }, { at: '2 10:00' });
    expect(shown(given, '1 09:00')).toMatchObject({ expectedDischargeDate: '2026-11-06', slips: 1 });
    expect(shown(given, '2 10:00')).toMatchObject({ expectedDischargeDate: '2026-11-04', slips: 1 });
    expect(shown(given, '4 08:00')).toMatchObject({ expectedDischargeDate: '2026-11-07', slips: 2 });
  });
  it('is cleared by the ward’s A25 though the team set it; setting it anew is no slip', () => {
    const given = new GivenCase()
      .stay('1 08:05', { expectedDates: [{ date: null, at: on('3 08:00') }] })
      .referred({ expectedDischargeDate: '2026-11-06' })
      .linked('stay-1', { at: '1 09:00' })
      .add('ExpectedDischargeDateChanged', { date: '2026-11-09' }, { at: '4 10:00' });
    expect(shown(given, '3 09:00')).toMatchObject({ expectedDischargeDate: null, slips: 0 });
    expect(shown(given, '4 10:00')).toMatchObject({ expectedDischargeDate: '2026-11-09', slips: 0 });
  });
  it('forgets a slip that was marked in error', () => {
    const given = new GivenCase()
      .referred({ expectedDischargeDate: '2026-11-06' })
      .add('ExpectedDischargeDateChanged', { date: '2026-11-09' }, { at: '4 10:00' });
    given.wrong(given.lastId, { at: '5 10:00' });
    expect(shown(given, '4 12:00')).toMatchObject({ expectedDischargeDate: '2026-11-06', slips: 0 });
  });
});

describe('delays', () => {
  const notMet = { criteria: [criteriaSaid(false, '2 08:00')] };

  it('show their reason, civil days, and the owner by default or by name', () => {
    const given = new GivenCase()
      .inHospital(notMet)
      .add('DelayStarted', delay('d1', 'CAP1'), { at: '2 23:30' })
      .add('DelayStarted', { ...delay('d2', 'HP1'), owner: 'hub' }, { at: '3 10:00' });
    expect(shown(given, '3 00:30').delays).toEqual([
      { delayId: 'd1', reason: 'CAP1', since: on('2 23:30'), days: 1, owner: 'council' },
    ]);
    expect(shown(given, '4 10:00').delays.map(({ delayId, days, owner }) => [delayId, days, owner])).toEqual([
      ['d1', 2, 'council'],
      ['d2', 1, 'hub'],
    ]);
  });
  it('of an anticipated delay begin when criteria stop being met', () => {
    const given = new GivenCase()
      .inHospital({ criteria: [criteriaSaid(true, '1 09:30'), criteriaSaid(false, '4 08:00')] })
      .add('DelayStarted', delay('d', 'CAP1', true), { at: '2 10:00' });
    expect(shown(given, '3 10:00').delays).toEqual([]);
    expect(shown(given, '5 10:00').delays).toMatchObject([{ since: on('4 08:00'), days: 1 }]);
  });
  it('end when criteria are met again, and do not open again by themselves', () => {
    const given = new GivenCase()
      .inHospital({
        criteria: [criteriaSaid(false, '2 08:00'), criteriaSaid(true, '4 08:00'), criteriaSaid(false, '6 08:00')],
      })
      .add('DelayStarted', delay('d'), { at: '2 10:00' });
    expect(['3 10:00', '5 10:00', '7 10:00'].map((at) => shown(given, at).delays.length)).toEqual([1, 0, 0]);
  });
  it('end with the stay, and run on without a gap when the discharge was cancelled', () => {
    const given = new GivenCase()
      .inHospital(notMet)
      .add('DelayStarted', delay('d'), { at: '2 10:00' })
      .stay('5 10:00', {
        status: 'discharged',
        dischargedAt: on('5 09:00'),
        destinationCode: '19',
        dischargeMethodCode: '1',
      });
    expect(shown(given, '6 10:00').delays).toEqual([]);
    given.stay('7 10:00', { status: 'open', dischargedAt: null, destinationCode: null, dischargeMethodCode: null });
    expect(shown(given, '6 10:00').delays).toMatchObject([{ since: on('2 10:00'), days: 4 }]);
  });
  it('end with a withdrawal and a closing', () => {
    for (const end of ['ReferralWithdrawn', 'CaseClosed'] as const) {
      const given = new GivenCase().inHospital(notMet).add('DelayStarted', delay('d'), { at: '2 10:00' });
      if (end === 'ReferralWithdrawn') given.add(end, { by: 'hand' }, { at: '4 10:00' });
      else given.add(end, { by: 'hand', diedAt: null }, { at: '4 10:00' });
      expect(shown(given, '3 10:00').delays).toHaveLength(1);
      expect(shown(given, '4 10:00').delays).toEqual([]);
    }
  });
});

describe('owner and next action', () => {
  it('is the worker assigned last; the open action due first is next', () => {
    const given = new GivenCase()
      .inHospital()
      .add('CaseWorkerAssigned', { worker: 'idt', organisation: 'council' }, { at: '2 10:00' })
      .add('CaseWorkerAssigned', { worker: 'idt2', organisation: 'nhs' }, { at: '4 10:00' })
      .add(
        'ActionRaised',
        { actionId: 'a1', what: 'call', owner: { organisation: 'council' }, due: '2026-11-06' },
        { at: '2 10:00' },
      )
      .add(
        'ActionRaised',
        { actionId: 'a2', what: 'visit', owner: { organisation: 'hub' }, due: '2026-11-05T10:00:00.000Z' },
        { at: '3 10:00' },
      )
      .add('ActionCompleted', { actionId: 'a2' }, { at: '4 10:00' });
    expect(shown(given, '1 10:00')).toMatchObject({ owner: null, nextAction: null });
    expect(shown(given, '2 12:00')).toMatchObject({
      owner: { person: 'idt', organisation: 'council' },
      nextAction: { actionId: 'a1' },
    });
    expect(shown(given, '3 12:00').nextAction).toMatchObject({ actionId: 'a2', due: '2026-11-05T10:00:00.000Z' });
    expect(shown(given, '4 12:00')).toMatchObject({
      owner: { person: 'idt2', organisation: 'nhs' },
      nextAction: { actionId: 'a1' },
    });
  });
});

describe('the newest change', () => {
  it('is when something of the row became known, corrections included', () => {
    const given = new GivenCase().inHospital().add('PathwayAssigned', pathway(1), { at: '2 10:00', known: '3 11:00' });
    expect(shown(given, '1 10:00').updatedAt).toBe(on('1 09:00'));
    expect(shown(given, '4 10:00').updatedAt).toBe(on('3 11:00'));
    given.wrong(given.lastId, { at: '9 10:00' });
    expect(shown(given, '4 10:00').updatedAt).toBe(on('9 10:00'));
  });
});
