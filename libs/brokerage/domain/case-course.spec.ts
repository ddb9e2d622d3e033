import fc from 'fast-check';
import { courseOf, statusOfCase } from './case-course.js';
import type { CaseFact } from './case-facts.js';

type Bare = CaseFact extends infer F
  ? F extends CaseFact
    ? Omit<F, 'eventId' | 'occurredAt' | 'recordedAt' | 'revision'>
    : never
  : never;

const referred: Bare = {
  fact: 'referred',
  personId: 'p',
  hospital: 'RAL',
  ward: null,
  restricted: false,
  expectedDischargeDate: null,
};
type Given = Bare & { readonly at?: string };

/** Facts after a referral, an hour apart; the first has the id `e1`. */
const facts = (...bare: Given[]): readonly CaseFact[] =>
  [referred, ...bare].map((fact: Given, revision) => {
    const occurredAt = fact.at ?? new Date(Date.UTC(2026, 10, 1, revision)).toISOString();
    return { ...fact, eventId: `e${String(revision)}`, occurredAt, recordedAt: occurredAt, revision };
  });
const course = (...bare: Given[]) => courseOf(facts(...bare));

describe('the course of a case', () => {
  it('is none before the referral', () => {
    expect(courseOf([])).toBeNull();
  });
  it('has the pathway decided last, with the run of its decisions', () => {
    expect(
      course({ fact: 'pathway', pathway: 2 }, { fact: 'pathway', pathway: 1 }, { fact: 'pathway', pathway: 1 })
        ?.pathway,
    ).toEqual({
      pathway: 1,
      decisions: ['e2', 'e3'],
    });
    expect(
      course({ fact: 'pathway', pathway: 2 }, { fact: 'pathway', pathway: 1, at: '2026-10-01T00:00:00.000Z' })?.pathway
        ?.pathway,
    ).toBe(2);
  });
  it('forgets what was marked in error', () => {
    const marked = course(
      { fact: 'pathway', pathway: 1 },
      { fact: 'pathway', pathway: 2 },
      { fact: 'in-error', of: 'e2' },
    );
    expect(marked?.pathway).toEqual({ pathway: 1, decisions: ['e1'] });
    const reopened = course({ fact: 'ended', because: 'case-closed', kind: 'hand' }, { fact: 'in-error', of: 'e1' });
    expect(reopened?.ended).toBeNull();
  });
  it('is reopened only by what undoes its own end', () => {
    const ended: Bare = { fact: 'ended', because: 'referral-withdrawn', kind: 'admission-cancelled' };
    expect(course(ended, { fact: 'reopened', undoes: 'death' })?.ended?.because).toBe('referral-withdrawn');
    expect(course(ended, { fact: 'reopened', undoes: 'admission-cancelled' })?.ended).toBeNull();
  });
  it('is that of a death above all else', () => {
    const all = facts({ fact: 'ended', because: 'case-closed', kind: 'hand' }, { fact: 'discharged' });
    expect(courseOf(all, true)?.ended?.because).toBe('died');
  });
  it('is paused while any cause lasts', () => {
    const paused = course(
      { fact: 'paused', cause: 'criteria' },
      { fact: 'paused', cause: 'case' },
      { fact: 'resumed', cause: 'criteria' },
    );
    expect(paused?.pausedBy).toEqual(['case']);
    expect(paused && statusOfCase(paused)).toBe('paused');
  });
  it('never breaks, whatever happened in whatever order', () => {
    const any: fc.Arbitrary<Bare> = fc.constantFrom<Bare[]>(
      { fact: 'pathway', pathway: 0 },
      { fact: 'pathway', pathway: 3 },
      { fact: 'paused', cause: 'case' },
      { fact: 'resumed', cause: 'case' },
      { fact: 'discharged' },
      { fact: 'reversed' },
      { fact: 'ended', because: 'died', kind: 'death' },
      { fact: 'reopened', undoes: 'death' },
      { fact: 'in-error', of: 'e2' },
    );
    fc.assert(
      fc.property(fc.array(any), (bare) => {
        const now = course(...bare);
        expect(now).not.toBeNull();
        expect(new Set(now?.pausedBy).size).toBe(now?.pausedBy.length);
      }),
    );
  });
});
