import { csvOf } from './exports.js';
import { definitionOf } from '../domain/definitions.js';
import { exportsByName, periodOf, upToToday, type Line } from './export-rows.js';

describe('the period of an export', () => {
  it.each([
    ['2026-03', { from: '2026-03-01', to: '2026-04-01' }],
    ['2026-12', { from: '2026-12-01', to: '2027-01-01' }],
    ['2025-26', { from: '2025-04-01', to: '2026-04-01' }],
    ['2026-Q4', { from: '2026-10-01', to: '2027-01-01' }],
    ['2025-27', undefined],
    ['2026-13', undefined],
    ['March', undefined],
    ['', undefined],
  ])('%s', (text, period) => expect(periodOf(text)).toEqual(period));

  it('ends today while it is not over', () =>
    expect(upToToday({ from: '2026-11-01', to: '2026-12-01' }, '2026-11-23')).toEqual({
      from: '2026-11-01',
      to: '2026-11-24',
    }));
});

describe('an export', () => {
  it('names only figures there are, and only groups they have', () => {
    for (const lines of Object.values<readonly Line[]>(exportsByName))
      for (const { id, groupBy } of lines) {
        expect(definitionOf(id)?.id).toBe(id);
        if (groupBy) expect(definitionOf(id)?.groupBy).toContain(groupBy);
      }
  });

  it('lets no cell be a formula', () => {
    expect(csvOf([['=HYPERLINK("http://x")', '+1', '-1', '@x', -1]])).toContain(
      `"'=HYPERLINK(""http://x"")",'+1,'-1,'@x,`,
    );
  });
});
