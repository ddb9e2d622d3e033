import type { FactTimes, StayFact } from '../stay-fact.js';
import type { Snapshot } from './snapshot.js';

/** A fact that is a snapshot. */
export type Snapped = StayFact & { readonly snapshot: Snapshot };
export const isSnapped = (fact: StayFact): fact is Snapped => fact.snapshot !== undefined;

/** What a snapshot says that is news, as increments. */
export interface Saying {
  readonly fact: Snapped;
  readonly facts: readonly StayFact[];
  /** The places from the first of them on, where they are news. */
  readonly places?: readonly StayFact[];
  /** Where it is news: the whole history of leave, or only whether the person is on leave. */
  readonly leave?: { readonly history: readonly StayFact[] } | { readonly onLeave: boolean };
}

/** Of what was recorded at one instant, the snapshot comes first, then increments, then cancels: who says something in particular knows more. */
export const ranks = { snapshot: 0, increment: 1, cancel: 2 } as const;

export interface Step {
  readonly rank: number;
  readonly fact: FactTimes;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const inRecordedOrder =
  (byRecordedTime: (a: FactTimes, b: FactTimes) => number) =>
  (a: Step, b: Step): number =>
    compare(a.fact.recorded, b.fact.recorded) || a.rank - b.rank || byRecordedTime(a.fact, b.fact);
