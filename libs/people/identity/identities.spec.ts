import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { makeTestNumber } from '../../nhs/nhs-number.js';
import type { Identifier, PersonId } from '../port.js';
import { MemoryStore, metadata } from '../testing/memory-store.js';
import { Identities, NobodyToIdentify } from './identities.js';
import { canonicalOf } from './partition.js';
import { becauseOf, mergeOf } from './person-events.js';
import { seeded } from '../../../test/support/seeded.js';

const key = createSecretKey(Buffer.alloc(32, 7));
const at = '2026-11-23T08:30:00.000Z';
const number = (seq: number): Identifier => ({ kind: 'nhs-number', value: makeTestNumber(seq), verified: true });
const local = (value: string): Identifier => ({ kind: 'local', authority: 'RAL', type: 'MR', value });
const [n1, n2, a, b, c] = [number(1), number(2), local('A'), local('B'), local('C')];

const directory = (store = new MemoryStore()) => {
  const identities = new Identities(store, key);
  return { store, identify: (...ids: Identifier[]) => identities.identify(ids, metadata, at) };
};

/** Whom each id stands for by what the log told of it: the announcements, without the sights. */
const toldBy = (store: MemoryStore): ReadonlyMap<PersonId, PersonId> => {
  const told = new Map<PersonId, PersonId>();
  for (const event of store.events) {
    if (event.type === 'PeopleMerged') {
      expect(becauseOf(event)).toBe('seen-together');
      expect(told.get(mergeOf(event).loser)).toBeUndefined();
      told.set(mergeOf(event).loser, mergeOf(event).survivor);
    } else if (event.type === 'MergeReverted') {
      expect(told.get(mergeOf(event).loser)).toBe(mergeOf(event).survivor);
      told.delete(mergeOf(event).loser);
    }
  }
  return told;
};

describe('a person', () => {
  it('known by an NHS number has the id of that number, whatever came first', async () => {
    const first = directory();
    const alone = await first.identify(a);
    const both = await first.identify(n1, a);
    const second = directory();
    expect((await second.identify(n1)).personId).toBe(both.personId);
    expect(alone.personId).not.toBe(both.personId);
    expect((await first.identify(a)).personId).toBe(both.personId);
    expect((await directory().identify(n1, a)).personId).toBe(both.personId);
  });

  it('without a number is known by the local ids that came together', async () => {
    const { identify } = directory();
    const before = await identify(b);
    const together = await identify(a, b);
    expect((await identify(a)).personId).toBe(together.personId);
    expect((await identify(b)).personId).toBe(together.personId);
    expect([(await identify(a)).ownId, before.ownId]).toContain(together.personId);
  });

  it('is told of in the log when an id that was given out comes to stand for another', async () => {
    const { store, identify } = directory();
    const alone = await identify(a);
    const known = await identify(n1, a);
    expect(toldBy(store)).toEqual(new Map([[alone.personId, known.personId]]));
  });

  it('of a local id seen with two NHS numbers is neither, also when the second comes third', async () => {
    const { store, identify } = directory();
    const alone = await identify(a);
    const one = await identify(n1, a);
    expect(one.conflict).toBe(false);
    const two = await identify(n2, a);
    expect(two.conflict).toBe(true);
    expect(two.personId).not.toBe(one.personId);
    expect(await identify(a)).toMatchObject({ personId: alone.personId, conflict: true });
    expect(await identify(n1, a)).toMatchObject({ personId: one.personId, conflict: true });
    expect(await identify(n1)).toMatchObject({ personId: one.personId, conflict: false });
    expect(toldBy(store)).toEqual(new Map());
  });

  it('is neither of two people whose local ids came in one message', async () => {
    const { identify } = directory();
    await identify(n1, a);
    await identify(n2, b);
    const together = await identify(a, b);
    expect(together.conflict).toBe(true);
    const linking = await identify(a, c);
    expect(linking).toMatchObject({ personId: (await identify(n1)).personId, conflict: false });
    expect(await identify(b, c)).toMatchObject({ conflict: true });
    expect(await identify(c)).toMatchObject({ conflict: true });
  });

  it('does not join thousands through an id that is only a filler', async () => {
    const { store, identify } = directory();
    const filler = local('0000');
    const persons = new Set<PersonId>();
    for (let i = 0; i < 40; i += 1) await identify(filler, local(`M${i}`));
    for (let i = 0; i < 40; i += 1) persons.add((await identify(local(`M${i}`))).personId);
    expect(persons.size).toBe(40);
    const stream = Math.max(
      ...Object.values(Object.groupBy(store.events, (e) => e.streamId)).map((e) => e?.length ?? 0),
    );
    expect(stream).toBeLessThan(100);
  });

  it('cannot be found by what identifies nobody', async () => {
    const { identify } = directory();
    await expect(identify()).rejects.toThrow(NobodyToIdentify);
    await expect(identify({ kind: 'nhs-number', value: '9990000000', verified: true })).rejects.toThrow(
      NobodyToIdentify,
    );
    await expect(identify(local('  '))).rejects.toThrow(NobodyToIdentify);
  });

  it('is found by the same number however it is written', async () => {
    const { identify } = directory();
    const spaced: Identifier = { kind: 'nhs-number', value: '999 000 0018', verified: false };
    const plain: Identifier = { kind: 'nhs-number', value: '9990000018', verified: true };
    expect((await identify(spaced)).personId).toBe((await identify(plain)).personId);
  });

  it('has an id that only the key can make', async () => {
    const other = new Identities(new MemoryStore(), createSecretKey(Buffer.alloc(32, 8)));
    expect((await other.identify([n1], metadata, at)).personId).not.toBe((await directory().identify(n1)).personId);
  });
});

describe('what was seen before', () => {
  it('is answered without an append, also by a process that has just started', async () => {
    const { store, identify } = directory();
    await identify(n1, a);
    await identify(a, b);
    const { appends } = store;
    await identify(n1, a);
    await identify(b, a);
    const restarted = directory(store);
    await restarted.identify(n1, a);
    await restarted.identify(a, b);
    expect(store.appends).toBe(appends);
  });

  it('is answered anew when another process saw more', async () => {
    const { store, identify } = directory();
    await identify(n1, a);
    expect((await identify(a)).conflict).toBe(false);
    await directory(store).identify(n2, a);
    expect((await identify(a)).conflict).toBe(true);
    expect((await identify(n1, a)).conflict).toBe(true);
  });
});

const ids = [number(1), number(2), number(3), local('A'), local('B'), local('C'), local('D')] as const;
const group = fc.uniqueArray(fc.nat(ids.length - 1), { minLength: 1, maxLength: 3 });
const look = async (store: MemoryStore) => {
  const { identify } = directory(store);
  return Promise.all(
    ids.map(async (one) => {
      const { personId, conflict } = await identify(one);
      return { personId, conflict };
    }),
  );
};
const pick = (indexes: readonly number[]) => indexes.flatMap((index) => ids[index] ?? []);

describe('who is who', () => {
  it('is the same for every order of the same messages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(group, { minLength: 1, maxLength: 6 })
          .chain((groups) => fc.tuple(fc.constant(groups), fc.shuffledSubarray(groups, { minLength: groups.length }))),
        async ([groups, shuffled]) => {
          const [one, two] = [new MemoryStore(), new MemoryStore()];
          for (const indexes of groups) await directory(one).identify(...pick(indexes));
          const second = directory(two);
          for (const indexes of shuffled) await second.identify(...pick(indexes));
          expect(await look(two)).toEqual(await look(one));
          expect(toldBy(two)).toEqual(toldBy(one));
        },
      ),
      { numRuns: 300, ...seeded },
    );
  });

  it('is the same when two processes see all of it at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 6 }), fc.scheduler(), async (groups, scheduler) => {
        const [alone, shared] = [new MemoryStore(), new MemoryStore()];
        for (const indexes of groups) await directory(alone).identify(...pick(indexes));
        const processes = [directory(shared), directory(shared)];
        const work = groups.flatMap((indexes) =>
          processes.map(({ identify }) => scheduler.schedule(Promise.resolve()).then(() => identify(...pick(indexes)))),
        );
        await scheduler.waitFor(Promise.all(work));
        expect(await look(shared)).toEqual(await look(alone));
        expect(toldBy(shared)).toEqual(toldBy(alone));
      }),
      { numRuns: 200, ...seeded },
    );
  });
});

describe('merges that were asked for', () => {
  const merge = (loser: string, survivor: string) => ({ loser, survivor });

  it('make the survivor stand for all, one known by an NHS number before others', () => {
    expect(canonicalOf(['la'], [merge('la', 'lb'), merge('lc', 'lb')])).toEqual(
      new Map([
        ['la', 'lb'],
        ['lb', 'lb'],
        ['lc', 'lb'],
      ]),
    );
    expect(canonicalOf([], [merge('n1', 'la')]).get('la')).toBe('n1');
    expect(canonicalOf([], [merge('n1', 'n2')]).get('n1')).toBe('n2');
    expect(canonicalOf([], [merge('la', 'lb'), merge('lb', 'la')]).get('lb')).toBe('la');
    expect(canonicalOf(['lz'], []).get('lz')).toBe('lz');
  });

  it('come to the same in any order', () => {
    const person = fc.constantFrom('n1', 'n2', 'la', 'lb', 'lc');
    const merges = fc.array(fc.record({ survivor: person, loser: person }), { maxLength: 6 });
    fc.assert(
      fc.property(merges, (all) => {
        const sorted = (map: ReadonlyMap<string, string>) => [...map].sort();
        expect(sorted(canonicalOf([], [...all].reverse()))).toEqual(sorted(canonicalOf([], all)));
      }),
    );
  });
});
