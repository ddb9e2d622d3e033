import { addDays, type CivilDate } from '#libs/nhs/index.js';
import type { GroupKey } from '../domain/counting.js';
import { definitionOf } from '../domain/definitions.js';
import type { FigureAnswer } from '../figures/answer.js';

/** One figure of an export: which, grouped how. All its versions are exported. */
export interface Line {
  readonly id: string;
  readonly groupBy?: GroupKey;
}

/** What each export holds: the figures of that return (domain.md §§1.5, 1.6, 2, 3). */
export const exportsByName = {
  sitrep: [
    { id: 'nctr.patients' },
    { id: 'nctr.remaining' },
    { id: 'los.7-plus' },
    { id: 'los.14-plus' },
    { id: 'los.21-plus' },
    { id: 'home-first.pathway-mix' },
    { id: 'delay.bed-days', groupBy: 'reason' },
    { id: 'delay.people', groupBy: 'reason' },
  ],
  drd: [
    { id: 'drd.same-day-share' },
    { id: 'drd.average-delay' },
    { id: 'drd.average-delay-excluding-zero' },
    { id: 'drd.bed-days-lost' },
    { id: 'drd.delay-buckets' },
  ],
  bcf: [
    { id: 'los.14-plus-share' },
    { id: 'los.21-plus-share' },
    { id: 'home-first.usual-place-share' },
    { id: 'reablement.91-day-at-home' },
    { id: 'drd.same-day-share' },
    { id: 'drd.average-delay-excluding-zero' },
    { id: 'drd.average-delay' },
    { id: 'ascof.2c-local' },
  ],
  ascof: [
    { id: 'reablement.91-day-at-home' },
    { id: 'reablement.91-day-known' },
    { id: 'reablement.offered-share' },
    { id: 'ascof.2a-local' },
    { id: 'ascof.2c-local' },
    { id: 'ascof.2d-local' },
  ],
} as const satisfies Record<string, readonly Line[]>;

export type ExportName = keyof typeof exportsByName;
export const isExportName = (name: string): name is ExportName => Object.hasOwn(exportsByName, name);

export interface Period {
  readonly from: CivilDate;
  readonly to: CivilDate;
}

/** `2026-03` is a month, `2025-26` a financial year from April, `2026-Q1` a quarter of the calendar year. Undefined when it is none of these. */
export const periodOf = (text: string): Period | undefined => {
  const month = (year: number, index: number): CivilDate => {
    const whole = year + Math.floor(index / 12);
    return `${String(whole)}-${String((index % 12) + 1).padStart(2, '0')}-01`;
  };
  const monthly = /^(20\d{2})-(0[1-9]|1[0-2])$/.exec(text);
  const financial = /^(20\d{2})-(\d{2})$/.exec(text);
  const quarterly = /^(20\d{2})-Q([1-4])$/.exec(text);
  const year = Number(text.slice(0, 4));
  // 2011-12 could be both; a month is what most people mean by it.
  if (monthly) return { from: month(year, Number(monthly[2]) - 1), to: month(year, Number(monthly[2])) };
  if (financial && Number(financial[2]) === (year + 1) % 100) return { from: month(year, 3), to: month(year + 1, 3) };
  if (quarterly) return { from: month(year, Number(quarterly[2]) * 3 - 3), to: month(year, Number(quarterly[2]) * 3) };
  return undefined;
};

/** The days of a period that have come. */
export const upToToday = ({ from, to }: Period, today: CivilDate): Period => {
  const tomorrow = addDays(today, 1);
  return { from, to: to < tomorrow ? to : tomorrow };
};

export const columns = [
  'Period',
  'From',
  'To (not included)',
  'Figure',
  'Title',
  'Group',
  'Value',
  'Numerator',
  'Denominator',
  'Unit',
  'Version',
  'Rule',
  'Source',
  'Log position',
  'As of',
] as const;

type Cell = string | number | null;

/** The rows of one answer: the total first, then its groups, each naming rule and version. */
export const rowsOf = (period: string, answer: FigureAnswer): Cell[][] => {
  const { metric, from, to, basis } = answer;
  const row = (group: string, value: number | null, numerator: number | null, denominator: number | null): Cell[] => [
    period,
    from,
    to,
    metric.id,
    metric.title,
    group,
    value,
    numerator,
    denominator,
    metric.unit,
    metric.version,
    metric.rule,
    metric.source,
    basis.position,
    basis.asOf,
  ];
  return [
    row('all', answer.value, answer.numerator, answer.denominator),
    ...answer.groups.map((group) => row(group.key, group.value, group.numerator, group.denominator)),
  ];
};

export const versionsOf = (id: string): readonly string[] =>
  definitionOf(id)?.versions.map(({ version }) => version) ?? [];
