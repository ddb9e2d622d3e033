import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPercent, perHundredThousand, ratio } from '#libs/nhs/index.js';
import { dischargeReadyDate2024, publishedFor, sitrep2024 } from './published.js';

const value = (id: string, who: string): number | null => {
  const found = publishedFor(id).find((each) => each.who === who);
  return found ? ratio(found.numerator, found.denominator ?? 1) : null;
};

describe('the published figures of Barnet, 2024-25', () => {
  it('hold the three identities', () => {
    expect(formatPercent(value('drd.same-day-share', 'Barnet residents'), 2)).toBe('89.68 %');
    expect(value('drd.average-delay-excluding-zero', 'Barnet residents')?.toFixed(2)).toBe('4.01');
    expect(value('drd.average-delay', 'Barnet residents')?.toFixed(2)).toBe('0.41');
    for (const { discharges, sameDay, delayed, bedDays } of dischargeReadyDate2024) {
      expect(sameDay + delayed).toBe(discharges);
      // Better Care Fund 2025-26, metric 2: (1 − share on the day) × average of those delayed = average of all.
      expect((1 - sameDay / discharges) * (bedDays / delayed)).toBeCloseTo(bedDays / discharges, 10);
    }
  });
});

describe('arithmetic of the Barnet plan and of a published provider', () => {
  it.each([
    [132, 175, '75.4 %'],
    [80, 92, '87.0 %'],
    [324, 508, '63.8 %'],
  ])('%d of %d is %s', (numerator, denominator, shown) =>
    expect(formatPercent(ratio(numerator, denominator))).toBe(shown),
  );

  it.each([
    [290, 59_707, 486],
    [188, 57_441, 327],
  ])('%d of %d is %d per 100,000', (persons, population, rate) =>
    expect(Math.round(perHundredThousand(persons, population) ?? 0)).toBe(rate),
  );

  it('Univ. Hospitals Sussex, July 2026: 2.160 days', () => expect(ratio(12_736, 5_895)?.toFixed(3)).toBe('2.160'));
});

const folder = join(import.meta.dirname, '../../../../shared/data');
const file = join(folder, 'published-2024-25.json');

interface Organisation {
  readonly code: string;
  readonly metrics: Readonly<Record<string, { readonly count?: number; readonly denominator?: number }>>;
  readonly daily?: { readonly nctr_patient_days: number; readonly remaining_patient_days: number };
}
interface PublishedFile {
  readonly discharge_ready_date: {
    readonly england: Organisation;
    readonly providers: Organisation[];
    readonly councils: Organisation[];
  };
  readonly acute_discharge_sitrep: { readonly england: Organisation; readonly providers: Organisation[] };
}

describe('what was re-keyed', () => {
  const readFile = (): PublishedFile => {
    if (!existsSync(file)) throw new Error(`This test needs ${file}, the reference values beside the project.`);
    return JSON.parse(readFileSync(file, 'utf8')) as PublishedFile;
  };

  it('is what the file says', () => {
    const { discharge_ready_date: drd, acute_discharge_sitrep: sitrep } = readFile();
    const of = (organisations: readonly Organisation[], code: string) =>
      organisations.find((each) => each.code === code);
    const sources = [of(drd.councils, 'E09000003'), of(drd.providers, 'RAL'), drd.england];
    expect(
      sources.map((each) => ({
        discharges: each?.metrics['drd-discharges']?.count,
        sameDay: each?.metrics['drd-same-day']?.count,
        delayed: each?.metrics['drd-delayed']?.count,
        bedDays: each?.metrics['drd-bed-days']?.count,
      })),
    ).toEqual(dischargeReadyDate2024.map(({ who: _, ...counts }) => counts));
    expect(
      [of(sitrep.providers, 'RAL'), sitrep.england].map((each) => [
        each?.daily?.nctr_patient_days,
        each?.daily?.remaining_patient_days,
      ]),
    ).toEqual(sitrep2024.map(({ patientDays, remainingDays }) => [patientDays, remainingDays]));
  });
});
