import { barsOf } from './spans.js';

describe('delays on a line', () => {
  it('share one scale, from the first start to now', () => {
    const bars = barsOf(
      [
        { since: '2026-11-01T00:00:00.000Z', until: '2026-11-02T00:00:00.000Z' },
        { since: '2026-11-03T00:00:00.000Z', until: null },
        { since: null, until: null },
      ],
      '2026-11-05T00:00:00.000Z',
    );
    expect(bars).toEqual([{ left: 0, width: 25, open: false }, { left: 50, width: 50, open: true }, null]);
  });
  it('have a width even where the only one began this moment', () => {
    const now = '2026-11-05T00:00:00.000Z';
    expect(barsOf([{ since: now, until: null }], now)).toEqual([{ left: 0, width: 0, open: true }]);
  });
});
