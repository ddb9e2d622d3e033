import { hexOf, idLike } from './ids.js';

describe('Ids of told stories', () => {
  test('are different for every person and place', () => {
    const seen = new Set<string>();
    for (let number = 0; number < 2000; number += 1)
      for (let slot = 0; slot < 100; slot += 1) seen.add(hexOf(number, slot));
    expect(seen.size).toBe(200_000);
  });

  test('are of the kind of the id they stand for', () => {
    expect(idLike('6a077248-b93a-8fdc-a3e5-81462afa8557', 3, 4, 0)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(idLike('3aaff7e0fc7fb632344bd94e7896bc943b63b6e6', 3, 4, 0)).toMatch(/^[0-9a-f]{40}$/);
  });

  test('of UUIDs that sort by time sort by time', () => {
    const like = '01a2080b-14c1-744e-b188-6b6802d97b79';
    expect(idLike(like, 9, 4, 1_000_000) < idLike(like, 3, 4, 2_000_000)).toBe(true);
  });
});
