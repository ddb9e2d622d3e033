/** A delay as a bar on a line: percentages of the whole, for a style. */
export interface Bar {
  readonly left: number;
  readonly width: number;
  readonly open: boolean;
}

interface Timed {
  readonly since: string | null;
  readonly until: string | null;
}

const rounded = (n: number): number => Math.round(n * 100) / 100;

/** Bars for spans between the first start and `end`; one that never opened has none. */
export const barsOf = (spans: readonly Timed[], end: string): readonly (Bar | null)[] => {
  const starts = spans.flatMap(({ since }) => (since === null ? [] : [Date.parse(since)]));
  const first = Math.min(...starts);
  const whole = Math.max(1, Date.parse(end) - first);
  return spans.map(({ since, until }) => {
    if (since === null) return null;
    const from = Date.parse(since);
    const to = Math.min(Date.parse(until ?? end), Date.parse(end));
    return {
      left: rounded(((from - first) / whole) * 100),
      width: rounded(Math.max(0, (to - from) / whole) * 100),
      open: until === null,
    };
  });
};
