import { SeenStreams } from './seen-streams.js';

describe('what is remembered of streams', () => {
  it('is every id up to a revision, and grows', () => {
    const seen = new SeenStreams();
    seen.note('case-1', 0, ['a', 'b']);
    seen.note('case-1', 1, ['b', 'c']);
    expect(seen.of('case-1')).toEqual({
      revision: 2,
      ids: new Map([
        ['a', 0],
        ['b', 1],
        ['c', 2],
      ]),
    });
  });

  it('leaves out what does not join on: ids between are not known', () => {
    const seen = new SeenStreams();
    seen.note('case-1', 3, ['d']);
    expect(seen.of('case-1')).toBeUndefined();
    seen.note('case-1', 0, ['a']);
    seen.note('case-1', 2, ['c']);
    expect(seen.of('case-1')?.revision).toBe(0);
  });

  it('knows an empty stream from one that nobody looked at', () => {
    const seen = new SeenStreams();
    seen.note('case-1', 0, []);
    expect(seen.of('case-1')?.revision).toBe(-1);
    expect(seen.of('case-2')).toBeUndefined();
  });

  it('lets go of the streams not met for longest, and keeps the newest whatever its size', () => {
    const seen = new SeenStreams(4);
    seen.note('case-1', 0, ['a', 'b']);
    seen.note('case-2', 0, ['c', 'd']);
    seen.note('case-1', 2, ['e']);
    expect(seen.of('case-2')).toBeUndefined();
    expect(seen.of('case-1')?.revision).toBe(2);
    seen.note('case-3', 0, ['f', 'g', 'h', 'i', 'j']);
    expect(seen.of('case-1')).toBeUndefined();
    expect(seen.of('case-3')?.revision).toBe(4);
  });
});
