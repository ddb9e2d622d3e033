import { isKnown, type CaseFact, type Clocks } from './history.js';

type FactOf<T extends CaseFact['type']> = Extract<CaseFact, { readonly type: T }>;

/** Facts that are known, and which of all entries (the ward's too) were marked in error. */
export interface Counting {
  readonly facts: readonly CaseFact[];
  readonly inError: ReadonlySet<string>;
}

/**
 * What of a history counts (api.md, "Time"): known by `knownAt` and not marked in error by then. A mark counts at every
 * `asOf` from its own `recordedAt`; a mark that was itself marked in error does not.
 */
export const knownFacts = (facts: readonly CaseFact[], clocks: Clocks): Counting => {
  const known = clocks.live === true ? facts : facts.filter((fact) => isKnown(fact, clocks));
  const inError = markedInError(known);
  return { facts: inError.size === 0 ? known : known.filter((fact) => !inError.has(fact.eventId)), inError };
};

const none: ReadonlySet<string> = new Set();

/** Event ids marked in error, by whatever is in `known`. Later marks are looked at first: they may undo earlier ones. */
export const markedInError = (known: readonly CaseFact[]): ReadonlySet<string> => {
  const marks = known.filter((fact) => fact.type === 'EntryMarkedInError');
  if (marks.length === 0) return none;
  const marked = new Set<string>();
  for (const mark of marks.sort((a, b) => b.revision - a.revision))
    if (!marked.has(mark.eventId)) marked.add(mark.data.eventId);
  return marked;
};

/** Order in which things were true; what was entered later comes later where they were true at once. */
export const byOccurrence = (
  a: { occurredAt: string; revision: number },
  b: { occurredAt: string; revision: number },
): number => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : a.revision - b.revision);

/** Facts at hand, by type, each list in the order in which they were true. */
export class Facts {
  private readonly lists = new Map<CaseFact['type'], CaseFact[]>();

  constructor(facts: readonly CaseFact[]) {
    for (const fact of facts) {
      const list = this.lists.get(fact.type);
      if (list) list.push(fact);
      else this.lists.set(fact.type, [fact]);
    }
    for (const list of this.lists.values()) if (list.length > 1) list.sort(byOccurrence);
  }

  of<T extends CaseFact['type']>(type: T): readonly FactOf<T>[] {
    return (this.lists.get(type) ?? []).filter((fact): fact is FactOf<T> => fact.type === type);
  }

  last<T extends CaseFact['type']>(type: T): FactOf<T> | undefined {
    return this.of(type).at(-1);
  }
}
