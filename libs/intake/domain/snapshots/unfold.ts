import { byRecordedTime, type StayFact } from '../stay-fact.js';
import { withToldLeave } from './lay-leave.js';
import { withToldPlaces } from './lay-places.js';
import { sayingOf } from './news-of-snapshot.js';
import { isSnapped, type Saying, type Snapped } from './sayings.js';

/**
 * The same facts with every snapshot unfolded into the increments it amounts to, from nothing but the set of facts (ADR 0016).
 * Facts are distinct, in the order they were heard. A stay of increments alone comes back as it is.
 * `earlier`: snapshots that do not count for the stay themselves, such as those of a visit before it became part of it. What only repeats them is no news.
 */
export const unfolded = (facts: readonly StayFact[], earlier: readonly StayFact[] = []): readonly StayFact[] => {
  const counted = facts.filter(isSnapped);
  if (counted.length === 0) return facts;
  const snapped = [...earlier.filter(isSnapped), ...counted];
  const increments = facts.filter((fact) => !isSnapped(fact));
  const heard = new Map<StayFact, number>(facts.map((fact, at) => [fact, at]));
  const firstDischarge = firstDischargeOf(facts);
  const sayings = [...Map.groupBy(snapped, ({ snapshot }) => snapshot.series).values()].flatMap((series) =>
    sayingsOf(series.toSorted(byRecordedTime), heard, firstDischarge).filter(({ fact }) => heard.has(fact)),
  );
  const said = [...increments, ...sayings.flatMap((saying) => saying.facts)];
  return withToldLeave(withToldPlaces(said, sayings), sayings);
};

const firstDischargeOf = (facts: readonly StayFact[]): string | null =>
  facts.reduce<string | null>((first, { action, recorded }) => {
    if (action !== 'discharge') return first;
    return first === null || recorded < first ? recorded : first;
  }, null);

const sayingsOf = (
  series: readonly Snapped[],
  heard: ReadonlyMap<StayFact, number>,
  firstDischarge: string | null,
): Saying[] =>
  series.map((fact, at) =>
    sayingOf(fact, {
      before: series[at - 1],
      firstDischarge,
      criteriaFirstSaidBy: () => firstHeard(sayingTheSame(series, at), heard),
    }),
  );

/** This snapshot and those right after it that say the same of criteria. */
const sayingTheSame = (series: readonly Snapped[], at: number): readonly Snapped[] => {
  const said = JSON.stringify(series[at]?.snapshot.criteria);
  const rest = series.slice(at);
  const end = rest.findIndex(({ snapshot }) => JSON.stringify(snapshot.criteria) !== said);
  return end < 0 ? rest : rest.slice(0, end);
};

/** By the name of the event heard first, people have marked it in error since; which that was may depend on the order, and nothing else does. */
const firstHeard = (facts: readonly Snapped[], heard: ReadonlyMap<StayFact, number>): string => {
  const [first] = facts.toSorted((a, b) => (heard.get(a) ?? 0) - (heard.get(b) ?? 0));
  return first?.firstSaidBy ?? first?.eventId ?? '';
};
