import { struckEntries } from '#libs/nhs/marks.js';
import type { CaseFact } from '../domain/case-facts.js';

/** News from the hospital since the request was opened, which nobody in the queue may miss (`screens.md` §3). */
export interface HospitalSignal {
  readonly at: string;
  readonly what:
    | 'expected-date-moved'
    | 'pathway-changed'
    | 'paused'
    | 'resumed'
    | 'discharged'
    | 'discharge-taken-back'
    | 'died'
    | 'referral-withdrawn'
    | 'case-closed'
    | 'case-reopened';
  readonly date: string | null;
}

/** The signals of a case after an instant, oldest first; entries marked in error are no news any more. */
export const signalsSince = (facts: readonly CaseFact[], since: string): readonly HospitalSignal[] => {
  const inError = struckEntries(
    facts.flatMap((fact) => (fact.fact === 'in-error' ? [{ eventId: fact.eventId, marks: fact.of }] : [])),
  );
  return facts
    .filter((fact) => fact.recordedAt > since && !inError.has(fact.eventId))
    .flatMap((fact): HospitalSignal[] => {
      const what = whatOf(fact);
      return what === null ? [] : [{ at: fact.occurredAt, what, date: fact.fact === 'expected' ? fact.date : null }];
    });
};

const whatOf = (fact: CaseFact): HospitalSignal['what'] | null => {
  switch (fact.fact) {
    case 'expected':
      return 'expected-date-moved';
    case 'pathway':
      return 'pathway-changed';
    case 'paused':
    case 'resumed':
    case 'discharged':
      return fact.fact;
    case 'reversed':
      return 'discharge-taken-back';
    case 'ended':
      return fact.because;
    case 'reopened':
      return 'case-reopened';
    default:
      return null;
  }
};
