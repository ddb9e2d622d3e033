import type { CriteriaEntry } from '#libs/contracts/intake/stay-events.js';
import { startOfLondonDay } from '#libs/nhs/civil-date.js';
import type { StayFact } from './stay-fact.js';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const entry = (fact: StayFact, meets: boolean, readyDate: string | null): CriteriaEntry => ({
  meets,
  codes: [...(fact.criteriaCodes ?? [])],
  readyDate,
  // metrics.md §1: with `Y`, or alone, the ready date sets the time; with `N` it is ignored.
  at: readyDate === null ? fact.eventTime : startOfLondonDay(readyDate),
  assessedAt: fact.eventTime,
  sourceRecordedAt: fact.recorded,
  controlId: fact.controlId,
  eventId: fact.firstSaidBy ?? fact.eventId,
});

interface Said {
  readonly fact: StayFact;
  /** ZU1-22, unless it was deleted since. */
  readonly meets: boolean | null;
  readonly readyDate: string | null;
}

/**
 * What the feed said of criteria to reside, in effective order. Facts come by event time.
 * A deleted value (`""`) takes back what earlier facts said in that field.
 */
export const criteriaOf = (happened: readonly StayFact[]): CriteriaEntry[] => {
  let said: Said[] = [];
  for (const fact of happened) {
    if (fact.meets === null) said = said.map((earlier) => ({ ...earlier, meets: null }));
    if (fact.readyDate === null) said = said.map((earlier) => ({ ...earlier, readyDate: null }));
    said.push({ fact, meets: fact.meets ?? null, readyDate: fact.readyDate ?? null });
  }
  return said
    .flatMap(({ fact, meets, readyDate }) => {
      if (meets === true) return [entry(fact, true, null)];
      return meets === false || readyDate !== null ? [entry(fact, false, readyDate)] : [];
    })
    .toSorted(
      (a, b) =>
        compare(a.at, b.at) || compare(a.sourceRecordedAt, b.sourceRecordedAt) || compare(a.controlId, b.controlId),
    );
};
