import { addDays, type CivilDate } from '#libs/nhs/index.js';
import type { EpisodeFact } from './care-fact.js';

/** Episodes of one person that make one spell of reablement (metrics.md §4). */
export interface Cluster<E extends EpisodeFact = EpisodeFact> {
  readonly person: string;
  readonly episodes: readonly E[];
  readonly startedOn: CivilDate;
  /** Null while an episode is open. */
  readonly endedOn: CivilDate | null;
}

/** The latest end so far; null (open) is later than any date. */
const laterEnd = (a: CivilDate | null, b: CivilDate | null): CivilDate | null =>
  a === null || b === null ? null : a > b ? a : b;

/** An episode that starts ≤ 7 days after the running latest end, or while one is open, joins. `personOf` gives the person behind merged ids. */
export const clustersOf = <E extends EpisodeFact>(
  episodes: readonly E[],
  personOf: (episode: E) => string,
): Cluster<E>[] => {
  const byPerson = Map.groupBy(episodes, personOf);
  return [...byPerson].flatMap(([person, own]) => {
    const clusters: { person: string; episodes: E[]; startedOn: CivilDate; endedOn: CivilDate | null }[] = [];
    const ordered = [...own].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.id < b.id ? -1 : 1));
    for (const episode of ordered) {
      const last = clusters.at(-1);
      if (last && (last.endedOn === null || episode.on <= addDays(last.endedOn, 7))) {
        last.episodes.push(episode);
        last.endedOn = laterEnd(last.endedOn, episode.endedOn);
      } else clusters.push({ person, episodes: [episode], startedOn: episode.on, endedOn: episode.endedOn });
    }
    return clusters;
  });
};

const neitherSide = new Set(['died', 'admitted-to-hospital', 'declined', 'self-funded', 'nhs-funded']);
const ongoing = new Set(['ongoing-home-care', 'care-home-residential', 'care-home-nursing']);

/** 2A local: the outcome of the last-ending episode; of those that end together, the one started last. */
export const clusterOutcome = (cluster: Cluster): string | null =>
  [...cluster.episodes]
    .sort((a, b) => ((a.endedOn ?? '') < (b.endedOn ?? '') ? -1 : (a.endedOn ?? '') > (b.endedOn ?? '') ? 1 : 0))
    .at(-1)?.outcome ?? null;

/** 2A local: 'out' = on neither side; else whether it counts in the numerator. */
export const sequelOf = (
  cluster: Cluster,
  diedOn: CivilDate | null,
): { readonly counted: false } | { readonly counted: true; readonly independent: boolean } => {
  const outcome = clusterOutcome(cluster);
  if (outcome === null || cluster.endedOn === null || neitherSide.has(outcome)) return { counted: false };
  if (diedOn !== null && diedOn <= addDays(cluster.endedOn, 7)) return { counted: false };
  return { counted: true, independent: !ongoing.has(outcome) };
};
