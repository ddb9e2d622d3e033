import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { makeTestNumber } from '../../nhs/nhs-number.js';
import { Database } from '../../platform/database.js';
import { Identities } from '../identity/identities.js';
import { becauseOf, mergeOf } from '../identity/person-events.js';
import type { Identifier } from '../port.js';
import { MemoryStore, metadata } from '../testing/memory-store.js';
import { Merges } from './merges.js';
import { seeded } from '../../../test/support/seeded.js';

const key = createSecretKey(Buffer.alloc(32, 7));
const local = (value: string): Identifier => ({ kind: 'local', authority: 'RAL', type: 'MR', value });
const number: Identifier = { kind: 'nhs-number', value: makeTestNumber(1), verified: true };
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 3, hour)).toISOString();

class NoDatabase extends Database {
  override get pool(): Pool {
    throw new Error('Corrections do without tables.');
  }
}

type Step =
  | { readonly does: 'see'; readonly identifiers: readonly Identifier[]; readonly hour: number }
  | { readonly does: 'correct'; readonly right: Identifier; readonly wrong: Identifier; readonly hour: number };

const seen = (hour: number, ...identifiers: readonly Identifier[]): Step => ({ does: 'see', identifiers, hour });
const corrected = (hour: number, wrong: Identifier, right: Identifier): Step => ({
  does: 'correct',
  right,
  wrong,
  hour,
});

const processOn = (store: MemoryStore) => {
  const identities = new Identities(store, key);
  const merges = new Merges(store, identities, new NoDatabase(), () => Promise.resolve(false));
  return async (step: Step): Promise<boolean> => {
    if (step.does === 'correct') return (await merges.correct(step.right, step.wrong, metadata, at(step.hour))).ok;
    await identities.identify(step.identifiers, metadata, at(step.hour));
    return true;
  };
};

/** Who stands for whom because of corrections, as the log has it in the end. */
const joined = (store: MemoryStore): readonly string[] => {
  const edges = new Map<string, string>();
  for (const event of store.events) {
    if (event.type === 'PeopleMerged' && becauseOf(event) === 'merge-message')
      edges.set(mergeOf(event).mergeId, `${mergeOf(event).loser} is ${mergeOf(event).survivor}`);
    if (event.type === 'MergeReverted') edges.delete(mergeOf(event).mergeId);
  }
  return [...new Set(edges.values())].toSorted();
};

const after = async (...steps: readonly Step[]) => {
  const store = new MemoryStore();
  const take = processOn(store);
  const taken: boolean[] = [];
  for (const step of steps) taken.push(await take(step));
  return { taken, joined: joined(store) };
};

const [a, b, c] = [local('A'), local('B'), local('C')];

describe('A corrected identifier', () => {
  test('that nobody had is that of whoever had the wrong one, whichever message comes first', async () => {
    const steps = [seen(9, a), corrected(10, a, b), seen(11, b)] as const;
    const [one, two, three] = steps;
    const expected = (await after(...steps)).joined;
    expect(expected).toHaveLength(1);
    for (const order of [
      [two, one, three],
      [three, two, one],
      [three, one, two],
      [one, three, two],
    ] as const)
      expect(await after(...order)).toEqual({ taken: [true, true, true], joined: expected });
    expect((await after(...steps, ...steps)).joined).toEqual(expected);
  });

  test('that somebody had before should have been a merge, and joins nobody, whichever message comes first', async () => {
    const known = seen(9, b);
    expect(await after(seen(8, a), known, corrected(10, a, b))).toEqual({ taken: [true, true, false], joined: [] });
    expect((await after(corrected(10, a, b), seen(8, a), known)).joined).toEqual([]);
    // Also when it had been seen in a later message, or together with another identifier, first.
    expect((await after(seen(12, b), corrected(10, a, b), known)).joined).toEqual([]);
    expect((await after(seen(12, b), known, corrected(10, a, b))).taken).toEqual([true, true, false]);
    expect((await after(corrected(10, a, b), seen(9, number, b))).joined).toEqual([]);
  });

  test('said again later changes nothing', async () => {
    const { taken, joined: edges } = await after(seen(9, a), corrected(10, a, b), seen(11, b), corrected(12, a, b));
    expect([taken, edges.length]).toEqual([[true, true, true, true], 1]);
  });

  test('may be corrected once more, but not back', async () => {
    const chain = await after(seen(9, a), corrected(10, a, b), corrected(11, b, c));
    expect([chain.taken, chain.joined.length]).toEqual([[true, true, true], 2]);
    const back = await after(seen(9, a), corrected(10, a, b), corrected(11, b, a));
    expect([back.taken, back.joined.length]).toEqual([[true, true, false], 1]);
  });

  test('joins the same in any order, repeated, and from two processes at once', async () => {
    const identifier = fc.constantFrom(a, b, c, number);
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({
        does: fc.constant('see' as const),
        identifiers: fc.uniqueArray(identifier, { minLength: 1, maxLength: 2 }),
        hour: fc.nat(20),
      }),
      fc
        .record({ does: fc.constant('correct' as const), right: identifier, wrong: identifier, hour: fc.nat(20) })
        .filter(({ right, wrong }) => right !== wrong),
    );
    const histories = fc
      .array(step, { minLength: 1, maxLength: 8 })
      .chain((steps) =>
        fc.tuple(
          fc.constant(steps),
          fc.shuffledSubarray(steps, { minLength: steps.length }),
          fc.subarray(steps),
          fc.nat(steps.length),
        ),
      );
    await fc.assert(
      fc.asyncProperty(histories, async ([steps, shuffled, repeated, cut]) => {
        const expected = (await after(...steps)).joined;
        expect((await after(...repeated, ...shuffled)).joined).toEqual(expected);
        const store = new MemoryStore();
        const [one, other] = [processOn(store), processOn(store)];
        const play = async (take: (step: Step) => Promise<boolean>, line: readonly Step[]) => {
          for (const next of line) await take(next);
        };
        await Promise.all([play(one, shuffled.slice(0, cut)), play(other, [...shuffled.slice(cut), ...repeated])]);
        expect(joined(store)).toEqual(expected);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300), ...seeded },
    );
  }, 60_000);
});
