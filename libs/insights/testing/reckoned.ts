import type { Cohort, Reckoned, Reckoner, Window } from './reckoner.js';

export interface Asked extends Window {
  readonly version?: string;
  readonly groupBy?: string;
  readonly hospital?: string;
  readonly ward?: string;
  readonly authority?: string;
  readonly ageBand?: string;
}
type Measure = 'ratio' | 'sum' | 'median' | 'mean-of-days';
interface Rule {
  readonly measure: Measure;
  readonly cohort: (reckoner: Reckoner, window: Window, version: string, groupBy?: string) => Cohort;
  readonly fixed?: readonly string[];
  readonly default?: string;
}

const targets: Readonly<Record<string, number>> = {
  'home-care': 24,
  reablement: 24,
  nursing: 48,
  residential: 72,
  'supported-living': 336,
};
const drd = (measure: Measure, numerator: (days: number) => number | null, fixed?: readonly string[]): Rule => ({
  measure,
  cohort: (reckoner, window, version) => reckoner.drds(window, version, numerator, fixed !== undefined),
  ...(fixed ? { fixed } : {}),
});
const los = (measure: Measure, numerator: (nights: number) => number): Rule => ({
  measure,
  cohort: (reckoner, window) => reckoner.los(window, numerator),
});
const onDays = (what: 'remaining' | 'patients' | number): Rule => ({
  measure: 'mean-of-days',
  cohort: (reckoner, window) => reckoner.onDays(window, what),
});

/** The table of metrics.md §2. */
export const rules: Readonly<Record<string, Rule>> = {
  'nctr.remaining': onDays('remaining'),
  'nctr.patients': onDays('patients'),
  'drd.same-day-share': drd('ratio', (d) => (d === 0 ? 1 : 0)),
  'drd.average-delay': drd('ratio', (d) => d),
  'drd.average-delay-excluding-zero': drd('ratio', (d) => (d >= 1 ? d : null)),
  'drd.bed-days-lost': drd('sum', (d) => d),
  'drd.delay-buckets': drd('ratio', () => 1, ['0', '1', '2-3', '4-6', '7-13', '14-20', '21+']),
  'delay.bed-days': { measure: 'sum', cohort: (reckoner, window) => reckoner.delays(window, true) },
  'delay.people': {
    measure: 'sum',
    cohort: (reckoner, window, _version, groupBy) =>
      reckoner.delays(window, false, groupBy === 'day' || groupBy === 'month'),
  },
  'los.mean': los('ratio', (nights) => nights),
  'los.median': los('median', (nights) => nights),
  'los.7-plus': onDays(7),
  'los.14-plus': onDays(14),
  'los.21-plus': onDays(21),
  'los.14-plus-share': los('ratio', (nights) => (nights >= 14 ? 1 : 0)),
  'los.21-plus-share': los('ratio', (nights) => (nights >= 21 ? 1 : 0)),
  'home-first.usual-place-share': {
    measure: 'ratio',
    cohort: (reckoner, window, version) => reckoner.usualPlace(window, version === '2021-22' ? ['19'] : ['19', '29']),
  },
  'home-first.pathway-mix': {
    measure: 'ratio',
    cohort: (reckoner, window, version) => reckoner.pathwayMix(window, version),
    fixed: ['0', '1', '2', '3'],
  },
  'home-first.supported-home-share': { measure: 'ratio', cohort: (reckoner, window) => reckoner.supportedHome(window) },
  'reablement.91-day-at-home': {
    measure: 'ratio',
    cohort: (reckoner, window, version) => reckoner.checks(window, version, false),
  },
  'reablement.91-day-known': {
    measure: 'ratio',
    cohort: (reckoner, window, version) => reckoner.checks(window, version, true),
  },
  'reablement.offered-share': { measure: 'ratio', cohort: (reckoner, window) => reckoner.offered(window) },
  'ascof.2d-local': { measure: 'ratio', cohort: (reckoner, window) => reckoner.linkedClusters(window) },
  'ascof.2a-local': { measure: 'ratio', cohort: (reckoner, window) => reckoner.endedClusters(window) },
  'ascof.2c-local': { measure: 'sum', cohort: (reckoner, window) => reckoner.careHomeStarts(window) },
  'brokerage.time-to-source': {
    measure: 'median',
    cohort: (reckoner, window) => reckoner.awards(window, ({ hours }) => hours),
    default: 'serviceType',
  },
  'brokerage.within-target-share': {
    measure: 'ratio',
    cohort: (reckoner, window) =>
      reckoner.awards(window, ({ hours, serviceType }) => {
        const target = targets[serviceType];
        return target === undefined ? null : hours <= target ? 1 : 0;
      }),
  },
  'brokerage.declines': { measure: 'sum', cohort: (reckoner, window) => reckoner.declines(window), default: 'reason' },
  'reablement.start-delay': { measure: 'ratio', cohort: (reckoner, window) => reckoner.startDelay(window) },
};

const middle = (values: readonly number[], part: number): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (rank - Math.floor(rank));
};

type Shown = readonly (number | null)[];

/** Value, numerator, denominator and, of a median, the 90th percentile. */
const shown = (units: readonly Reckoned[], measure: Measure, days: number): Shown => {
  const seen = new Set<string>();
  const counted = units.filter(({ distinct }) => {
    if (distinct === undefined) return true;
    const first = !seen.has(distinct);
    seen.add(distinct);
    return first;
  });
  const sum = counted.reduce((all, { numerator }) => all + numerator, 0);
  const values = counted.map(({ numerator }) => numerator);
  switch (measure) {
    case 'ratio':
      return [counted.length === 0 ? null : sum / counted.length, sum, counted.length];
    case 'median':
      return [middle(values, 0.5), null, counted.length, middle(values, 0.9)];
    case 'sum':
      return [sum, sum, null];
    case 'mean-of-days':
      return [sum / days, sum / days, null];
  }
};

const daysApart = ({ from, to }: Window): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

/** The answer of a figure, by the text alone; groups by key. */
export const reckoned = (reckoner: Reckoner, id: string, version: string, asked: Asked) => {
  const rule = rules[id];
  if (!rule) throw new Error(`metrics.md knows no ${id}`);
  const { units: all, quality } = rule.cohort(reckoner, asked, version, asked.groupBy);
  const units = all.filter(({ groups }) =>
    (['hospital', 'ward', 'authority', 'ageBand'] as const).every(
      (field) => asked[field] === undefined || (groups[field] ?? 'unknown') === asked[field],
    ),
  );
  const days = daysApart(asked);
  const by = asked.groupBy ?? rule.default ?? (rule.measure === 'mean-of-days' ? 'day' : undefined);
  const groups: Record<string, Shown> = {};
  if (rule.fixed) {
    const whole = units.flatMap(({ keys = [] }) => keys).length;
    for (const key of [...rule.fixed, ...units.flatMap(({ keys = [] }) => keys)]) {
      const own = units.filter(({ keys = [] }) => keys.includes(key)).length;
      groups[key] = [whole === 0 ? null : own / whole, own, whole];
    }
  } else if (by !== undefined) {
    if (by === 'day' && rule.measure === 'mean-of-days')
      for (let day = 0; day < days; day += 1)
        groups[new Date(Date.parse(asked.from) + day * 86_400_000).toISOString().slice(0, 10)] = [0, 0, null];
    for (const [key, own] of Map.groupBy(units, (unit) => unit.groups[by] ?? 'unknown')) {
      const ofMonth = Array.from({ length: days }, (_, day) =>
        new Date(Date.parse(asked.from) + day * 86_400_000).toISOString().slice(0, 7),
      ).filter((month) => month === key).length;
      groups[key] = shown(own, rule.measure, by === 'day' ? 1 : by === 'month' ? ofMonth : days);
    }
  }
  return { total: shown(units, rule.measure, days), groups, quality, units };
};
