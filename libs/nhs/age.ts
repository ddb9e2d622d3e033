import type { CivilDate } from './calendar.js';

/** What is held of somebody's age: the birth date, or (pseudonymous stays) the completed years on one day. */
export type KnownAge = { readonly birthDate: CivilDate } | { readonly years: number; readonly on: CivilDate };

/** Completed years from one date to another. Who is born on 29 February is a year older on 1 March of a common year. */
export const completedYears = (since: CivilDate, onDate: CivilDate): number => {
  const years = Number(onDate.slice(0, 4)) - Number(since.slice(0, 4));
  return onDate.slice(5) < since.slice(5) ? years - 1 : years;
};

/** Age on a day: from the birth date; else the age held plus the completed years since (metrics.md §1 "Age"). Null when nothing is held. */
export const ageOn = (known: KnownAge | null | undefined, onDate: CivilDate): number | null => {
  if (!known) return null;
  if ('birthDate' in known) return completedYears(known.birthDate, onDate);
  return known.years + Math.max(0, completedYears(known.on, onDate));
};

export const ageBands = ['18-64', '65-74', '75-84', '85+'] as const;
export type AgeBand = (typeof ageBands)[number];

/** The band of an age; null under 18 and when the age is not known. */
export const ageBandOf = (age: number | null): AgeBand | null => {
  if (age === null || age < 18) return null;
  if (age < 65) return '18-64';
  if (age < 75) return '65-74';
  return age < 85 ? '75-84' : '85+';
};
