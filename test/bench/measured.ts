/** One figure: ours beside a peer's, a raw limit's or a goal's, taken in the same run. */
export interface Measured {
  /** `<bench>.<what>`, e.g. `append.rate`. */
  readonly measure: string;
  readonly ours: number;
  /** What `theirs` is: a library, a raw limit, or `goal` (quality.md) where there is nothing to compare with. */
  readonly peer: string;
  readonly theirs: number;
  /** Above 1 means that we are better, whichever way the unit counts. */
  readonly ratio: number;
  readonly unit: string;
  /** What a reader of the figure needs to know: percentiles, sizes, what went wrong. */
  readonly note: string;
}

type Sides = Omit<Measured, 'ratio' | 'note'> & { readonly note?: string };

/** For units of which more is better (`/s`). */
export const moreIsBetter = (sides: Sides): Measured => ({
  ...sides,
  ratio: sides.ours / sides.theirs,
  note: sides.note ?? '',
});

/** For units of which less is better (`ms`, `MB`). */
export const lessIsBetter = (sides: Sides): Measured => ({
  ...sides,
  ratio: sides.theirs / sides.ours,
  note: sides.note ?? '',
});

/** For things that must not happen at all: any is a miss. */
export const noneIsBest = (sides: Omit<Sides, 'peer' | 'theirs'>): Measured => ({
  ...sides,
  peer: 'goal',
  theirs: 0,
  ratio: sides.ours === 0 ? 1 : 0,
  note: sides.note ?? '',
});
