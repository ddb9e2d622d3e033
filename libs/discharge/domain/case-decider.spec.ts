import {
  caseId,
  facts,
  given,
  now,
  referral,
  statusAfter,
  type Given,
  type Outcome,
} from '../testing/case-scenario.js';
import { criteriaEntry, staysOf, wardStay } from '../testing/stay-builder.js';
import type { CaseAct, KnownNow } from './case-command.js';
import type { PersonFacts } from './wanted.js';

const known = (over: Partial<PersonFacts> = {}): KnownNow => ({ facts: facts(over), now });
const accepted: Given = { type: 'CaseAccepted', data: {} };
const pathway = (over: Record<string, unknown> = {}) => ({
  pathway: 1,
  reason: 'Needs help at home',
  whyNotHome: null,
  returningCareHomeResident: false,
  decidedBy: 'therapist',
  guidanceVersion: '2024-01',
  ...over,
});
const assigned = (over: Record<string, unknown> = {}): Given => ({ type: 'PathwayAssigned', data: pathway(over) });
const delay = (reason: string, over: Record<string, unknown> = {}) => ({
  delayId: `delay-${reason}`,
  reason,
  owner: null,
  anticipated: false,
  note: null,
  setBy: 'hand' as const,
  requestId: null,
  ...over,
});
const delayed = (reason: string, at?: string): Given => ({
  type: 'DelayStarted',
  data: delay(reason),
  ...(at ? { at } : {}),
});
const start = (reason: string, over: Record<string, unknown> = {}, know = known()): CaseAct => ({
  act: 'start-delay',
  data: delay(reason, { delayId: 'new', ...over }),
  known: know,
});
const criteria = (meets: boolean, at: string): Given => ({
  type: 'CriteriaToResideRecorded',
  data: { meets, codes: [], reason: null, assessor: 'consultant' },
  at,
});
const recordCriteria = (know = known()): CaseAct => ({
  act: 'record-criteria',
  data: { meets: false, codes: [], reason: null, assessor: 'consultant' },
  known: know,
});
const handDischarge = (at: string): Given => ({
  type: 'CaseDischarged',
  data: { by: 'hand', stayId: null, dischargedAt: at, destinationCode: '19', methodCode: null },
  at,
});
const withdrawn: Given = { type: 'ReferralWithdrawn', data: { by: 'hand', reason: 'Not needed' } };
const closed: Given = { type: 'CaseClosed', data: { by: 'hand', reason: 'Went home', diedAt: null } };
const pausedByHand: Given = { type: 'CasePaused', data: { by: 'hand', reason: null }, at: '2026-11-10T10:00:00.000Z' };
const pausedByCriteria: Given = {
  type: 'CasePaused',
  data: { by: 'criteria', reason: null },
  at: '2026-11-10T10:00:00.000Z',
  by: 'policy:case-follows-stay',
};
const mark = (revision: number, wardCriteria: readonly string[] = []): CaseAct => ({
  act: 'mark-in-error',
  eventId: `${caseId}-${String(revision)}`,
  reason: 'wrong person',
  wardCriteria,
});
const refusedWith = (outcome: Outcome): string => outcome.happened.join();

describe('a case', () => {
  it('that is not there is not found', () => {
    expect(refusedWith(given().when({ act: 'accept' }))).toBe('refused: case.not-found');
  });

  it('is referred, then accepted, then active with a pathway, a delay or an action; nothing needs the acceptance', () => {
    expect(statusAfter(given(referral()).when({ act: 'accept' }))).toBe('accepted');
    expect(given(referral(), accepted).when({ act: 'accept' }).happened).toEqual([]);
    expect(statusAfter(given(referral()).when({ act: 'assign-pathway', data: pathway() }))).toBe('active');
    expect(statusAfter(given(referral()).when(start('HP1')))).toBe('active');
    const action = { actionId: 'a', what: 'Ring the daughter', owner: { organisation: 'council' }, due: '2026-11-22' };
    expect(statusAfter(given(referral()).when({ act: 'raise-action', data: action }))).toBe('active');
    expect(statusAfter(given(referral(), assigned()).when({ act: 'accept' }))).toBe('active');
  });

  it('of another hospital is not for a ward to touch', () => {
    const act = { act: 'set-expected-date', data: { date: '2026-12-01', reason: null } } as const;
    expect(refusedWith(given(referral()).when(act, { onlyHospital: 'R1K' }))).toBe('refused: case.other-hospital');
    expect(given(referral()).when(act, { onlyHospital: 'RAL' }).happened).toEqual(['ExpectedDischargeDateChanged']);
  });

  it.each([
    ['withdrawn', withdrawn],
    ['closed', closed],
    ['discharged', handDischarge('2026-11-15T10:00:00.000Z')],
  ])('that is %s takes no pathway, delay, action, worker, pause or withdrawal', (status, end) => {
    const acts: CaseAct[] = [
      { act: 'accept' },
      { act: 'assign-pathway', data: pathway() },
      start('HP1'),
      { act: 'assign-worker', data: { worker: 'idt', organisation: 'council' } },
      { act: 'pause', reason: null },
      { act: 'withdraw', reason: 'x' },
      { act: 'discharge-by-hand', destinationCode: '19' },
    ];
    for (const act of acts)
      expect([status, refusedWith(given(referral(), end).when(act))]).toEqual([status, 'refused: case.not-open']);
  });
});

describe('a pathway', () => {
  it('2 or 3 needs the reason why not home', () => {
    const act = (over: object): CaseAct => ({ act: 'assign-pathway', data: pathway({ pathway: 2, ...over }) });
    expect(refusedWith(given(referral()).when(act({})))).toBe('refused: pathway.why-not-home-required');
    expect(given(referral()).when(act({ whyNotHome: 'Needs a rehab bed' })).happened).toEqual(['PathwayAssigned']);
  });

  it('of a returning care-home resident is 0 or 1', () => {
    const act = (pathwayNumber: number): CaseAct => ({
      act: 'assign-pathway',
      data: pathway({ pathway: pathwayNumber, whyNotHome: 'x', returningCareHomeResident: true }),
    });
    expect(refusedWith(given(referral()).when(act(3)))).toBe('refused: pathway.returning-care-home-resident');
    expect(given(referral()).when(act(1)).happened).toEqual(['PathwayAssigned']);
  });
});

describe('a delay', () => {
  const readySince = [criteria(false, '2026-11-10T10:00:00.000Z')] as const;

  it('does not begin before the discharge ready date, unless it is anticipated', () => {
    const before = { at: '2026-11-09T10:00:00.000Z' };
    expect(refusedWith(given(referral(), ...readySince).when(start('CAP1'), before))).toBe(
      'refused: delay.before-ready-date',
    );
    expect(given(referral(), ...readySince).when(start('CAP1', { anticipated: true }), before).happened).toEqual([
      'DelayStarted',
    ]);
    expect(given(referral(), ...readySince).when(start('CAP1'), { at: '2026-11-10T00:00:00.000Z' }).happened).toEqual([
      'DelayStarted',
    ]);
  });

  it('is refused while criteria to reside are met, by the feed too', () => {
    const met = criteria(true, '2026-11-12T10:00:00.000Z');
    expect(refusedWith(given(referral(), ...readySince, met).when(start('CAP1')))).toBe(
      'refused: delay.before-ready-date',
    );
    const stays = staysOf(wardStay({ criteria: [criteriaEntry(true, '2026-11-12T10:00:00.000Z')] }));
    expect(refusedWith(given(referral()).when(start('CAP1', {}, known({ stays }))))).toBe(
      'refused: delay.before-ready-date',
    );
  });

  it('may be one of several, but not twice the same', () => {
    const at = '2026-11-11T10:00:00.000Z';
    expect(given(referral(), ...readySince, delayed('CAP1', at)).when(start('HP6')).happened).toEqual(['DelayStarted']);
    const again = given(referral(), ...readySince, delayed('CAP1', at)).when(start('CAP1'));
    expect(again.decision).toMatchObject({ code: 'delay.already-open', details: { delayId: 'delay-CAP1' } });
  });

  it('starts anew after criteria were met in between: the old one does not open again by itself', () => {
    const since = delayed('CAP1', '2026-11-11T10:00:00.000Z');
    const run = [criteria(true, '2026-11-12T10:00:00.000Z'), criteria(false, '2026-11-14T10:00:00.000Z')];
    expect(given(referral(), ...readySince, since, ...run).when(start('CAP1')).happened).toEqual(['DelayStarted']);
  });

  it('has one of the 37 reasons', () => {
    expect(refusedWith(given(referral()).when(start('CAP12')))).toBe('refused: delay.unknown-reason');
  });

  it('ends once, not before it began, and only where there is one', () => {
    const began = delayed('CAP1', '2026-11-11T10:00:00.000Z');
    const end: CaseAct = { act: 'end-delay', delayId: 'delay-CAP1' };
    expect(given(referral(), began).when(end).happened).toEqual(['DelayEnded']);
    expect(refusedWith(given(referral(), began).when(end, { at: '2026-11-11T09:00:00.000Z' }))).toBe(
      'refused: delay.ends-before-start',
    );
    const over: Given = { type: 'DelayEnded', data: { delayId: 'delay-CAP1', setBy: 'hand', requestId: null } };
    expect(refusedWith(given(referral(), began, over).when(end))).toBe('refused: delay.already-ended');
    expect(refusedWith(given(referral()).when(end))).toBe('refused: delay.not-found');
  });
});

describe('criteria to reside', () => {
  const leftAt = '2026-11-15T10:00:00.000Z';
  const stays = staysOf(wardStay({ status: 'discharged', dischargedAt: leftAt, destinationCode: '19' }));

  it('of a time after the discharge are refused, also while the case has not followed the ward yet', () => {
    const late = { at: '2026-11-15T10:00:00.001Z' };
    expect(refusedWith(given(referral()).when(recordCriteria(known({ stays })), late))).toBe(
      'refused: criteria.after-discharge',
    );
    expect(refusedWith(given(referral(), handDischarge(leftAt)).when(recordCriteria(), late))).toBe(
      'refused: criteria.after-discharge',
    );
  });

  it('of a time before the discharge are taken late', () => {
    const before = { at: '2026-11-14T10:00:00.000Z' };
    expect(given(referral()).when(recordCriteria(known({ stays })), before).happened).toEqual([
      'CriteriaToResideRecorded',
    ]);
  });
});

describe('a pause', () => {
  it('by hand is lifted by hand only, and the one by criteria is not', () => {
    expect(given(referral(), pausedByHand).when({ act: 'resume' }).happened).toEqual(['CaseResumed']);
    expect(refusedWith(given(referral(), pausedByCriteria).when({ act: 'resume' }))).toBe(
      'refused: case.paused-by-criteria',
    );
    expect(refusedWith(given(referral()).when({ act: 'resume' }))).toBe('refused: case.not-paused');
    expect(statusAfter(given(referral(), pausedByCriteria, pausedByHand).when({ act: 'resume' }))).toBe('paused');
  });

  it('by hand may be set beside one by criteria, but not twice', () => {
    expect(given(referral(), pausedByCriteria).when({ act: 'pause', reason: null }).happened).toEqual(['CasePaused']);
    expect(refusedWith(given(referral(), pausedByHand).when({ act: 'pause', reason: null }))).toBe(
      'refused: case.already-paused',
    );
  });

  it('neither ends before it began nor begins before the last one ended', () => {
    const early = { at: '2026-11-10T09:00:00.000Z' };
    expect(refusedWith(given(referral(), pausedByHand).when({ act: 'resume' }, early))).toBe(
      'refused: case.resume-before-pause',
    );
    const resumed: Given = { type: 'CaseResumed', data: { by: 'hand' }, at: '2026-11-11T10:00:00.000Z' };
    expect(refusedWith(given(referral(), pausedByHand, resumed).when({ act: 'pause', reason: null }, early))).toBe(
      'refused: case.pause-before-last',
    );
  });
});

describe('an end by hand', () => {
  it('is a discharge, a withdrawal or a closing, with destination 79 closing the case as died', () => {
    expect(statusAfter(given(referral()).when({ act: 'discharge-by-hand', destinationCode: '19' }))).toBe('discharged');
    expect(statusAfter(given(referral()).when({ act: 'withdraw', reason: 'x' }))).toBe('withdrawn');
    expect(statusAfter(given(referral()).when({ act: 'close', reason: 'x' }))).toBe('closed');
    const died = given(referral()).when({ act: 'discharge-by-hand', destinationCode: '79' });
    expect(died.decision).toMatchObject({ events: [{ type: 'CaseClosed', data: { by: 'death', diedAt: now } }] });
  });

  it('closes a discharged case, and a closed one not again', () => {
    const left = handDischarge('2026-11-15T10:00:00.000Z');
    expect(statusAfter(given(referral(), left).when({ act: 'close', reason: 'x' }))).toBe('closed');
    expect(refusedWith(given(referral(), closed).when({ act: 'close', reason: 'x' }))).toBe('refused: case.not-open');
  });

  it('does not come before the admission', () => {
    const link: Given = {
      type: 'CaseLinkedToStay',
      data: { stayId: 'stay-1', admittedAt: '2026-11-01T09:00:00.000Z' },
    };
    const early = { at: '2026-11-01T08:00:00.000Z' };
    expect(refusedWith(given(referral(), link).when({ act: 'discharge-by-hand', destinationCode: '19' }, early))).toBe(
      'refused: discharge.before-admission',
    );
  });
});

describe('an entry marked in error', () => {
  it('stops counting: the pathway before it holds again', () => {
    const outcome = given(referral(), assigned({ pathway: 0 }), assigned({ pathway: 1 })).when(mark(2));
    expect(outcome.after.state).toMatchObject({ status: 'active', body: { pathway: 0 } });
    expect(statusAfter(given(referral(), accepted, assigned()).when(mark(2)))).toBe('accepted');
  });

  it.each([
    ['a discharge', 'active', handDischarge('2026-11-15T10:00:00.000Z')],
    ['a withdrawal', 'active', withdrawn],
    ['a closing', 'active', closed],
    ['a pause', 'active', pausedByHand],
  ])('%s by hand is undone', (_, status, entry) => {
    expect(statusAfter(given(referral(), assigned(), entry).when(mark(2)))).toBe(status);
  });

  it('the end of a delay: the delay lasts', () => {
    const over: Given = { type: 'DelayEnded', data: { delayId: 'delay-CAP1', setBy: 'hand', requestId: null } };
    const outcome = given(referral(), delayed('CAP1', '2026-11-11T10:00:00.000Z'), over).when(mark(2));
    const { state } = outcome.after;
    expect(state.status !== 'none' && state.body.delays.get('delay-CAP1')?.ended).toBeNull();
  });

  it('may be marked once; marking the mark gives the entry back', () => {
    const marked: Given = {
      type: 'EntryMarkedInError',
      data: { eventId: `${caseId}-1`, entryType: 'CaseAccepted', reason: 'x' },
    };
    expect(refusedWith(given(referral(), accepted, marked).when(mark(1)))).toBe('refused: entry.already-marked');
    expect(statusAfter(given(referral(), accepted, marked).when(mark(2)))).toBe('accepted');
  });

  it('may be a criteria entry of the ward, which then does not count', () => {
    const entry = criteriaEntry(true, '2026-11-12T10:00:00.000Z', { eventId: `${caseId}-99` });
    const stays = staysOf(wardStay({ criteria: [entry] }));
    const outcome = given(referral()).when(mark(99, [entry.eventId]));
    expect(outcome.happened).toEqual(['EntryMarkedInError']);
    const marked: Given = {
      type: 'EntryMarkedInError',
      data: { eventId: entry.eventId, entryType: 'CriteriaToResideRecorded', reason: 'x' },
    };
    expect(given(referral(), marked).when(start('CAP1', {}, known({ stays }))).happened).toEqual(['DelayStarted']);
  });

  it('is neither the referral, nor what follows from the ward, nor what is not there', () => {
    const byWard: Given = { ...handDischarge('2026-11-15T10:00:00.000Z'), by: 'policy:case-follows-stay' };
    expect(refusedWith(given(referral()).when(mark(0)))).toBe('refused: entry.referral');
    expect(refusedWith(given(referral(), byWard).when(mark(1)))).toBe('refused: entry.follows-from-news');
    const link: Given = { type: 'CaseLinkedToStay', data: { stayId: 'stay-1', admittedAt: null } };
    expect(refusedWith(given(referral(), link).when(mark(1)))).toBe('refused: entry.follows-from-news');
    expect(refusedWith(given(referral()).when(mark(7)))).toBe('refused: entry.not-found');
  });

  it.each([
    ['withdrawn', withdrawn],
    ['closed', closed],
    ['discharged', handDischarge('2026-11-15T10:00:00.000Z')],
    ['paused', pausedByHand],
  ])('is taken of a case that is %s', (status, end) => {
    expect(given(referral(), assigned(), end).when(mark(1)).happened).toEqual(['EntryMarkedInError']);
    expect(statusAfter(given(referral(), assigned(), end).when(mark(1)))).toBe(status);
  });
});
