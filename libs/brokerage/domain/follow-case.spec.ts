import {
  approved,
  awardOf,
  completed,
  confirmed,
  offerOf,
  requestedByPolicy,
  requestOf,
  requested,
  sent,
  type Told,
} from '../testing/given.js';
import type { CaseCourse } from './case-course.js';
import { followCase } from './follow-case.js';
import type { PlacementRequest } from './request-state.js';

const course = (more: Partial<CaseCourse> = {}): CaseCourse => ({
  personId: 'p',
  stayId: null,
  hospital: 'RAL',
  ward: null,
  restricted: false,
  expectedDischargeDate: null,
  pathway: { pathway: 1, decisions: ['p1'] },
  ended: null,
  discharged: false,
  pausedBy: [],
  ...more,
});
const whole: readonly Told[] = [requestedByPolicy, completed, approved, sent, offerOf('o1'), confirmed('o1')];
const draft = requestOf([requestedByPolicy]);
const atWork = requestOf(whole);
const started = requestOf([
  ...whole,
  awardOf('o1'),
  { type: 'PlacementStarted', data: { providerId: 'prov-a', startedOn: '2026-11-30' } },
]);
const awarded = requestOf([...whole, awardOf('o1')]);
const gone = (
  because: 'hand' | 'pathway-changed' | 'died',
  from: readonly Told[] = [requestedByPolicy],
): PlacementRequest => requestOf([...from, { type: 'RequestWithdrawn', data: { because, reason: null } }]);
const wishes = (now: CaseCourse, ...requests: readonly PlacementRequest[]): readonly unknown[] =>
  followCase(now, requests).map((step) => (step.do === 'open' ? `open ${step.serviceType}` : step.wish.type));
const two = { pathway: { pathway: 2, decisions: ['p2'] } };

describe('what a case asks of its requests', () => {
  it('is nothing while both agree', () => {
    expect(wishes(course(), draft)).toEqual([]);
    expect(wishes(course({ pathway: null }))).toEqual([]);
    expect(wishes(course({ pathway: { pathway: 0, decisions: ['p0'] } }))).toEqual([]);
  });
  it('is a draft for a pathway that has none', () => {
    expect(wishes(course())).toEqual(['open reablement']);
    expect(wishes(course(), requestOf([requested]))).toEqual(['open reablement']);
  });
  it('is a change of a draft, a withdrawal and a new one of what is past that, and a new one beside care that began', () => {
    expect(wishes(course(two), draft)).toEqual(['policy-change']);
    expect(wishes(course(two), atWork)).toEqual(['policy-withdraw', 'open rehab-bed']);
    expect(wishes(course(two), started)).toEqual(['open rehab-bed']);
  });
  it('is a withdrawal when the pathway asks for nothing', () => {
    expect(wishes(course({ pathway: { pathway: 0, decisions: ['p0'] } }), atWork)).toEqual(['policy-withdraw']);
    expect(wishes(course({ pathway: null }), draft)).toEqual(['policy-withdraw']);
  });
  it('is the old request again, not a new one, when what withdrew it is gone', () => {
    expect(wishes(course(), gone('pathway-changed', whole))).toEqual(['policy-reinstate']);
    expect(wishes(course(), gone('died', whole))).toEqual(['policy-reinstate']);
  });
  it('is nothing for what a hand withdrew', () => {
    expect(wishes(course(), gone('hand'))).toEqual([]);
  });
  it('leaves requests opened by hand to the hand when the pathway changes', () => {
    expect(wishes(course({ pathway: { pathway: 0, decisions: ['p0'] } }), requestOf([requested, completed]))).toEqual(
      [],
    );
  });
  it('is a withdrawal of all when the referral was withdrawn or the person died', () => {
    for (const because of ['referral-withdrawn', 'died'] as const) {
      const ended = course({ ended: { because, merged: false } });
      expect(wishes(ended, started, awarded, requestOf([requested]))).toEqual(Array(3).fill('policy-withdraw'));
    }
  });
  it('spares a placement in progress when the case is closed after the discharge, or as a double', () => {
    const closed = { because: 'case-closed', merged: false } as const;
    expect(wishes(course({ ended: closed, discharged: true }), awarded, started)).toEqual([]);
    expect(wishes(course({ ended: { ...closed, merged: true } }), awarded)).toEqual([]);
    expect(wishes(course({ ended: closed }), awarded)).toEqual(['policy-withdraw']);
    expect(wishes(course({ ended: closed, discharged: true }), atWork)).toEqual(['policy-withdraw']);
  });
  it('is a pause for each cause, but none of care that began or after the discharge', () => {
    const paused = course({ pausedBy: ['criteria', 'case'] });
    expect(wishes(paused, atWork)).toEqual(['policy-pause', 'policy-pause']);
    expect(wishes(paused, started)).toEqual([]);
    expect(wishes({ ...paused, discharged: true }, atWork)).toEqual([]);
    const standing = requestOf([...whole, { type: 'RequestPaused', data: { because: 'criteria' } }]);
    expect(wishes({ ...paused, discharged: true }, standing)).toEqual(['policy-resume']);
  });
});
