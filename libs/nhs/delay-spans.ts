import { type CivilDate, compareInstants, eachDay, type Instant, londonDate, startOfLondonDay } from './calendar.js';
import { type CriteriaFact, stateAt } from './criteria-history.js';

/** From `from` until `to`; null while it lasts. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant | null;
}

export interface DelayQuestion {
  /** `DelayStarted.occurredAt`. */
  readonly start: Instant;
  readonly anticipated: boolean;
  /** `DelayEnded.occurredAt`. */
  readonly endedAt?: Instant | null | undefined;
  /** As `effectiveHistory` gives it. */
  readonly criteriaHistory: readonly CriteriaFact[];
  /** What ends every delay of the case; a cancelled discharge never happened and is not given. */
  readonly ends: {
    readonly discharge?: Instant | null | undefined;
    readonly withdrawal?: Instant | null | undefined;
    readonly close?: Instant | null | undefined;
    readonly death?: Instant | null | undefined;
  };
}

const opensAt = ({ start, anticipated, criteriaHistory }: DelayQuestion): Instant | null => {
  const state = stateAt(criteriaHistory, start);
  // While criteria are met nobody waits to leave: such a delay ended before it began, and does not open again by itself.
  if (!anticipated) return state === true ? null : start;
  if (state === false) return start;
  return criteriaHistory.find((entry) => !entry.meets && compareInstants(entry.at, start) > 0)?.at ?? null;
};

/**
 * A delay as a span of time (metrics.md §3): it ends at the first of its end, criteria met again, discharge, withdrawal, closing and death, and does not open
 * again by itself. An anticipated one counts from the moment criteria stop being met. Null when it never opened, or ended before it did.
 */
export const spanOf = (question: DelayQuestion): Span | null => {
  const from = opensAt(question);
  if (from === null) return null;
  const metAgain = question.criteriaHistory.find((entry) => entry.meets && compareInstants(entry.at, from) > 0)?.at;
  const { discharge, withdrawal, close, death } = question.ends;
  let to: Instant | null = null;
  for (const end of [question.endedAt, metAgain, discharge, withdrawal, close, death])
    if (end && (to === null || compareInstants(end, to) < 0)) to = end;
  return to !== null && compareInstants(to, from) <= 0 ? null : { from, to };
};

/** The days D with `fromDate` ≤ D < `toDate` whose midnight falls inside the span: date(from) ≤ D < date(to) (metrics.md §1, §2). */
export const bedDays = (span: Span, fromDate: CivilDate, toDate: CivilDate): CivilDate[] => {
  const first = londonDate(span.from);
  const end = span.to === null ? toDate : londonDate(span.to);
  return eachDay(first > fromDate ? first : fromDate, end < toDate ? end : toDate);
};

/** Whether any moment of the span lies in the days `fromDate` ≤ D < `toDate`. */
export const overlaps = (span: Span, fromDate: CivilDate, toDate: CivilDate): boolean =>
  compareInstants(span.from, startOfLondonDay(toDate)) < 0 &&
  (span.to === null || compareInstants(span.to, startOfLondonDay(fromDate)) > 0);
