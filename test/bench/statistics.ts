/** The value below which `share` (0 to 1) of the values lie, by the nearest rank. NaN of none. */
export const percentile = (values: Iterable<number>, share: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (values: Iterable<number>): number => percentile(values, 0.5);

/** `p50 1.2 ms, p95 3.4 ms, p99 5.6 ms, most 7.8 ms` of durations in milliseconds. */
export const spread = (milliseconds: readonly number[]): string =>
  [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
    ['most', 1],
  ]
    .map(([name, share]) => `${String(name)} ${figure(percentile(milliseconds, Number(share)))} ms`)
    .join(', ');

/** Three digits that count, or whole numbers from 100 on, with a comma between thousands. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-GB', { maximumFractionDigits: digits });
};
