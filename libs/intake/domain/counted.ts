import { effectiveFacts, hasPlace, type Said, type TakenOver } from './places-of-stay.js';
import { standing } from './standing.js';
import { unfolded } from './snapshots/unfold.js';
import type { MergedVisits } from './merged-visits.js';
import { byEventTime, byRecordedTime, distinctFacts, type StayFact } from './stay-fact.js';

/** What was said of each visit by its own messages. */
export type SaidOfVisits = ReadonlyMap<string, readonly StayFact[]>;

/**
 * Facts put in the orders in which they count (api.md), each content once, snapshots as the increments they amount to. `earlier`: what was said before
 * it would have counted for the stay.
 */
export const saidOf = (
  facts: readonly StayFact[],
  takenOver: readonly TakenOver[] = [],
  earlier: readonly StayFact[] = [],
): Said => {
  const distinct = unfolded(distinctFacts(facts), distinctFacts(earlier));
  const recorded = distinct.toSorted(byRecordedTime);
  return { recorded, happened: distinct.toSorted(byEventTime), takenOver, stands: standing(recorded) };
};

const ofVisit = (visit: string, said: SaidOfVisits): readonly StayFact[] => said.get(visit) ?? [];

/** Everything said of a visit and of those that became part of it. */
const ofAllParts = (visit: string, said: SaidOfVisits, merged: MergedVisits): readonly StayFact[] => [
  ...ofVisit(visit, said),
  ...merged.partsOf(visit).flatMap((part) => ofAllParts(part.visit, said, merged)),
];

/** The places a visit leaves to the stay it becomes part of; one whose admission never was leaves none. */
const placesLeft = (said: Said, at: string): readonly TakenOver[] =>
  said.stands.cancelled
    ? []
    : effectiveFacts(said)
        .filter(hasPlace)
        .map((fact) => ({ fact, since: at }));

/**
 * What counts for a visit as a stay of its own, up to when it was given up (null: it was not). Api.md, A42: from a visit that became part of it
 * only the places are taken over; what the hospital recorded later for that visit counts as if it were said of the stay.
 */
export const countedFor = (visit: string, until: string | null, said: SaidOfVisits, merged: MergedVisits): Said => {
  const inTime = ({ recorded }: StayFact): boolean => until === null || recorded <= until;
  const facts = ofVisit(visit, said).filter(inTime);
  const takenOver: TakenOver[] = [];
  const earlier: StayFact[] = [];
  for (const part of merged.partsOf(visit)) {
    takenOver.push(...placesLeft(countedFor(part.visit, part.at, said, merged), part.at));
    for (const fact of ofAllParts(part.visit, said, merged))
      if (fact.recorded <= part.at) earlier.push(fact);
      else if (inTime(fact)) facts.push(fact);
  }
  return saidOf(facts, takenOver, earlier);
};
