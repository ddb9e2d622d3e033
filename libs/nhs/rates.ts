/** Nothing to divide by is no value, never 0 (metrics.md §1). */
export const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator;

export const perHundredThousand = (numerator: number, population: number): number | null =>
  population === 0 ? null : (numerator / population) * 100_000;

/** PostgreSQL `percentile_cont`: linear interpolation; null of nothing. */
export const percentile = (values: readonly number[], fraction: number): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
};

/** `75.4 %` of 0.754286: for display only, values are not rounded in answers. */
export const formatPercent = (value: number | null, places = 1): string =>
  value === null ? '–' : `${(value * 100).toFixed(places)} %`;

export const delayBuckets = ['0', '1', '2-3', '4-6', '7-13', '14-20', '21+'] as const;
export type DelayBucket = (typeof delayBuckets)[number];

/** The bucket of the Discharge Ready Date statistic for d days (domain.md §1.5). */
export const delayBucketOf = (days: number): DelayBucket => {
  if (days <= 0) return '0';
  if (days === 1) return '1';
  if (days <= 3) return '2-3';
  if (days <= 6) return '4-6';
  if (days <= 13) return '7-13';
  return days <= 20 ? '14-20' : '21+';
};
