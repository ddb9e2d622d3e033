import { readFileSync } from 'node:fs';
import {
  delayBucketOf,
  formatPercent,
  isAdult,
  isOpenAtMidnight,
  leftAlive,
  lengthOfStay,
  nights,
  percentile,
  perHundredThousand,
  placeAt,
  ratio,
} from './index.js';

describe('a stay', () => {
  const place = (ward: string, from: string) => ({ ward, room: null, bed: null, from });
  const places = [place('A&E', '2026-03-01T10:00:00.000Z'), place('LARCH', '2026-03-02T10:00:00.000Z')];

  it('is where the last place begun says', () => {
    expect(placeAt(places, '2026-03-01T09:59:59.999Z')).toBeNull();
    expect(placeAt(places, '2026-03-02T09:59:59.999Z')?.ward).toBe('A&E');
    expect(placeAt(places, '2026-03-02T10:00:00.000Z')?.ward).toBe('LARCH');
  });

  it('counts nights in civil days', () => {
    expect(nights('2025-03-29T23:30:00.000Z', '2025-03-29T23:59:00.000Z')).toBe(0);
    expect(nights('2025-03-29T23:30:00.000Z', '2025-03-30T00:30:00.000Z')).toBe(1);
    // 23:30 to 00:30 in London, on one day of UTC.
    expect(nights('2026-07-01T22:30:00.000Z', '2026-07-01T23:30:00.000Z')).toBe(1);
    expect(lengthOfStay({ admittedAt: '2026-03-01T10:00:00.000Z', dischargedAt: null }, '2026-03-08')).toBe(7);
    expect(
      lengthOfStay({ admittedAt: '2026-03-01T10:00:00.000Z', dischargedAt: '2026-03-05T10:00:00.000Z' }, '2026-03-08'),
    ).toBe(4);
    expect(lengthOfStay({ admittedAt: null, dischargedAt: null }, '2026-03-08')).toBeNull();
  });

  it('is open at midnight from the day of admission to before the day of discharge', () => {
    const dates = { admittedAt: '2026-03-01T10:00:00.000Z', dischargedAt: '2026-03-03T10:00:00.000Z' };
    expect(['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03'].map((d) => isOpenAtMidnight(dates, d))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isOpenAtMidnight({ ...dates, dischargedAt: null }, '2027-01-01')).toBe(true);
  });

  it('ends alive unless method, destination or a death by then say otherwise', () => {
    const end = {
      dischargeMethodCode: '1',
      destinationCode: '19',
      dischargedAt: '2026-03-03T10:00:00.000Z',
      diedAt: null,
    };
    expect(leftAlive(end)).toBe(true);
    expect(leftAlive({ ...end, dischargeMethodCode: '4' })).toBe(false);
    expect(leftAlive({ ...end, destinationCode: '79' })).toBe(false);
    expect(leftAlive({ ...end, diedAt: '2026-03-03T10:00:00.000Z' })).toBe(false);
    expect(leftAlive({ ...end, diedAt: '2026-03-03T10:00:00.001Z' })).toBe(true);
  });

  it('is of an adult from the 18th birthday', () => {
    expect(isAdult({ birthDate: '2008-03-02' }, '2026-03-01')).toBe(false);
    expect(isAdult({ birthDate: '2008-03-02' }, '2026-03-02')).toBe(true);
    expect(isAdult(null, '2026-03-02')).toBeNull();
  });
});

describe('the vectors of metrics.md §5', () => {
  const percent = (n: number, d: number, places = 1) => formatPercent(ratio(n, d), places);

  it('Barnet plan', () => {
    expect([percent(132, 175), percent(80, 92), percent(324, 508)]).toEqual(['75.4 %', '87.0 %', '63.8 %']);
    const rates = [
      [290, 59_707],
      [188, 57_441],
      [288, 57_304],
      [292, 58_170],
    ].map(([n = 0, population = 0]) => perHundredThousand(n, population)?.toFixed(0));
    expect(rates).toEqual(['486', '327', '503', '502']);
  });

  it('Barnet 2024-25 as published: the three identities hold', () => {
    const file: unknown = JSON.parse(
      readFileSync(new URL('../../../shared/data/published-2024-25.json', import.meta.url), 'utf8'),
    );
    const text = JSON.stringify(file);
    for (const figure of [19_288, 21_508, 8_912]) expect(text).toContain(String(figure));
    expect(percent(19_288, 21_508, 2)).toBe('89.68 %');
    expect(ratio(8_912, 21_508 - 19_288)?.toFixed(2)).toBe('4.01');
    expect(ratio(8_912, 21_508)?.toFixed(2)).toBe('0.41');
    const product = (ratio(21_508 - 19_288, 21_508) ?? 0) * (ratio(8_912, 21_508 - 19_288) ?? 0);
    expect(product).toBeCloseTo(ratio(8_912, 21_508) ?? NaN, 12);
  });

  it('University Hospitals Sussex, July 2026', () => {
    expect(ratio(12_736, 5_895)?.toFixed(3)).toBe('2.160');
  });

  it('nothing to divide by is no value', () => {
    expect([ratio(0, 0), perHundredThousand(3, 0), percentile([], 0.5), formatPercent(null)]).toEqual([
      null,
      null,
      null,
      '–',
    ]);
  });

  it('percentiles interpolate as percentile_cont does', () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(percentile([4, 1, 3], 0.5)).toBe(3);
    expect(percentile([1, 2, 3, 4, 10], 0.9)).toBeCloseTo(7.6, 12);
    expect(percentile([7], 0.9)).toBe(7);
  });

  it('delays fall into the buckets of the statistic', () => {
    expect([0, 1, 2, 3, 4, 6, 7, 13, 14, 20, 21, 400].map(delayBucketOf)).toEqual(
      '0 1 2-3 2-3 4-6 4-6 7-13 7-13 14-20 14-20 21+ 21+'.split(' '),
    );
  });
});
