import { type CivilDate, londonDate } from '#libs/nhs/index.js';
import { type AgeClass, bandOf } from '../domain/age-class.js';
import type { CaseFact } from '../domain/case-fact.js';
import type { Attributes } from '../domain/counting.js';
import type { PeopleKnown, Reads } from './people-known.js';
import type { Filters, Question } from './question.js';

/** Whether the question is about an age: groups or filters by it. */
const byAge = ({ groupBy, filters }: Question): boolean => groupBy === 'ageBand' || filters.ageBand !== null;

/** What must be known of people to group and filter by what hangs on a case. */
export const readsOf = (question: Question): Reads => ({
  births: byAge(question),
  sexes: question.groupBy === 'sex',
  deaths: false,
});

/** What is read of cases to group and filter by it, and what the figure needs itself. */
export const caseReads = (question: Question, ...own: ('age' | 'left')[]): ReadonlySet<keyof CaseFact> => {
  const { groupBy, filters } = question;
  return new Set<keyof CaseFact>([
    ...(groupBy === 'hospital' || filters.hospital !== null ? (['hospital'] as const) : []),
    ...(groupBy === 'ward' || filters.ward !== null ? (['ward'] as const) : []),
    ...(groupBy === 'authority' || filters.authority !== null ? (['homeAuthority', 'stayAuthority'] as const) : []),
    ...(groupBy === 'sex' ? (['sex'] as const) : []),
    ...(groupBy === 'pathway' ? (['pathway'] as const) : []),
    ...(own.includes('age') || byAge(question) ? (['ageYears', 'ageOn'] as const) : []),
    ...(own.includes('left') ? (['leftAt', 'leftByStay'] as const) : []),
  ]);
};

/** When the case left hospital: its stay discharged alive while the case stood, else a discharge by hand. */
export const leftOn = ({ leftAt, leftByStay, personId }: CaseFact, people: PeopleKnown): CivilDate | null => {
  if (leftAt === null) return null;
  const died = leftByStay && personId !== null ? people.diedAt(personId) : null;
  return died !== null && died <= leftAt ? null : londonDate(leftAt);
};

/** What a row that hangs on a case can be grouped by, and its age class on the day that puts it in the window. */
export const caseAttributes = (
  ofCase: CaseFact | null,
  personId: string | null,
  on: CivilDate,
  people: PeopleKnown,
): { readonly attributes: Attributes; readonly age: AgeClass | null } => {
  const person = ofCase?.personId ?? personId;
  const age = person === null ? null : people.ageClass(person, ofCase, on);
  const pathway = ofCase?.pathway ?? null;
  return {
    age,
    attributes: {
      hospital: ofCase?.hospital ?? null,
      ward: ofCase?.ward ?? null,
      authority: ofCase?.homeAuthority ?? ofCase?.stayAuthority ?? null,
      sex: ofCase?.sex ?? (person === null ? null : people.sexOf(person)),
      pathway: pathway === null ? null : String(pathway),
      ageBand: bandOf(age),
      day: on,
    },
  };
};

/** Whether the attributes pass the filters; what is not known passes only when `unknown` was asked for. */
export const passes = (attributes: Attributes, filters: Filters): boolean =>
  (filters.hospital === null || (attributes.hospital ?? 'unknown') === filters.hospital) &&
  (filters.ward === null || (attributes.ward ?? 'unknown') === filters.ward) &&
  (filters.authority === null || (attributes.authority ?? 'unknown') === filters.authority) &&
  (filters.ageBand === null || attributes.ageBand === filters.ageBand) &&
  (filters.provider === null || attributes.provider === filters.provider);
