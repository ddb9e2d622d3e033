import type { Instant } from '#libs/nhs/civil-date.js';

/** One event as the figures keep it: both clocks, its id, and only the fields that a rule reads. Nothing personal. */
export interface Entry<T extends string = string, D = object> {
  readonly eventId: string;
  readonly type: T;
  /** When it was true. */
  readonly at: Instant;
  /** When we knew. */
  readonly recordedAt: Instant;
  readonly personId: string | null;
  readonly data: D;
}

/** "Known at" (metrics.md §1): only what was recorded by then exists. Null = all of it. */
export const knownBy = <E extends { readonly recordedAt: Instant }>(
  entries: readonly E[],
  knownAt: Instant | null,
): readonly E[] => (knownAt === null ? entries : entries.filter((entry) => entry.recordedAt <= knownAt));

/** A stable sort by when it was true; what stands earlier in the log stays first among equals. */
export const byTime = <E extends { readonly at: Instant }>(entries: readonly E[]): E[] =>
  [...entries].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
