import { type CivilDate, compareInstants, endOfLondonDay, type Instant, londonDate } from './calendar.js';

/** One thing that was said of a person's criteria to reside: by the feed, or by the team on the case. Entries marked in error are left out by the caller. */
export interface CriteriaFact {
  readonly meets: boolean;
  /** When it was true; for a ready date that sets the time, 00:00 London of that date. */
  readonly at: Instant;
  /** When we knew. */
  readonly recordedAt: Instant;
  /** When the sender says it was recorded (feed only). */
  readonly sourceRecordedAt?: Instant | null;
  readonly controlId?: string | null;
  /** The ready date sent with "not met" (ZU1-24), or alone; sent with "met" it is ignored. */
  readonly readyDate?: CivilDate | null;
  readonly origin: 'feed' | 'team';
  readonly eventId: string;
}

type SaidByFeed = Omit<CriteriaFact, 'recordedAt' | 'origin' | 'sourceRecordedAt'> & {
  readonly sourceRecordedAt: Instant;
};

/** What a feed said. The sender's time orders it: ours would bring back the order of arrival (architecture.md §1.3). */
export const saidByFeed = (entries: readonly SaidByFeed[]): CriteriaFact[] =>
  entries.map(({ meets, at, sourceRecordedAt, controlId, readyDate, eventId }) => ({
    meets,
    at,
    recordedAt: sourceRecordedAt,
    sourceRecordedAt,
    ...(controlId === undefined ? {} : { controlId }),
    ...(readyDate === undefined ? {} : { readyDate }),
    origin: 'feed',
    eventId,
  }));

/** What a ready date is held against: before admission, after discharge or in the future it is a data fault. */
export interface StayBounds {
  readonly admittedAt?: Instant | null;
  readonly dischargedAt?: Instant | null;
  /** The moment of knowing (now, or `knownAt`): a ready date of a later day lies in the future. */
  readonly knownAt?: Instant | null;
}

export interface EffectiveCriteria {
  readonly entries: readonly CriteriaFact[];
  /** Ready dates that were ignored because they cannot be. */
  readonly faults: readonly CriteriaFact[];
}

/**
 * A feed's recorded time is the sender's, so that the order of arrival cannot change the history (architecture.md §1.3); the team's is ours.
 */
const recordedOf = (fact: CriteriaFact): Instant => fact.sourceRecordedAt ?? fact.recordedAt;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byRecorded = (a: CriteriaFact, b: CriteriaFact): number =>
  compareInstants(recordedOf(a), recordedOf(b)) ||
  compareText(a.controlId ?? '', b.controlId ?? '') ||
  compareText(a.eventId, b.eventId);

/** metrics.md §1: by `occurredAt`, then recorded; ties by the sender's recorded time, then its control id. */
const byTime = (a: CriteriaFact, b: CriteriaFact): number => compareInstants(a.at, b.at) || byRecorded(a, b);

const setsTime = (fact: CriteriaFact): fact is CriteriaFact & { readonly readyDate: CivilDate } =>
  !fact.meets && typeof fact.readyDate === 'string';

const isFault = (readyDate: CivilDate, { admittedAt, dischargedAt, knownAt }: StayBounds): boolean =>
  (typeof admittedAt === 'string' && readyDate < londonDate(admittedAt)) ||
  (typeof dischargedAt === 'string' && readyDate > londonDate(dischargedAt)) ||
  (typeof knownAt === 'string' && readyDate > londonDate(knownAt));

/**
 * A later-recorded ready date replaces the ones before it unless a "met" lies between them: between two "met" only the ready date
 * recorded last stands. What was said without a ready date is never replaced.
 */
const withoutReplaced = (ordered: readonly CriteriaFact[]): CriteriaFact[] => {
  const standing = new Set<CriteriaFact>();
  let latest: CriteriaFact | undefined;
  for (const fact of ordered) {
    if (fact.meets) {
      if (latest) standing.add(latest);
      latest = undefined;
    } else if (setsTime(fact) && (!latest || byRecorded(latest, fact) < 0)) latest = fact;
  }
  if (latest) standing.add(latest);
  return ordered.filter((fact) => !setsTime(fact) || standing.has(fact));
};

/** The history in effective order, and the ready dates ignored as faults (metrics.md §1 "Criteria to reside", "Discharge ready date"). */
export const criteriaOf = (facts: readonly CriteriaFact[], bounds: StayBounds = {}): EffectiveCriteria => {
  const faults = facts.filter((fact) => setsTime(fact) && isFault(fact.readyDate, bounds));
  const counted = faults.length === 0 ? facts : facts.filter((fact) => !faults.includes(fact));
  return { entries: withoutReplaced([...counted].sort(byTime)), faults };
};

/** The history in effective order: the latest entry holds until the next. Give the bounds of the stay, so that faulty ready dates do not count. */
export const effectiveHistory = (facts: readonly CriteriaFact[], bounds: StayBounds = {}): readonly CriteriaFact[] =>
  criteriaOf(facts, bounds).entries;

/** Whether criteria were met at an instant; null = unknown (before the first entry), which is never counted. */
export const stateAt = (history: readonly CriteriaFact[], instant: Instant): boolean | null => {
  let state: boolean | null = null;
  for (const entry of history) {
    if (compareInstants(entry.at, instant) > 0) break;
    state = entry.meets;
  }
  return state;
};

/** The state at midnight of a day: made from what happened on that day and before (metrics.md §1 "Dates"). */
export const stateAtMidnight = (history: readonly CriteriaFact[], date: CivilDate): boolean | null =>
  stateAt(history, endOfLondonDay(date));

/** The run, met or not met, that an instant lies in: `since` is its first entry. Null while unknown. */
export const currentRun = (
  history: readonly CriteriaFact[],
  asOf: Instant,
): { readonly meets: boolean; readonly since: Instant } | null => {
  let run: { readonly meets: boolean; readonly since: Instant } | null = null;
  for (const entry of history) {
    if (compareInstants(entry.at, asOf) > 0) break;
    if (!run || run.meets !== entry.meets) run = { meets: entry.meets, since: entry.at };
  }
  return run;
};

/** When the current run of "not met" began; null when criteria are met or unknown. */
export const currentRunStart = (history: readonly CriteriaFact[], asOf: Instant): Instant | null => {
  const run = currentRun(history, asOf);
  return run && !run.meets ? run.since : null;
};

export interface ReadyDateQuestion {
  readonly facts: readonly CriteriaFact[];
  readonly admittedAt?: Instant | null;
  readonly dischargedAt?: Instant | null;
  /** The instant the question is about; a discharge before it ends the stay. */
  readonly asOf: Instant;
  /** The moment of knowing, when it is later than `asOf` (a day in the past looked at now). Default `asOf`. */
  readonly knownAt?: Instant | null;
}

/**
 * Discharge ready date (NHS England DRD guidance; metrics.md §1): the civil date on which the current run of "not met" began, or, once discharged, the
 * final run, if it lasts to the discharge. Null if criteria are met or unknown. `faults` counts ready dates that cannot be.
 */
export const dischargeReadyDate = ({
  facts,
  admittedAt = null,
  dischargedAt = null,
  asOf,
  knownAt = null,
}: ReadyDateQuestion): { readonly date: CivilDate | null; readonly faults: number } => {
  const { entries, faults } = criteriaOf(facts, { admittedAt, dischargedAt, knownAt: knownAt ?? asOf });
  const until = dischargedAt !== null && compareInstants(dischargedAt, asOf) < 0 ? dischargedAt : asOf;
  const start = currentRunStart(entries, until);
  return { date: start === null ? null : londonDate(start), faults: faults.length };
};
