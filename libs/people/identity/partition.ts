import type { PersonId } from '../port.js';
import { personIdOf } from './identifier-hash.js';

/** What a local id was seen together with, less what somebody set apart. */
export interface SeenWith {
  readonly numbers: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
}

export interface Base {
  /** The id of the person before merges that were asked for. */
  readonly personId: PersonId;
  /** Seen with two NHS numbers, itself or through what it came with: joins neither, for a person to settle. */
  readonly contested: boolean;
}

/** A "local id" that came with more others than this is a filler and tells nobody apart: it joins nothing. */
export const crowd = 20;

const isCrowd = (seen: SeenWith): boolean => seen.locals.size > crowd;
const floats = (seen: SeenWith): boolean => seen.numbers.size === 0 && !isCrowd(seen);
const nothing: SeenWith = { numbers: new Set(), locals: new Set() };

const numberId = (hash: string): PersonId => personIdOf({ kind: 'nhs-number', hash });
const localId = (hash: string): PersonId => personIdOf({ kind: 'local', hash });

const least = (hashes: Iterable<string>): string => [...hashes].sort()[0] ?? '';

/**
 * Whom a local id stands for, as a function of the set of all sights and not of their order (architecture.md §7):
 * seen with one NHS number, that number's person; with two, nobody but itself. Without a number it is one with the local ids it was seen with: they
 * are the person of the one number found among them, of none (then the least of them names the person), or, with two numbers, of neither.
 */
export const baseOfLocal = (hash: string, seenWith: (hash: string) => SeenWith | undefined): Base => {
  const seen = (of: string): SeenWith => seenWith(of) ?? nothing;
  const own = seen(hash);
  if (own.numbers.size === 1) return { personId: numberId(least(own.numbers)), contested: false };
  if (!floats(own)) return { personId: localId(hash), contested: own.numbers.size > 1 };
  const together = new Set([hash]);
  const anchors = new Set<string>();
  for (const one of together)
    for (const other of seen(one).locals) {
      const its = seen(other);
      if (isCrowd(its)) continue;
      if (its.numbers.size === 0) together.add(other);
      else if (its.numbers.size === 1) anchors.add(least(its.numbers));
    }
  if (anchors.size === 1) return { personId: numberId(least(anchors)), contested: false };
  return { personId: localId(least(together)), contested: anchors.size > 1 };
};

/**
 * Loads what `baseOfLocal` needs for these local ids and for all whose answer may change with theirs; answers the latter.
 * `load` fills the lookup for the hashes it is given.
 */
export const neighbourhood = async (
  touched: Iterable<string>,
  seenWith: (hash: string) => SeenWith | undefined,
  load: (hashes: readonly string[]) => Promise<void>,
): Promise<ReadonlySet<string>> => {
  const affected = new Set(touched);
  await load([...affected]);
  // One step from what changed, whatever it is; from there on only through ids without a number.
  let edge = [...affected].flatMap((hash) => [...(seenWith(hash)?.locals ?? [])]);
  while (edge.length > 0) {
    const fresh = [...new Set(edge)].filter((hash) => !affected.has(hash));
    if (fresh.length === 0) break;
    await load(fresh);
    const next: string[] = [];
    for (const hash of fresh) {
      const seen = seenWith(hash) ?? nothing;
      affected.add(hash);
      if (floats(seen)) next.push(...seen.locals);
    }
    edge = next;
  }
  return affected;
};

/** One merge that was asked for, between persons as the sights make them. */
export interface MergeEdge {
  readonly survivor: PersonId;
  readonly loser: PersonId;
}

/**
 * Which id stands for each of these persons, given all merges between them: known by an NHS number before others, then one that was
 * never the loser, then the least. A function of the set of merges.
 */
export const canonicalOf = (
  persons: Iterable<PersonId>,
  merges: readonly MergeEdge[],
): ReadonlyMap<PersonId, PersonId> => {
  const neighbours = new Map<PersonId, PersonId[]>();
  for (const person of persons) neighbours.set(person, []);
  const losers = new Set<PersonId>();
  for (const { survivor, loser } of merges) {
    if (survivor === loser) continue;
    losers.add(loser);
    neighbours.set(survivor, [...(neighbours.get(survivor) ?? []), loser]);
    neighbours.set(loser, [...(neighbours.get(loser) ?? []), survivor]);
  }
  const rank = (person: PersonId): string => `${person.startsWith('n') ? 0 : 1}${losers.has(person) ? 1 : 0}${person}`;
  const canonical = new Map<PersonId, PersonId>();
  for (const start of neighbours.keys()) {
    if (canonical.has(start)) continue;
    const group = new Set([start]);
    for (const person of group) for (const other of neighbours.get(person) ?? []) group.add(other);
    const first = [...group].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0] ?? start;
    for (const person of group) canonical.set(person, first);
  }
  return canonical;
};
