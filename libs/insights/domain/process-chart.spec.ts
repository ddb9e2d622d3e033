import { processChart, variationOf } from './process-chart.js';

const series = (...values: (number | null)[]) => values.map((value, index) => ({ key: String(index), value }));

describe('a process chart', () => {
  it('sets its limits at 2.66 times the mean moving range from the mean', () => {
    const chart = processChart(series(10, 12, 10, 12, 10, 12, 10, 12));
    expect(chart.mean).toBe(11);
    expect(chart.upper).toBeCloseTo(11 + 2.66 * 2, 10);
    expect(chart.lower).toBeCloseTo(11 - 2.66 * 2, 10);
    expect(variationOf(chart, 'higher')).toBe('common');
  });

  it('says nothing of fewer than seven points', () => {
    const chart = processChart(series(1, 2, null, 3, 4, 5, 6));
    expect(chart.mean).toBeNull();
    expect(variationOf(chart, 'higher')).toBe('too-few');
  });

  it('sees a point beyond a limit, and judges it by which way is better', () => {
    const chart = processChart(series(10, 11, 10, 11, 10, 11, 10, 11, 30));
    expect(chart.points.at(-1)?.special).toBe('above-limit');
    expect(variationOf(chart, 'lower')).toBe('concerning');
    expect(variationOf(chart, 'higher')).toBe('improving');
    expect(variationOf(chart, null)).toBe('special');
  });

  it('sees seven in a row on one side of the mean, and six in a row rising', () => {
    const shifted = processChart(series(10, 14, 10, 14, 10, 14, 10, 13, 14, 13, 14, 13, 14, 13));
    expect(shifted.points.slice(7).every(({ special }) => special === 'run-above')).toBe(true);
    const rising = processChart(series(10, 4, 11, 3, 1, 2, 4, 6, 8, 9));
    expect(rising.points.at(-1)?.special).toBe('rising');
  });

  it('keeps its limits where the value can be', () => {
    const chart = processChart(series(0.9, 1, 0.5, 1, 0.9, 1, 0.7), { floor: 0, ceiling: 1 });
    expect(chart.upper).toBe(1);
  });
});
