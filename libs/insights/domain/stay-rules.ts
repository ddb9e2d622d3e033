import { daysBetween, delayBucketOf, delayBuckets, isTransfer, type CivilDate } from '#libs/nhs/index.js';
import { type AgeClass, is16OrOver, is65OrOver, isAdultClass } from './age-class.js';
import { type Judgement, leftOut, type QualityKey, type Unit } from './counting.js';

/** Stays that were discharged, all alike in what the rules read. Ages are at discharge. */
export interface DischargedStays extends Unit {
  readonly age: AgeClass | null;
  readonly nights: number;
  /** Discharge date − discharge ready date; null when there is no ready date. */
  readonly delayDays: number | null;
  readonly readyFault: boolean;
  readonly alive: boolean;
  readonly destination: string | null;
  /** Pathway at discharge of the case that counts as discharged with the stay; `unassigned` where none was agreed, null without a case. */
  readonly pathway: string | null;
}

/** What one fact asks of an age that is not known: the stay is left out, and that is said. */
const ageFirst = (age: AgeClass | null, then: () => Judgement): Judgement =>
  age === null ? leftOut('ageUnknown') : then();

const drdQuality = (stay: DischargedStays): readonly QualityKey[] => [
  ...(stay.delayDays === null ? (['blank'] as const) : []),
  ...(stay.readyFault ? (['faults'] as const) : []),
];

type DrdVersion = '2024-05' | '2024-05-recorded' | 'published-2024-25';

/** The days between ready and discharge of a stay of the cohort; null where the stay is not in it (metrics.md §2 `drd.*`). */
const drd =
  (version: DrdVersion, value: (days: number) => { numerator: number; keys?: readonly string[] } | null) =>
  (stay: DischargedStays): Judgement => {
    if (!stay.alive || stay.nights < 1) return leftOut();
    return ageFirst(stay.age, () => {
      const published = version === 'published-2024-25';
      if (published ? !is16OrOver(stay.age) || isTransfer(stay.destination) : !isAdultClass(stay.age)) return leftOut();
      const quality = drdQuality(stay);
      if (version === '2024-05-recorded' && stay.delayDays === null) return leftOut(...quality);
      const counted = value(stay.delayDays ?? 0);
      return counted === null ? leftOut(...quality) : { counts: true, quality, ...counted };
    });
  };

export const drdRules = {
  'drd.same-day-share': (version: DrdVersion) => drd(version, (days) => ({ numerator: days === 0 ? 1 : 0 })),
  'drd.average-delay': (version: DrdVersion) => drd(version, (days) => ({ numerator: days })),
  'drd.average-delay-excluding-zero': (version: DrdVersion) =>
    drd(version, (days) => (days >= 1 ? { numerator: days } : null)),
  'drd.bed-days-lost': (version: DrdVersion) => drd(version, (days) => ({ numerator: days })),
  'drd.delay-buckets': (version: DrdVersion) => drd(version, (days) => ({ numerator: 1, keys: [delayBucketOf(days)] })),
} as const;
export { delayBuckets };

/** Adult stays discharged in the window, deaths included, nights ≥ 1 (metrics.md §2 `los.*`). */
const los =
  (numerator: (nights: number) => number) =>
  (stay: DischargedStays): Judgement => {
    if (stay.nights < 1) return leftOut();
    return ageFirst(stay.age, () =>
      isAdultClass(stay.age) ? { counts: true, numerator: numerator(stay.nights) } : leftOut(),
    );
  };

export const lengthOfStay = los((nights) => nights);
export const stayedAtLeast = (threshold: number) => los((nights) => (nights >= threshold ? 1 : 0));

const adultAlive = (stay: DischargedStays, then: () => Judgement): Judgement =>
  stay.alive ? ageFirst(stay.age, () => (isAdultClass(stay.age) ? then() : leftOut())) : leftOut();

/** Destination 98 or missing is left out, 99 stays in (metrics.md §2 `home-first.usual-place-share`). */
export const usualPlace = (usual: readonly string[]) => (stay: DischargedStays) =>
  adultAlive(stay, () =>
    stay.destination === null || stay.destination === '' || stay.destination === '98'
      ? leftOut('destinationUnknown')
      : { counts: true, numerator: usual.includes(stay.destination) ? 1 : 0 },
  );

/** Always shown; `unassigned` is there only where there is one. */
export const pathwayGroups = ['0', '1', '2', '3'] as const;

/** Judges one case at a time. */
export const pathwayMixReferred = (stay: DischargedStays): Judgement =>
  adultAlive(stay, () => (stay.pathway === null ? leftOut() : { counts: true, numerator: 1, keys: [stay.pathway] }));

/** A stay nobody referred counts as pathway 0. */
export const pathwayMixAll = (stay: DischargedStays): Judgement =>
  adultAlive(stay, () => ({ counts: true, numerator: 1, keys: [stay.pathway ?? '0'] }));

/** Cases on pathway 1, 2 or 3: those on 1 go home with support. Judges one case at a time. */
export const supportedHome = (stay: DischargedStays): Judgement =>
  adultAlive(stay, () =>
    stay.pathway === '1' || stay.pathway === '2' || stay.pathway === '3'
      ? { counts: true, numerator: stay.pathway === '1' ? 1 : 0 }
      : leftOut(),
  );

export const alive65 = (stay: DischargedStays): boolean => stay.alive && is65OrOver(stay.age);

/** Stays of one day: open at its midnight, or discharged on it. Ages are on the day. */
export interface StaysOnDay extends Unit {
  readonly age: AgeClass | null;
  readonly day: CivilDate;
  readonly admittedOn: CivilDate;
  /** At midnight; for stays discharged on the day, at discharge. */
  readonly notMeeting: boolean;
  readonly openAtMidnight: boolean;
  /** Of stays discharged on the day. */
  readonly alive: boolean;
}

const adultOnDay = (stay: StaysOnDay, holds: boolean): Judgement => {
  if (!holds) return leftOut();
  return ageFirst(stay.age, () => (isAdultClass(stay.age) ? { counts: true, numerator: 1 } : leftOut()));
};

export const nctrRemaining = (stay: StaysOnDay): Judgement =>
  stay.openAtMidnight ? adultOnDay(stay, stay.notMeeting) : leftOut();
export const nctrPatients = (stay: StaysOnDay): Judgement =>
  stay.openAtMidnight || stay.alive ? adultOnDay(stay, stay.notMeeting) : leftOut();
export const inHospitalSince = (days: number) => (stay: StaysOnDay) =>
  stay.openAtMidnight ? adultOnDay(stay, daysBetween(stay.admittedOn, stay.day) >= days) : leftOut();
