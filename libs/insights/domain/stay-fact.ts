import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import {
  ageOn,
  criteriaOf,
  currentRunStart,
  type CivilDate,
  type CriteriaFact,
  type Instant,
  leftAlive,
  londonDate,
  nights,
  stateAt,
} from '#libs/nhs/index.js';
import { type AgeClass, ageClassOf } from './age-class.js';
import { type CaseAsKnown, countsAsDischarged, pathwayAt, standingCase } from './case-history.js';

/** Days whose midnight falls in the run: `from` included, `to` not; null while it lasts. */
export interface DayRun {
  readonly from: CivilDate;
  readonly to: CivilDate | null;
}

/** The part of a stay block that figures read. */
export type StayParts = Pick<
  StayBlock,
  | 'personId'
  | 'hospital'
  | 'status'
  | 'admittedAt'
  | 'admissionMethodCode'
  | 'dischargedAt'
  | 'destinationCode'
  | 'dischargeMethodCode'
  | 'age'
  | 'sex'
  | 'homeAuthority'
  | 'diedAt'
> & {
  readonly wards: readonly { readonly ward: string | null; readonly from: Instant }[];
  readonly criteria: readonly CriteriaFact[];
};

/** A stay as the figures count it, worked out from one state of the log. Dates are null where the stay counts nowhere. */
export interface StayFact {
  readonly personId: string;
  readonly hospital: string | null;
  /** The last ward of the stay. */
  readonly ward: string | null;
  readonly admittedOn: CivilDate | null;
  readonly dischargedOn: CivilDate | null;
  readonly admittedAt: Instant | null;
  readonly dischargedAt: Instant | null;
  readonly nights: number | null;
  /** By what the stay itself says; deaths recorded of the person are joined when counting. */
  readonly alive: boolean;
  readonly destination: string | null;
  readonly admissionMethod: string | null;
  readonly sex: string | null;
  readonly authority: string | null;
  readonly ageYears: number | null;
  readonly ageOn: CivilDate | null;
  /** Age class by that age on the days of admission and discharge: where no birth date is known nothing need be worked out when counting. */
  readonly ageClassIn: AgeClass | null;
  readonly ageClass: AgeClass | null;
  /** The discharge ready date of a discharged stay. */
  readonly readyOn: CivilDate | null;
  readonly readyFault: boolean;
  readonly metAtDischarge: boolean | null;
  readonly notMet: readonly DayRun[];
  /** The ward at the midnight of each day from `on` on. */
  readonly wards: readonly { readonly ward: string | null; readonly on: CivilDate }[];
  /** Cases that count as discharged with this stay, the earliest referral first, with the pathway at discharge. */
  readonly caseIds: readonly string[];
  readonly pathways: readonly (number | null)[];
  /** Held only while a ready date lies ahead of what was known: whether it is a fault then depends on the day of asking. */
  readonly unsettled: readonly CriteriaFact[] | null;
}

const laterOf = (a: CivilDate, b: CivilDate): CivilDate => (a > b ? a : b);

/**
 * The midnights at which criteria were not met (metrics.md §1 "Dates"): the state at midnight of D is the last entry of a day ≤ D.
 * Only midnights at which the stay was open.
 */
export const notMetRuns = (
  history: readonly CriteriaFact[],
  admittedOn: CivilDate,
  dischargedOn: CivilDate | null,
): DayRun[] => {
  const runs: DayRun[] = [];
  let from: CivilDate | null = null;
  const close = (to: CivilDate | null): void => {
    if (from !== null && (to === null || from < to)) runs.push({ from, to });
    from = null;
  };
  history.forEach((entry, index) => {
    const on = londonDate(entry.at);
    const next = history[index + 1];
    if (next && londonDate(next.at) === on) return; // not the last word of its day
    if (entry.meets) close(laterOf(on, admittedOn));
    else from ??= laterOf(on, admittedOn);
  });
  close(dischargedOn);
  return dischargedOn === null
    ? runs
    : runs.flatMap((run) => {
        const to = run.to !== null && run.to < dischargedOn ? run.to : dischargedOn;
        return run.from < to ? [{ from: run.from, to }] : [];
      });
};

const wardsByDay = (stay: StayParts): StayFact['wards'] => {
  const days: { ward: string | null; on: CivilDate }[] = [];
  for (const { ward, from } of stay.wards) {
    const on = londonDate(from);
    if (days.at(-1)?.on === on) days.pop();
    if (days.at(-1)?.ward !== ward) days.push({ ward, on });
  }
  return days;
};

/** What was said of a stay's criteria: by the feed, unless a case marks it in error, and by the team on its cases, together (metrics.md §1). */
export const criteriaFactsOf = (stay: StayParts, cases: readonly CaseAsKnown[]): readonly CriteriaFact[] => [
  ...stay.criteria.filter(({ eventId }) => !cases.some(({ struck }) => struck.has(eventId))),
  ...cases.flatMap((known) => known.criteria),
];

/** Whether a ready date lies ahead of a day, and not after the discharge: whether it is a fault then depends on the day of asking. */
export const liesAhead = (
  facts: readonly CriteriaFact[],
  today: CivilDate,
  { dischargedAt }: { readonly dischargedAt: Instant | null },
): boolean => {
  const last = dischargedAt === null ? null : londonDate(dischargedAt);
  return facts.some(
    ({ readyDate, meets }) =>
      !meets && typeof readyDate === 'string' && readyDate > today && (last === null || readyDate <= last),
  );
};

const byReferral = (a: CaseAsKnown, b: CaseAsKnown): number => {
  const [left, right] = [a.referredAt ?? '', b.referredAt ?? ''];
  return left < right ? -1 : left > right ? 1 : a.caseId < b.caseId ? -1 : 1;
};

/** What bounds the criteria of a stay. */
export interface StayDates {
  readonly admittedAt: Instant | null;
  readonly dischargedAt: Instant | null;
}

/** What the criteria of a stay decide, as it looks at a moment of knowing (a ready date that lies ahead of it is a fault); null = all days have come. */
export const decidedBy = (
  said: readonly CriteriaFact[],
  { admittedAt, dischargedAt }: StayDates,
  knownAt: Instant | null,
): Pick<StayFact, 'notMet' | 'readyOn' | 'readyFault' | 'metAtDischarge'> => {
  const { entries, faults } = criteriaOf(said, { admittedAt, dischargedAt, knownAt });
  const admittedOn = admittedAt === null ? null : londonDate(admittedAt);
  const dischargedOn = dischargedAt === null ? null : londonDate(dischargedAt);
  const readyAt = dischargedAt === null ? null : currentRunStart(entries, dischargedAt);
  return {
    readyOn: readyAt === null ? null : londonDate(readyAt),
    readyFault: faults.length > 0,
    metAtDischarge: dischargedAt === null ? null : stateAt(entries, dischargedAt),
    notMet: admittedOn === null ? [] : notMetRuns(entries, admittedOn, dischargedOn),
  };
};

/** Works a stay out from its block and the cases that belong to it; `recordedAt` is when the last of that was known. */
export const stayFactOf = (stay: StayParts, cases: readonly CaseAsKnown[], recordedAt: Instant): StayFact => {
  const counts = stay.status === 'open' || stay.status === 'discharged';
  const admittedAt = counts ? stay.admittedAt : null;
  const dischargedAt = stay.status === 'discharged' && admittedAt !== null ? stay.dischargedAt : null;
  const bounded = { ...stay, admittedAt, dischargedAt };
  const ordered = [...cases].sort(byReferral);
  const said = criteriaFactsOf(stay, ordered);
  const admittedOn = admittedAt === null ? null : londonDate(admittedAt);
  const dischargedOn = dischargedAt === null ? null : londonDate(dischargedAt);
  const alive = leftAlive({ ...bounded, dischargedAt });
  const discharged =
    dischargedAt !== null && alive ? ordered.filter((known) => countsAsDischarged(known, dischargedAt)) : [];
  const today = londonDate(recordedAt);
  const ahead = liesAhead(said, today, { dischargedAt });
  return {
    personId: stay.personId,
    hospital: stay.hospital,
    ward: stay.wards.at(-1)?.ward ?? null,
    admittedOn,
    dischargedOn,
    admittedAt,
    dischargedAt,
    nights: admittedAt === null || dischargedAt === null ? null : nights(admittedAt, dischargedAt),
    alive,
    destination: stay.destinationCode,
    admissionMethod: stay.admissionMethodCode,
    sex: stay.sex,
    authority: standingCase(ordered, dischargedAt)?.homeAuthority ?? stay.homeAuthority,
    ageYears: stay.age?.years ?? null,
    ageOn: stay.age?.on ?? null,
    ageClassIn: admittedOn === null ? null : ageClassOf(ageOn(stay.age, admittedOn)),
    ageClass: dischargedOn === null ? null : ageClassOf(ageOn(stay.age, dischargedOn)),
    ...decidedBy(said, { admittedAt, dischargedAt }, null),
    wards: wardsByDay(stay),
    caseIds: discharged.map((known) => known.caseId),
    pathways: discharged.map((known) => (dischargedAt === null ? null : pathwayAt(known, dischargedAt))),
    unsettled: ahead ? said : null,
  };
};
