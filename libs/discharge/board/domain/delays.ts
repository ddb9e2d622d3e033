import { daysBetween, defaultOwnerOf, londonDate, spanOf, type CriteriaFact, type Span } from '#libs/nhs/index.js';
import type { Facts } from './counting.js';
import type { Ending } from './standing.js';

export interface Delay {
  readonly delayId: string;
  readonly reason: string;
  readonly owner: string;
  readonly anticipated: boolean;
  readonly setBy: 'hand' | 'policy';
  /** When it was started; the span may open later, or never. */
  readonly startedAt: string;
  readonly span: Span | null;
}

/** A delay that lasts, as a row shows it. */
export interface OpenDelay {
  readonly delayId: string;
  readonly reason: string;
  readonly since: string;
  /** Civil days from `since` to `asOf`. */
  readonly days: number;
  readonly owner: string;
}

/** All delays of a case as spans (metrics.md §3), as they stood at `asOf`. */
export const delaysAt = (
  facts: Facts,
  criteriaHistory: readonly CriteriaFact[],
  ending: Ending | null,
  leftAt: string | null,
  asOf: string,
): readonly Delay[] => {
  const ends = {
    discharge: leftAt,
    withdrawal: ending?.status === 'withdrawn' ? ending.at : null,
    close: ending?.status === 'closed' && ending.by !== 'death' ? ending.at : null,
    death: ending?.by === 'death' ? ending.at : null,
  };
  return facts
    .of('DelayStarted')
    .filter((fact) => fact.occurredAt <= asOf)
    .map((fact) => {
      const { delayId, reason, anticipated, setBy } = fact.data;
      const ended = facts.of('DelayEnded').find((end) => end.data.delayId === delayId && end.occurredAt <= asOf);
      return {
        delayId,
        reason,
        owner: fact.data.owner ?? defaultOwnerOf(reason) ?? 'joint',
        anticipated,
        setBy,
        startedAt: fact.occurredAt,
        span: spanOf({ start: fact.occurredAt, anticipated, endedAt: ended?.occurredAt, criteriaHistory, ends }),
      };
    });
};

/** Those a person waits for at `asOf`, longest first. */
export const openDelays = (delays: readonly Delay[], asOf: string): readonly OpenDelay[] => {
  const today = londonDate(asOf);
  return delays
    .flatMap(({ delayId, reason, owner, span }) =>
      span && span.from <= asOf && (span.to === null || span.to > asOf)
        ? [{ delayId, reason, since: span.from, days: daysBetween(londonDate(span.from), today), owner }]
        : [],
    )
    .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : a.delayId < b.delayId ? -1 : 1));
};
