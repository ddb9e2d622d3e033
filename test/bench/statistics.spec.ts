import { figure, median, percentile, spread } from './statistics.js';

describe('Percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test('are values that occurred, by the nearest rank', () => {
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.01)).toBe(7);
  });

  test('sort numbers as numbers', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  test('of nothing are not a number, and are shown as a dash', () => {
    expect(percentile([], 0.5)).toBeNaN();
    expect(figure(Number.NaN)).toBe('–');
  });

  test('are shown with the digits that count', () => {
    expect(spread([1.234, 15.55, 20_345.6])).toBe('p50 15.6 ms, p95 20,346 ms, p99 20,346 ms, most 20,346 ms');
  });
});
