/**
 * Published figures of 2024-25, re-keyed from the NHS England Discharge Ready Date publication (sums of the twelve revised monthly files) and the
 * acute discharge situation report (daily averages), to stand beside our own. Contains public sector information licensed
 * under the Open Government Licence v3.0.
 */
export const licence =
  'Contains public sector information licensed under the Open Government Licence v3.0 (nationalarchives.gov.uk/doc/open-government-licence/version/3).';

export interface Published {
  readonly id: string;
  /** The version of ours that follows the published rule most closely. */
  readonly version: string;
  readonly who: string;
  readonly period: string;
  readonly source: string;
  readonly url: string;
  readonly numerator: number;
  readonly denominator: number | null;
}

const drdSource = {
  version: 'published-2024-25',
  period: '2024-25',
  source: 'NHS England, Discharge Ready Date',
  url: 'https://www.england.nhs.uk/statistics/statistical-work-areas/discharge-delays/discharge-ready-date/',
} as const;

const sitrepSource = {
  version: '2024-05',
  period: '2024-25',
  source: 'NHS England, Acute Discharge Situation Report (daily average)',
  url: 'https://www.england.nhs.uk/statistics/statistical-work-areas/discharge-delays/acute-discharge-situation-report/',
} as const;

/** Discharges, those on the ready date, those delayed, and the bed days after it. */
export const dischargeReadyDate2024 = [
  { who: 'Barnet residents', discharges: 21_508, sameDay: 19_288, delayed: 2_220, bedDays: 8_912 },
  { who: 'Royal Free London (RAL)', discharges: 46_058, sameDay: 42_065, delayed: 3_993, bedDays: 14_569 },
  { who: 'England', discharges: 4_035_716, sameDay: 3_489_312, delayed: 546_404, bedDays: 3_329_387 },
] as const;

/** Person-days without meeting the criteria to reside, over the days reported. */
export const sitrep2024 = [
  { who: 'Royal Free London (RAL)', patientDays: 92_581, remainingDays: 51_811, days: 365 },
  { who: 'England', patientDays: 8_293_981, remainingDays: 4_622_117, days: 365 },
] as const;

export const published: readonly Published[] = [
  ...dischargeReadyDate2024.flatMap(({ who, discharges, sameDay, delayed, bedDays }): Published[] => [
    { ...drdSource, id: 'drd.same-day-share', who, numerator: sameDay, denominator: discharges },
    { ...drdSource, id: 'drd.average-delay', who, numerator: bedDays, denominator: discharges },
    { ...drdSource, id: 'drd.average-delay-excluding-zero', who, numerator: bedDays, denominator: delayed },
    { ...drdSource, id: 'drd.bed-days-lost', who, numerator: bedDays, denominator: null },
  ]),
  ...sitrep2024.flatMap(({ who, patientDays, remainingDays, days }): Published[] => [
    { ...sitrepSource, id: 'nctr.patients', who, numerator: patientDays, denominator: days },
    { ...sitrepSource, id: 'nctr.remaining', who, numerator: remainingDays, denominator: days },
  ]),
];

export const publishedFor = (id: string): readonly Published[] => published.filter((each) => each.id === id);
