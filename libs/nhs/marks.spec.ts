import { struckEntries } from './marks.js';

const mark = (eventId: string, marks: string) => ({ eventId, marks });

describe('entries marked in error', () => {
  it('do not count', () => {
    expect([...struckEntries([mark('m1', 'a')])]).toEqual(['a']);
    expect([...struckEntries([])]).toEqual([]);
  });

  it('count again when the mark is marked, and not when that mark is marked too', () => {
    expect(struckEntries([mark('m1', 'a'), mark('m2', 'm1')]).has('a')).toBe(false);
    expect(struckEntries([mark('m1', 'a'), mark('m2', 'm1'), mark('m3', 'm2')]).has('a')).toBe(true);
  });

  it('stay out when another mark stands', () => {
    expect(struckEntries([mark('m1', 'a'), mark('m2', 'a'), mark('m3', 'm1')]).has('a')).toBe(true);
  });
});
