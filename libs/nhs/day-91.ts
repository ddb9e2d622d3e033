import { addDays, daysBetween } from './civil-date.js';

/** Day 91 is the discharge date and 91 civil days, the discharge being day 0 (domain.md §3.1). */
export const followUpDays = 91;
/** The worklist opens on day 84 (domain.md §8): no answer is taken before. */
export const answerFromDay = 84;
/** Closes the worklist: from then on a check without an answer counts as not known (domain.md §8, metrics.md §2). */
export const closesOnDay = 105;
export const attemptsBeforeNotContactable = 3;

export const checkStates = ['scheduled', 'due', 'overdue', 'needs-evidence', 'awaiting-confirmation', 'done'] as const;
export type CheckState = (typeof checkStates)[number];

/** Evidence of where somebody is, as far as its weight goes. */
export interface EvidenceOfPlace {
  readonly kind: string;
  readonly source: string;
  /** A civil date, as is `until`. */
  readonly date: string;
  /** Of a readmission: when the person left again; null while in hospital, and for other evidence. */
  readonly until: string | null;
}

export interface CheckSoFar {
  readonly dischargedOn: string;
  readonly answered: boolean;
  /** Evidence that was not withdrawn. */
  readonly evidence: readonly EvidenceOfPlace[];
  readonly attempts: readonly { readonly result: string }[];
}

/**
 * Evidence that settles where the person is on day 91: lasting changes whenever they came, a readmission that lasts into the window, and
 * sightings only from day 84 on.
 */
const settles = (entry: EvidenceOfPlace, from: string): boolean => {
  if (['died', 'care-home', 'long-term-support'].includes(entry.kind)) return true;
  if (entry.kind === 'readmitted' && entry.source === 'ward-feed') return entry.until === null || entry.until >= from;
  return entry.date >= from;
};

const wasReached = ({ attempts }: CheckSoFar): boolean => attempts.some(({ result }) => result.startsWith('spoke-to'));

/**
 * Worked out anew from today's date whenever it is read, so that day 91 needs no ticker and none can be missed (architecture.md §6, policy 11).
 * One state each. Before day 84 a check is scheduled. From then on: evidence that only a person has to confirm, else three attempts
 * that reached nobody (other evidence is needed), else due up to day 91 and overdue after it.
 */
export const checkStateOf = (check: CheckSoFar, today: string): CheckState => {
  if (check.answered) return 'done';
  const day = daysBetween(check.dischargedOn, today);
  if (day < answerFromDay) return 'scheduled';
  const opensOn = addDays(check.dischargedOn, answerFromDay);
  if (check.evidence.some((entry) => settles(entry, opensOn))) return 'awaiting-confirmation';
  if (check.attempts.length >= attemptsBeforeNotContactable && !wasReached(check)) return 'needs-evidence';
  return day <= followUpDays ? 'due' : 'overdue';
};
