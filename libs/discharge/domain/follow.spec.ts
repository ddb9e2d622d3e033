import {
  bodyOf,
  caseId,
  entriesOf,
  facts,
  given,
  referral,
  statusAfter,
  type Given,
  type Outcome,
} from '../testing/case-scenario.js';
import { criteriaEntry, staysOf, wardStay } from '../testing/stay-builder.js';
import type { PersonFacts } from './wanted.js';

const cause = {
  eventId: 'news-1',
  occurredAt: '2026-11-20T08:00:00.000Z',
  recordedAt: '2026-11-20T09:00:00.000Z',
};
const follow = (over: Partial<PersonFacts>, ...events: readonly Given[]): Outcome =>
  given(referral(), ...events).when({ act: 'follow', facts: facts(over), cause });

const leftAt = '2026-11-10T10:00:00.000Z';
const left = { status: 'discharged', dischargedAt: leftAt, destinationCode: '19', dischargeMethodCode: '1' } as const;
const byPolicy = 'policy:case-follows-stay';
const linked: Given = {
  type: 'CaseLinkedToStay',
  data: { stayId: 'stay-1', admittedAt: '2026-11-01T09:00:00.000Z' },
  by: byPolicy,
};
const dischargedByWard: Given = {
  type: 'CaseDischarged',
  data: { by: 'ward', stayId: 'stay-1', dischargedAt: leftAt, destinationCode: '19', methodCode: '1' },
  at: leftAt,
  by: byPolicy,
};
const dischargedByHand: Given = {
  type: 'CaseDischarged',
  data: {
    by: 'hand',
    stayId: 'stay-1',
    dischargedAt: '2026-11-09T10:00:00.000Z',
    destinationCode: '29',
    methodCode: null,
  },
  at: '2026-11-09T10:00:00.000Z',
};

describe('a case follows its stay', () => {
  it('linked when the stay is heard of, and not again when it is heard of again', () => {
    const stays = staysOf(wardStay());
    expect(follow({ stays }).happened).toEqual(['CaseLinkedToStay']);
    expect(follow({ stays }, linked).happened).toEqual([]);
  });

  it('discharged with the destination, at the time of the discharge', () => {
    const outcome = follow({ stays: staysOf(wardStay(left)) }, linked);
    expect(outcome.decision).toMatchObject({
      events: [{ type: 'CaseDischarged', occurredAt: leftAt, data: { destinationCode: '19' } }],
    });
    expect(statusAfter(outcome)).toBe('discharged');
  });

  it('discharged anew where the ward corrects the destination', () => {
    expect(
      follow({ stays: staysOf(wardStay({ ...left, destinationCode: '55' })) }, linked, dischargedByWard).happened,
    ).toEqual(['CaseDischarged']);
  });

  it('open again when the discharge is cancelled, and discharged again after that, each time under another id', () => {
    const open = follow({ stays: staysOf(wardStay()) }, linked, dischargedByWard);
    expect(open.happened).toEqual(['DischargeReversed']);
    expect(statusAfter(open)).toBe('referred');
    const ids = ['a', 'b'].map((eventId) => {
      const act = {
        act: 'follow',
        facts: facts({ stays: staysOf(wardStay(left)) }),
        cause: { ...cause, eventId },
      } as const;
      const { decision } = given(referral(), linked).when(act);
      return decision.ok ? decision.events[0]?.eventId : undefined;
    });
    expect(new Set(ids).size).toBe(2);
  });

  it('withdrawn when the admission is voided, and reopened when it is reinstated', () => {
    const voided = wardStay({ status: 'cancelled' }, { admissionCancelledAt: '2026-11-20T08:00:00.000Z' });
    expect(statusAfter(follow({ stays: staysOf(voided) }, linked))).toBe('withdrawn');
    const withdrawn: Given = {
      type: 'ReferralWithdrawn',
      data: { by: 'admission-cancelled', reason: null },
      by: byPolicy,
    };
    const again = follow({ stays: staysOf(wardStay()) }, linked, withdrawn);
    expect([again.happened, statusAfter(again)]).toEqual([['CaseReopened'], 'referred']);
  });
});

describe('a death', () => {
  it.each([
    ['with method 4', { ...left, dischargeMethodCode: '4' }],
    ['with destination 79', { ...left, destinationCode: '79' }],
    ['told while in a bed', { diedAt: leftAt }],
    ['before the discharge', { ...left, diedAt: '2026-11-10T09:00:00.000Z' }],
  ])('%s closes the case as died, not discharged', (_, block) => {
    const outcome = follow({ stays: staysOf(wardStay(block)) }, linked);
    expect(outcome.happened).toEqual(['CaseClosed']);
    expect(outcome.after.state).toMatchObject({ status: 'closed', by: 'death' });
  });

  it('of a person known by another source closes the case too, and its withdrawal takes that back', () => {
    const deaths = [{ diedAt: leftAt }];
    expect(statusAfter(follow({ deaths }))).toBe('closed');
    const died: Given = { type: 'CaseClosed', data: { by: 'death', reason: null, diedAt: leftAt }, by: byPolicy };
    expect(statusAfter(follow({}, died))).toBe('referred');
  });

  it('after the discharge closes the discharged case, and its withdrawal leaves it discharged', () => {
    const later = '2026-11-19T10:00:00.000Z';
    const stays = staysOf(wardStay(left));
    const outcome = follow({ stays, deaths: [{ diedAt: later }] }, linked);
    expect(outcome.happened).toEqual(['CaseDischarged', 'CaseClosed']);
    const died: Given = { type: 'CaseClosed', data: { by: 'death', reason: null, diedAt: later }, by: byPolicy };
    expect(statusAfter(follow({ stays }, linked, dischargedByWard, died))).toBe('discharged');
  });
});

describe('what the team said', () => {
  it('withdrawing a referral stands against a later death, but not against one that came first', () => {
    const withdrawnAt = (at: string): Given => ({ type: 'ReferralWithdrawn', data: { by: 'hand', reason: 'x' }, at });
    const deaths = [{ diedAt: leftAt }];
    expect(statusAfter(follow({ deaths }, withdrawnAt('2026-11-09T10:00:00.000Z')))).toBe('withdrawn');
    expect(statusAfter(follow({ deaths }, withdrawnAt('2026-11-11T10:00:00.000Z')))).toBe('closed');
  });

  it('of a discharge stands while the stay is open', () => {
    expect(follow({ stays: staysOf(wardStay()) }, linked, dischargedByHand).happened).toEqual([]);
  });

  it('of a discharge gives way to what the stay says', () => {
    const outcome = follow({ stays: staysOf(wardStay(left)) }, linked, dischargedByHand);
    expect(outcome.after.state).toMatchObject({
      status: 'discharged',
      discharge: { by: 'ward', dischargedAt: leftAt },
    });
  });

  it('of a discharge falls when the ward later cancels a discharge, whether or not that discharge was heard of', () => {
    const cancelledLater = wardStay({}, { dischargeCancelledAt: '2026-11-10T12:00:00.000Z' });
    expect(follow({ stays: staysOf(cancelledLater) }, linked, dischargedByHand).happened).toEqual([
      'DischargeReversed',
    ]);
    expect(statusAfter(follow({ stays: staysOf(cancelledLater) }, linked, dischargedByHand, dischargedByWard))).toBe(
      'referred',
    );
    const cancelledBefore = wardStay({}, { dischargeCancelledAt: '2026-11-08T12:00:00.000Z' });
    expect(follow({ stays: staysOf(cancelledBefore) }, linked, dischargedByHand).happened).toEqual([]);
  });

  it('closing the case, stands; a discharge before it is still recorded, one after it is not', () => {
    const closedAt = (at: string): Given => ({
      type: 'CaseClosed',
      data: { by: 'hand', reason: 'x', diedAt: null },
      at,
    });
    const stays = staysOf(wardStay(left));
    const after = follow({ stays }, linked, closedAt('2026-11-11T10:00:00.000Z'));
    expect([after.happened, statusAfter(after)]).toEqual([['CaseDischarged'], 'closed']);
    expect(follow({ stays }, linked, closedAt('2026-11-09T10:00:00.000Z')).happened).toEqual([]);
  });
});

describe('criteria to reside', () => {
  const notMet = criteriaEntry(false, '2026-11-03T10:00:00.000Z');
  const met = criteriaEntry(true, '2026-11-05T10:00:00.000Z');
  const stays = (...criteria: ReturnType<typeof criteriaEntry>[]) => staysOf(wardStay({ criteria }));
  const paused: Given = { type: 'CasePaused', data: { by: 'criteria', reason: null }, at: met.at, by: byPolicy };

  it('met again pause the case from then on', () => {
    const outcome = follow({ stays: stays(notMet, met) }, linked);
    expect(outcome.decision).toMatchObject({
      events: [{ type: 'CasePaused', occurredAt: met.at, data: { by: 'criteria' } }],
    });
  });

  it('still met at the referral, or never told to be not met, pause nothing', () => {
    const before = [criteriaEntry(false, '2026-11-01T10:00:00.000Z'), criteriaEntry(true, '2026-11-02T09:00:00.000Z')];
    expect(follow({ stays: stays(...before) }, linked).happened).toEqual([]);
    expect(follow({ stays: stays(met) }, linked).happened).toEqual([]);
  });

  it('no longer met resume it from then on', () => {
    const since = criteriaEntry(false, '2026-11-07T10:00:00.000Z');
    const outcome = follow({ stays: stays(notMet, met, since) }, linked, paused);
    expect(outcome.decision).toMatchObject({ events: [{ type: 'CaseResumed', occurredAt: since.at }] });
  });

  it('met again for a while that is heard of as a whole leave the pause of that while', () => {
    const since = criteriaEntry(false, '2026-11-07T10:00:00.000Z');
    const outcome = follow({ stays: stays(notMet, met, since) }, linked);
    expect(outcome.decision).toMatchObject({
      events: [
        { type: 'CasePaused', occurredAt: met.at, data: { by: 'criteria' } },
        { type: 'CaseResumed', occurredAt: since.at },
      ],
    });
    const again = criteriaEntry(true, '2026-11-08T10:00:00.000Z');
    expect(follow({ stays: stays(notMet, met, since, again) }, linked, paused).decision).toMatchObject({
      events: [
        { type: 'CaseResumed', occurredAt: since.at },
        { type: 'CasePaused', occurredAt: again.at },
      ],
    });
  });

  it('recorded in error end the pause when the correction was recorded', () => {
    const outcome = follow({ stays: stays(notMet) }, linked, paused);
    expect(outcome.decision).toMatchObject({ events: [{ type: 'CaseResumed', occurredAt: cause.recordedAt }] });
  });

  it('leave a pause by hand alone', () => {
    const byHand: Given = { type: 'CasePaused', data: { by: 'hand', reason: null }, at: met.at };
    expect(statusAfter(follow({ stays: stays(notMet) }, linked, paused, byHand))).toBe('paused');
  });

  it('are looked at for open cases only', () => {
    expect(follow({ stays: staysOf(wardStay({ ...left, criteria: [notMet, met] })) }, linked).happened).toEqual([
      'CaseDischarged',
    ]);
  });
});

describe('two cases on one stay', () => {
  const stays = staysOf(wardStay());
  const earlier = bodyOf(entriesOf([referral({}, '2026-11-01T12:00:00.000Z')], 'earlier', 'person-2', 40));
  const later = bodyOf(entriesOf([referral({}, '2026-11-03T12:00:00.000Z')], 'later', 'person-2', 40));

  it('keep the one of the earlier referral and close the other as merged', () => {
    expect(follow({ stays, cases: [earlier] }, linked).after.state).toMatchObject({
      status: 'closed',
      by: 'merged',
      body: { mergedInto: { caseId: 'earlier' } },
    });
    expect(follow({ stays, cases: [later] }, linked).happened).toEqual([]);
  });

  it('are two again when the merge is taken back', () => {
    const merged: Given = {
      type: 'CaseClosed',
      data: { by: 'merged', reason: null, diedAt: null, keptCaseId: 'earlier' },
      by: byPolicy,
    };
    expect(follow({ stays, cases: [] }, linked, merged).happened).toEqual(['CaseReopened']);
  });

  it('where the team had ended the earlier one stay two, but do not come apart for a later end', () => {
    const ended = { ...earlier, closedByHand: '2026-11-02T09:00:00.000Z' };
    expect(follow({ stays, cases: [ended] }, linked).happened).toEqual([]);
    const merged: Given = {
      type: 'CaseClosed',
      data: { by: 'merged', reason: null, diedAt: null, keptCaseId: 'earlier' },
      by: byPolicy,
    };
    expect(follow({ stays, cases: [ended] }, linked, merged).happened).toEqual([]);
  });
});

describe('a readmission', () => {
  const again = (admittedAt: string) => wardStay({ stayId: 'again', admittedAt });

  it('before day 91 is noted on the discharged case, once, and opens nothing', () => {
    const stays = staysOf(wardStay(left), again('2026-11-15T10:00:00.000Z'));
    const outcome = follow({ stays }, linked, dischargedByWard);
    expect([outcome.happened, statusAfter(outcome)]).toEqual([['ReadmissionNoted'], 'discharged']);
    const noted: Given = {
      type: 'ReadmissionNoted',
      data: { stayId: 'again', admittedAt: '2026-11-15T10:00:00.000Z' },
      by: byPolicy,
    };
    expect(follow({ stays }, linked, dischargedByWard, noted).happened).toEqual([]);
    expect(follow({ stays: staysOf(wardStay(left)) }, linked, dischargedByWard, noted).happened).toEqual([
      'ReadmissionTakenBack',
    ]);
  });

  it('on day 91 is none', () => {
    expect(
      follow({ stays: staysOf(wardStay(left), again('2027-02-09T10:00:00.000Z')) }, linked, dischargedByWard).happened,
    ).toEqual([]);
  });
});

it('what follows carries ids made from the case and its cause', () => {
  const ids = (id: string): unknown => {
    const act = { act: 'follow', facts: facts({ stays: staysOf(wardStay()) }), cause } as const;
    const { decision } = given(referral()).when(act);
    return decision.ok ? [id, decision.events.map(({ eventId }) => eventId)] : decision;
  };
  expect(ids(caseId)).toEqual(ids(caseId));
});
