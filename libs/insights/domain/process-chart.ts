/**
 * Statistical process control on single values (XmR): the mean, limits at 2.66 times the mean moving range, and the rules by which the NHS
 * ("Making Data Count") tells special causes from common ones.
 */
export interface ProcessPoint {
  readonly key: string;
  readonly value: number | null;
  /** Which rule marks the point as a special cause; null = common cause. */
  readonly special: 'above-limit' | 'below-limit' | 'run-above' | 'run-below' | 'rising' | 'falling' | null;
}

export interface ProcessChart {
  readonly points: readonly ProcessPoint[];
  readonly mean: number | null;
  readonly upper: number | null;
  readonly lower: number | null;
}

/** Fewer points say nothing of a process. */
export const fewestPoints = 7;
const runLength = 7;
const trendLength = 6;

interface Known {
  readonly index: number;
  readonly value: number;
}

const runs = (known: readonly Known[], same: (a: Known, b: Known) => boolean, length: number): ReadonlySet<number> => {
  const marked = new Set<number>();
  let run: Known[] = [];
  for (const point of known) {
    const last = run.at(-1);
    run = last && same(last, point) ? [...run, point] : [point];
    if (run.length >= length) for (const { index } of run) marked.add(index);
  }
  return marked;
};

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** `floor`: a value that cannot go lower (0 for counts); `ceiling`: one that cannot go higher (1 for shares). */
export const processChart = (
  series: readonly { readonly key: string; readonly value: number | null }[],
  bounds: { readonly floor?: number; readonly ceiling?: number } = {},
): ProcessChart => {
  const known = series.flatMap(({ value }, index): Known[] => (value === null ? [] : [{ index, value }]));
  if (known.length < fewestPoints)
    return { points: series.map((point) => ({ ...point, special: null })), mean: null, upper: null, lower: null };
  const mean = average(known.map(({ value }) => value));
  const ranges = known.slice(1).map(({ value }, index) => Math.abs(value - (known[index]?.value ?? value)));
  const reach = 2.66 * average(ranges);
  const upper = Math.min(mean + reach, bounds.ceiling ?? Infinity);
  const lower = Math.max(mean - reach, bounds.floor ?? -Infinity);
  const above = runs(known, (a, b) => a.value > mean && b.value > mean, runLength);
  const below = runs(known, (a, b) => a.value < mean && b.value < mean, runLength);
  const rising = runs(known, (a, b) => b.value > a.value, trendLength);
  const falling = runs(known, (a, b) => b.value < a.value, trendLength);
  const special = (index: number, value: number): ProcessPoint['special'] => {
    if (value > upper) return 'above-limit';
    if (value < lower) return 'below-limit';
    if (above.has(index)) return 'run-above';
    if (below.has(index)) return 'run-below';
    if (rising.has(index)) return 'rising';
    return falling.has(index) ? 'falling' : null;
  };
  return {
    points: series.map((point, index) => ({
      ...point,
      special: point.value === null ? null : special(index, point.value),
    })),
    mean,
    upper,
    lower,
  };
};

export type Better = 'higher' | 'lower' | null;
export type Variation = 'improving' | 'concerning' | 'special' | 'common' | 'too-few';

/** What the latest point says (the variation icon): judged by which way is better, where there is one. */
export const variationOf = (chart: ProcessChart, better: Better): Variation => {
  if (chart.mean === null) return 'too-few';
  const special = chart.points.findLast(({ value }) => value !== null)?.special ?? null;
  if (special === null) return 'common';
  if (better === null) return 'special';
  const high = special === 'above-limit' || special === 'run-above' || special === 'rising';
  return high === (better === 'higher') ? 'improving' : 'concerning';
};
