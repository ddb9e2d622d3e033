import type { Outcome } from '../taking/taken.js';

export interface RegisterEntry {
  readonly feed: string;
  readonly controlId: string;
  readonly hash: string;
  readonly kind: string;
  /** What is rejected (`AR`) is not noted: nothing says reliably whose message it was. */
  readonly outcome: Exclude<Outcome, 'rejected'>;
  readonly hospital?: string | null;
  readonly reason?: string;
  readonly stayId?: string;
  /** The sender's recorded time. */
  readonly recorded?: string;
  /** It came from the hospital itself just now: it was not imported, nor tried again. */
  readonly live: boolean;
  /** MSH-13, where it is a number. */
  readonly sequence?: number | undefined;
  /** It stands for a message in quarantine that a person corrected; that one is settled with it. */
  readonly corrects?: { readonly id: string; readonly by: string } | undefined;
  /**
   * Who knows whether the message came before: the log, for what stands there as an event of its own; else only this register,
   * which then tells the first from its repeats.
   */
  readonly knownBy: 'log' | 'register';
}

export interface Registered {
  /** The same message was noted before. */
  readonly repeated: boolean;
  /** The same control id was noted with other content before. */
  readonly flagged: boolean;
}

/** How the arrivals of one message within a batch count for its feed. */
export interface Counts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly quarantined: number;
}

/** All arrivals of one message in a batch. */
export interface MergedEntry {
  readonly entry: RegisterEntry;
  readonly at: string;
  /** How often it came again within the batch. */
  readonly repeats: number;
  /** Its control id stands for other content earlier in the batch. */
  readonly reused: boolean;
  /** What to count if it was never noted before this batch, and if it was. */
  readonly ifNew: Counts;
  readonly ifKnown: Counts;
}

const none: Counts = { accepted: 0, duplicates: 0, ignored: 0, quarantined: 0 };

const countsOf = (entries: readonly RegisterEntry[]): { readonly ifNew: Counts; readonly ifKnown: Counts } => {
  const all = entries.length;
  const count = (outcome: RegisterEntry['outcome']): number => entries.filter((one) => one.outcome === outcome).length;
  const quarantined = count('quarantined');
  if (quarantined > 0) {
    const counts = { ...none, quarantined, accepted: count('accepted'), duplicates: count('duplicate') };
    return { ifNew: counts, ifKnown: counts };
  }
  const [first] = entries;
  if (first?.knownBy === 'register') {
    const ifNew = { ...none, [first.outcome]: 1, duplicates: all - 1 };
    return { ifNew, ifKnown: { ...none, duplicates: all } };
  }
  const accepted = count('accepted');
  const duplicates = count('duplicate');
  // A duplicate nobody noted the first time: the process ended between the log and this register.
  return {
    ifNew: { ...none, accepted: Math.max(1, accepted), duplicates },
    ifKnown: { ...none, accepted, duplicates },
  };
};

const nameOf = ({ feed, controlId }: RegisterEntry): string => JSON.stringify([feed, controlId]);
export const keyOf = ({ feed, controlId, hash }: Pick<RegisterEntry, 'feed' | 'controlId' | 'hash'>): string =>
  JSON.stringify([feed, controlId, hash]);

/** One row per message of a batch: a statement may not touch a row twice. In one order, so that two processes lock rows alike. */
export const mergedEntries = (
  batch: readonly { readonly entry: RegisterEntry; readonly at: string }[],
): readonly MergedEntry[] => {
  const groups = Map.groupBy(batch, ({ entry }) => keyOf(entry));
  const names = new Set<string>();
  return [...groups]
    .map(([key, arrivals]) => {
      const [first] = arrivals;
      if (!first) throw new Error('A group has at least one member.');
      const { entry, at } = first;
      const reused = names.has(nameOf(entry));
      names.add(nameOf(entry));
      const counts = countsOf(arrivals.map((arrival) => arrival.entry));
      return { key, merged: { entry, at, repeats: arrivals.length - 1, reused, ...counts } };
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ merged }) => merged);
};
