import { type AgeClass, is65OrOver, isAdultClass } from './age-class.js';
import { type Judgement, leftOut, type Unit } from './counting.js';

/** One day-91 check. Age is at discharge. */
export interface CheckUnit extends Unit {
  readonly age: AgeClass | null;
  readonly cancelled: boolean;
  readonly status: string | null;
  /** Of the first linked episode of the case; unknown counts as joint. */
  readonly assessorType: string | null;
  /** Of the request behind the check; unknown counts as supported. */
  readonly funding: string | null;
  /** Today is later than discharge + 105 days. */
  readonly day105Passed: boolean;
}
export type CheckVersion = '2b-classic' | '2b-with-nhs';

const atHome = new Set(['own-home', 'extra-care', 'shared-lives', 'care-home-respite']);
const notKnown = new Set(['not-contactable', 'moved-away']);

/** Whether the check is of the cohort at all, pending ones included (metrics.md §2 `reablement.*`). */
export const inCheckCohort = (check: CheckUnit, version: CheckVersion): boolean =>
  !check.cancelled &&
  is65OrOver(check.age) &&
  check.funding !== 'self-funded' &&
  (version === '2b-with-nhs' || check.assessorType !== 'nhs');

const checked =
  (version: CheckVersion, counts: (status: string | null) => boolean) =>
  (check: CheckUnit): Judgement => {
    if (check.cancelled) return leftOut();
    if (check.age === null) return leftOut('ageUnknown');
    if (!inCheckCohort(check, version)) return leftOut();
    if (check.status === null && !check.day105Passed) return leftOut('pending');
    return counts(check.status)
      ? { counts: true, numerator: check.status !== null && atHome.has(check.status) ? 1 : 0 }
      : leftOut();
  };

/** Strict: without an outcome by day 105, not contactable and moved away are "not at home". */
export const stillAtHome = (version: CheckVersion) => checked(version, () => true);
export const stillAtHomeKnown = (version: CheckVersion) =>
  checked(version, (status) => status !== null && !notKnown.has(status));

/** A stay of the denominator of "offered", with whether a check of the 2b-classic cohort came of it. */
export interface OfferedUnit extends Unit {
  readonly offered: boolean;
}
export const offered = (stay: OfferedUnit): Judgement => ({ counts: true, numerator: stay.offered ? 1 : 0 });

/** A reablement cluster linked to a discharge (metrics.md §4, 2D local). */
export interface LinkedCluster extends Unit {
  readonly failed: boolean;
  /** Today is later than discharge + 84 days. */
  readonly day84Passed: boolean;
}
export const remainedInCommunity = (cluster: LinkedCluster): Judgement =>
  cluster.day84Passed ? { counts: true, numerator: cluster.failed ? 0 : 1 } : leftOut('pending');

/** A cluster that ended (metrics.md §4, 2A local). Age is at its end. */
export interface EndedCluster extends Unit {
  readonly age: AgeClass | null;
  readonly inLongTermSupport: boolean;
  readonly sequel: { readonly counted: false } | { readonly counted: true; readonly independent: boolean };
}
export const noOngoingSupport = (cluster: EndedCluster): Judgement => {
  if (cluster.inLongTermSupport) return leftOut();
  if (cluster.age === null) return leftOut('ageUnknown');
  if (!isAdultClass(cluster.age) || !cluster.sequel.counted) return leftOut();
  return { counts: true, numerator: cluster.sequel.independent ? 1 : 0 };
};

/** One start of long-term residential or nursing care; `distinct` is the person. Age is on the start. */
export interface CareHomeStart extends Unit {
  readonly age: AgeClass | null;
  readonly startedInYearBefore: boolean;
}
export const newlyAdmitted = (start: CareHomeStart): Judgement => {
  if (start.age === null) return leftOut('ageUnknown');
  return is65OrOver(start.age) && !start.startedInYearBefore ? { counts: true, numerator: 1 } : leftOut();
};

/** One award. */
export interface AwardUnit extends Unit {
  readonly serviceType: string;
  readonly hours: number | null;
}
export const hoursToSource = (award: AwardUnit): Judgement =>
  award.hours === null ? leftOut('notApproved') : { counts: true, numerator: award.hours };

/** Target hours from approval to award (domain.md §9: Barnet's own); a service type without one is left out. */
export const targetHours: Readonly<Record<string, number>> = {
  'home-care': 24,
  reablement: 24,
  nursing: 48,
  residential: 72,
  'supported-living': 336,
};
export const withinTarget = (award: AwardUnit): Judgement => {
  const target = targetHours[award.serviceType];
  if (target === undefined) return leftOut('noTarget');
  if (award.hours === null) return leftOut('notApproved');
  return { counts: true, numerator: award.hours <= target ? 1 : 0 };
};

/** One start of reablement held against the discharge of its own case. */
export interface StartUnit extends Unit {
  /** Days from discharge to start, before it = 0; null when the case has no discharge. */
  readonly daysAfterDischarge: number | null;
}
export const startDelay = (start: StartUnit): Judgement =>
  start.daysAfterDischarge === null ? leftOut('noDischarge') : { counts: true, numerator: start.daysAfterDischarge };

/** Where the unit itself is what is counted: a person-day, a case, a response. */
export const each = (): Judgement => ({ counts: true, numerator: 1 });
