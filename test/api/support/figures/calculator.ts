import { daysOf, plus } from './days.js';
import * as rules from './rules.js';
import type { Cohort, Unit, Window } from './rules.js';
import type { View } from './view.js';

/** How units become a figure. */
type Kind = 'share' | 'mean' | 'median' | 'count' | 'of-whole' | 'rate';
interface Metric {
  readonly versions: readonly string[];
  readonly kind: Kind;
  /** A figure of a day, else of a window. */
  readonly day?: (view: View, day: string) => Cohort;
  readonly window?: (view: View, window: Window, version: string) => Cohort;
  /** Groups it always has. */
  readonly groups?: { readonly by: string; readonly keys: readonly string[] };
  readonly defaultGroup?: string;
}
const drdVersions = ['2024-05', '2024-05-recorded', 'published-2024-25'] as const;
const one = (counts: boolean): number => (counts ? 1 : 0);

/** metrics.md §2, read once more and apart from the product. */
export const metrics: Readonly<Record<string, Metric>> = {
  'nctr.remaining': { versions: ['2024-05'], kind: 'count', day: rules.remaining },
  'nctr.patients': { versions: ['2024-05'], kind: 'count', day: rules.patients },
  'drd.same-day-share': {
    versions: drdVersions,
    kind: 'share',
    window: rules.drd((d) => ({ top: one(d === 0), bottom: 1 })),
  },
  'drd.average-delay': { versions: drdVersions, kind: 'mean', window: rules.drd((d) => ({ top: d, bottom: 1 })) },
  'drd.average-delay-excluding-zero': {
    versions: drdVersions,
    kind: 'mean',
    window: rules.drd((d) => ({ top: d, bottom: one(d >= 1) })),
  },
  'drd.bed-days-lost': { versions: drdVersions, kind: 'count', window: rules.drd((d) => ({ top: d, bottom: 0 })) },
  'drd.delay-buckets': {
    versions: drdVersions,
    kind: 'of-whole',
    window: rules.drd(() => ({ top: 1, bottom: 1 })),
    groups: { by: 'bucket', keys: ['0', '1', '2-3', '4-6', '7-13', '14-20', '21+'] },
  },
  'delay.bed-days': { versions: ['2024-05'], kind: 'count', window: rules.delayDays },
  'delay.people': { versions: ['2024-05'], kind: 'count', window: rules.delayPeople },
  'los.mean': { versions: ['1'], kind: 'mean', window: rules.nights((n) => n) },
  'los.median': { versions: ['1'], kind: 'median', window: rules.nights((n) => n) },
  'los.7-plus': { versions: ['2024-05'], kind: 'count', day: rules.longStays(7) },
  'los.14-plus': { versions: ['2024-05'], kind: 'count', day: rules.longStays(14) },
  'los.21-plus': { versions: ['2024-05'], kind: 'count', day: rules.longStays(21) },
  'los.14-plus-share': { versions: ['2021-22'], kind: 'share', window: rules.nights((n) => one(n >= 14)) },
  'los.21-plus-share': { versions: ['2021-22'], kind: 'share', window: rules.nights((n) => one(n >= 21)) },
  'home-first.usual-place-share': {
    versions: ['2021-22', '2021-22-with-temporary'],
    kind: 'share',
    window: rules.usualPlace,
  },
  'home-first.pathway-mix': {
    versions: ['referred', 'all-discharges'],
    kind: 'of-whole',
    window: rules.pathwayMix,
    groups: { by: 'pathway', keys: ['0', '1', '2', '3'] },
  },
  'home-first.supported-home-share': { versions: ['2024-01'], kind: 'share', window: rules.supportedHome },
  'reablement.91-day-at-home': { versions: ['2b-classic', '2b-with-nhs'], kind: 'share', window: rules.day91 },
  'reablement.91-day-known': { versions: ['2b-classic', '2b-with-nhs'], kind: 'share', window: rules.day91Known },
  'reablement.offered-share': { versions: ['2b-classic'], kind: 'share', window: rules.offered },
  'ascof.2d-local': { versions: ['2024-25'], kind: 'share', window: rules.remained },
  'ascof.2a-local': { versions: ['2024-25'], kind: 'share', window: rules.outcomes },
  'ascof.2c-local': { versions: ['2024-25'], kind: 'rate', window: rules.careHomes },
  'brokerage.time-to-source': {
    versions: ['1'],
    kind: 'median',
    window: rules.timeToSource,
    defaultGroup: 'serviceType',
  },
  'brokerage.within-target-share': { versions: ['1'], kind: 'share', window: rules.withinTarget },
  'brokerage.declines': { versions: ['1'], kind: 'count', window: rules.declines, defaultGroup: 'reason' },
  'reablement.start-delay': { versions: ['1'], kind: 'mean', window: rules.startDelay },
};

export interface Asked {
  readonly from?: string;
  readonly to?: string;
  readonly at?: string;
  readonly version?: string;
  readonly groupBy?: string;
  readonly filters?: Readonly<Record<string, string>>;
}
interface Group {
  readonly key: string;
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
}
export interface Figure extends Omit<Group, 'key'> {
  readonly groups: readonly Group[];
  readonly p90: number | null;
  readonly quality: { readonly blank: number; readonly faults: number; readonly pending: number };
  readonly units: readonly Unit[];
}

/** PostgreSQL's percentile_cont. */
export const percentile = (values: readonly number[], fraction: number): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  const place = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (place - Math.floor(place));
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const sides = (kind: Kind, units: readonly Unit[], whole: number, population: number | null): Omit<Group, 'key'> => {
  const tops = units.map(({ top }) => top);
  const bottom = sum(units.map((unit) => unit.bottom));
  switch (kind) {
    case 'median':
      return { value: percentile(tops, 0.5), numerator: null, denominator: units.length };
    case 'count': {
      const counted = units.some(({ once }) => once !== undefined)
        ? new Set(units.map(({ once }) => once)).size
        : sum(tops);
      return { value: counted, numerator: counted, denominator: null };
    }
    case 'of-whole':
      return { value: whole === 0 ? null : sum(tops) / whole, numerator: sum(tops), denominator: whole };
    case 'rate':
      return {
        value: population ? (sum(tops) / population) * 100_000 : null,
        numerator: sum(tops),
        denominator: population,
      };
    default:
      return { value: bottom === 0 ? null : sum(tops) / bottom, numerator: sum(tops), denominator: bottom };
  }
};

/** People 65 or over of the authority asked for, else of the council, in the latest year not after the window's last day. */
const populationOf = (view: View, window: Window, authority = 'E09000003'): number | null => {
  const year = Number(plus(window.to, -1).slice(0, 4));
  const set = view.population.filter((it) => it.authority === authority && it.year <= year);
  return set.sort((a, b) => b.year - a.year)[0]?.people ?? null;
};

/** The figure, of days that have come. */
export const figureOf = (view: View, id: string, asked: Asked): Figure => {
  const metric = metrics[id];
  if (!metric) throw new Error(`No figure ${id}.`);
  const fits = (unit: Unit): boolean =>
    Object.entries(asked.filters ?? {}).every(([name, value]) => unit.keys[name] === value);
  if (metric.day && asked.at === undefined) return seriesOf(view, id, asked);
  const window = { from: asked.at ?? asked.from ?? '', to: asked.at ? plus(asked.at, 1) : (asked.to ?? '') };
  const version = asked.version ?? metric.versions[0] ?? '';
  const cohort = metric.day?.(view, window.from) ?? metric.window?.(view, window, version) ?? { units: [] };
  const units = cohort.units.filter(fits);
  const whole = sum(units.map(({ bottom }) => bottom));
  const population = populationOf(view, window, asked.filters?.['authority']);
  const groupBy = metric.groups?.by ?? asked.groupBy ?? metric.defaultGroup;
  const keys = new Set([...(metric.groups?.keys ?? []), ...units.map((unit) => unit.keys[groupBy ?? ''] ?? 'unknown')]);
  const groups =
    groupBy === undefined
      ? []
      : [...keys].map((key) => ({
          key,
          ...sides(
            metric.kind,
            units.filter((unit) => (unit.keys[groupBy] ?? 'unknown') === key),
            whole,
            groupBy === 'authority' ? populationOf(view, window, key) : population,
          ),
        }));
  const count = (some: readonly Unit[] | undefined): number => (some ?? []).filter(fits).length;
  return {
    ...sides(metric.kind, units, whole, population),
    groups,
    p90:
      id === 'brokerage.time-to-source'
        ? percentile(
            units.map(({ top }) => top),
            0.9,
          )
        : null,
    quality: {
      blank: count(cohort.quality?.blank),
      faults: count(cohort.quality?.faults),
      pending: count(cohort.quality?.pending),
    },
    units,
  };
};

/** A figure of days over a window: the mean, and one group a day. */
const seriesOf = (view: View, id: string, asked: Asked): Figure => {
  const days = daysOf(asked.from ?? '', asked.to ?? '').map((day) => ({
    day,
    figure: figureOf(view, id, { at: day, ...(asked.filters ? { filters: asked.filters } : {}) }),
  }));
  const total = sum(days.map(({ figure }) => figure.value ?? 0));
  const value = days.length === 0 ? null : total / days.length;
  return {
    value,
    numerator: total,
    denominator: days.length,
    groups: days.map(({ day, figure: { value: own, numerator, denominator } }) => ({
      key: day,
      value: own,
      numerator,
      denominator,
    })),
    p90: null,
    quality: { blank: 0, faults: 0, pending: 0 },
    units: days.flatMap(({ figure }) => figure.units),
  };
};
