import { formatDayMonth } from '#libs/nhs/index.js';
import type { Definition } from '../domain/definition.js';
import { type Better, type ProcessChart, processChart, type Variation, variationOf } from '../domain/process-chart.js';
import type { FigureAnswer, GroupShown } from '../figures/answer.js';

/** Which way is better. A figure that is not named is neither. */
const better: Readonly<Record<string, Better>> = {
  'nctr.remaining': 'lower',
  'nctr.patients': 'lower',
  'drd.same-day-share': 'higher',
  'drd.average-delay': 'lower',
  'drd.average-delay-excluding-zero': 'lower',
  'drd.bed-days-lost': 'lower',
  'delay.bed-days': 'lower',
  'delay.people': 'lower',
  'los.mean': 'lower',
  'los.median': 'lower',
  'los.7-plus': 'lower',
  'los.14-plus': 'lower',
  'los.21-plus': 'lower',
  'los.14-plus-share': 'lower',
  'los.21-plus-share': 'lower',
  'home-first.usual-place-share': 'higher',
  'home-first.supported-home-share': 'higher',
  'reablement.91-day-at-home': 'higher',
  'reablement.91-day-known': 'higher',
  'reablement.offered-share': 'higher',
  'reablement.start-delay': 'lower',
  'ascof.2d-local': 'higher',
  'ascof.2a-local': 'higher',
  'ascof.2c-local': 'lower',
  'brokerage.time-to-source': 'lower',
  'brokerage.within-target-share': 'higher',
};

const words: Readonly<Record<Variation, string>> = {
  improving: 'Special cause: improving',
  concerning: 'Special cause: concern',
  special: 'Special cause: a change, neither better nor worse',
  common: 'Common cause: no significant change',
  'too-few': 'Too few points to tell',
};
const tags: Readonly<Record<Variation, string>> = {
  improving: 'nhsuk-tag--blue',
  concerning: 'nhsuk-tag--orange',
  special: 'nhsuk-tag--purple',
  common: 'nhsuk-tag--grey',
  'too-few': 'nhsuk-tag--grey',
};
const ruleWords = {
  'above-limit': 'above the upper limit',
  'below-limit': 'below the lower limit',
  'run-above': 'one of seven or more in a row above the mean',
  'run-below': 'one of seven or more in a row below the mean',
  rising: 'one of six or more in a row rising',
  falling: 'one of six or more in a row falling',
} as const;

export interface TrendRow extends GroupShown {
  readonly label: string;
  readonly note: string;
}
export interface Trend {
  readonly chart: ProcessChart;
  readonly labels: readonly string[];
  readonly rows: readonly TrendRow[];
  readonly variation: Variation;
  readonly variationWords: string;
  readonly variationTag: string;
  /** What the chart shows, in words. */
  readonly summary: string;
}

/** The weeks of an answer grouped by week as a process chart; weeks with nothing in them are gaps for ratios and 0 for counts. */
export const trendOf = (definition: Definition, weeks: readonly string[], answer: FigureAnswer): Trend => {
  const byWeek = new Map(answer.groups.map((group) => [group.key, group]));
  const nothing = definition.measure === 'sum' && !definition.perPopulation65 ? 0 : null;
  const groups = weeks.map(
    (key): GroupShown =>
      byWeek.get(key) ?? {
        key,
        value: nothing,
        numerator: nothing,
        denominator: null,
        display: nothing === null ? '–' : '0',
      },
  );
  const bounds = definition.unit === 'share' ? { floor: 0, ceiling: 1 } : { floor: 0 };
  const chart = processChart(groups, bounds);
  const variation = variationOf(chart, better[definition.id] ?? null);
  const labels = weeks.map(formatDayMonth);
  const rows = groups.map((group, index): TrendRow => {
    const special = chart.points[index]?.special ?? null;
    return { ...group, label: labels[index] ?? group.key, note: special === null ? '' : ruleWords[special] };
  });
  const marked = rows.filter(({ note }) => note !== '').length;
  return {
    chart,
    labels,
    rows,
    variation,
    variationWords: words[variation],
    variationTag: tags[variation],
    summary: `${definition.title}, by week from ${labels[0] ?? ''} to ${labels.at(-1) ?? ''}. ${words[variation]}. ${String(marked)} of ${String(rows.length)} weeks are special causes. The numbers are in the table.`,
  };
};
