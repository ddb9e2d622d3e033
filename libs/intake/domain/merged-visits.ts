import { byRecordedTime, type MergeFact } from './stay-fact.js';

/** What became of a visit that is no stay of its own any more. */
export interface GivenUp {
  /** The visit that the message named as the one that stays; it may itself have been given up. */
  readonly into: string;
  /** The stay it became part of then. */
  readonly stay: string;
  /** When the hospital recorded it: what was recorded later for this visit counts for the stay. */
  readonly at: string;
}

/** Which visits are one stay. */
export interface MergedVisits {
  /** Missing: the visit is a stay of its own. */
  readonly givenUp: ReadonlyMap<string, GivenUp>;
  /** The visits that became part of this one while it was a stay of its own, with when. */
  partsOf(visit: string): readonly { readonly visit: string; readonly at: string }[];
  /** The stay a visit is part of in the end, or itself. */
  stayOf(visit: string): string;
}

/**
 * Which visits are one stay, as a function of the set of merges and not of the order they came in. They are looked at as the hospital recorded
 * them, so that a merge of a visit that had been given up before concerns the stay it had become part of (api.md: "later messages for the loser's
 * visit count for the survivor"). One that names two visits of the same stay changes nothing: a repeat, or the last of a ring.
 */
export const mergedVisits = (merges: readonly MergeFact[]): MergedVisits => {
  const givenUp = new Map<string, GivenUp>();
  const stayOf = (visit: string): string => {
    let stay = visit;
    for (let next = givenUp.get(stay); next; next = givenUp.get(stay)) stay = next.stay;
    return stay;
  };
  for (const { visit, into, recorded } of merges.toSorted(byRecordedTime)) {
    const [loser, survivor] = [stayOf(visit), stayOf(into)];
    if (loser !== survivor) givenUp.set(loser, { into, stay: survivor, at: recorded });
  }
  const parts = Map.groupBy(
    [...givenUp].map(([visit, { stay, at }]) => ({ visit, stay, at })),
    ({ stay }) => stay,
  );
  return { givenUp, stayOf, partsOf: (visit) => parts.get(visit) ?? [] };
};

/** Whether merges lead from the visit that stays back to the one that is given up: a ring, which a person must look at. */
export const goesInRing = (
  merges: readonly MergeFact[],
  { visit, into }: Pick<MergeFact, 'visit' | 'into'>,
): boolean => {
  const reached = new Set([into]);
  for (const one of reached) for (const merge of merges) if (merge.visit === one) reached.add(merge.into);
  return reached.has(visit);
};

/** All visits that merges bring together, by whatever way. */
export const visitsOf = (merges: readonly MergeFact[]): ReadonlySet<string> =>
  new Set(merges.flatMap(({ visit, into }) => [visit, into]));
