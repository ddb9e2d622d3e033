import fc from 'fast-check';
import { permutations, type Adt } from '../testing/adt.js';
import { anyMessage, sendings } from '../testing/any-message.js';
import { tellDeaths } from '../testing/deaths-in-memory.js';
import { shownWorld } from '../testing/shown-world.js';
import { takingInMemory } from '../testing/taking-in-memory.js';
import { seeded } from '../../../test/support/seeded.js';

/** What is left when these processes take their messages at the same time, each in its order. */
const after = async (...lines: readonly (readonly Adt[])[]): Promise<string> => {
  const ward = await takingInMemory();
  await Promise.all(
    lines.map(async (messages) => {
      const { take } = ward.process();
      for (const message of messages) await take(message);
      await tellDeaths(ward.store);
    }),
  );
  await tellDeaths(ward.store, (events) => events.toReversed());
  return shownWorld(ward);
};

const runs = Number(process.env['PROPERTY_RUNS'] ?? 100);

test('messages of every kind about two people leave the same stays and the same people in every order of up to six', async () => {
  const histories = fc.array(anyMessage, { minLength: 2, maxLength: 6 }).map((said) => sendings(said).slice(0, 6));
  await fc.assert(
    fc.asyncProperty(histories, async (messages) => {
      const first = await after(messages);
      for (const order of permutations(messages)) {
        const now = await after(order);
        if (now !== first) expect([order, now]).toEqual([order, first]);
      }
    }),
    { numRuns: Math.ceil(runs / 20), ...seeded },
  );
}, 600_000);

test('and in any order of up to twelve, with repeats, and from several lines at once', async () => {
  const histories = fc
    .array(anyMessage, { minLength: 2, maxLength: 12 })
    .map(sendings)
    .chain((messages) =>
      fc.tuple(
        fc.constant(messages),
        fc.shuffledSubarray(messages, { minLength: messages.length }),
        fc.shuffledSubarray(messages, { minLength: messages.length }),
        fc.subarray(messages),
        fc.nat(messages.length),
      ),
    );
  await fc.assert(
    fc.asyncProperty(histories, async ([messages, shuffled, again, repeated, cut]) => {
      const first = await after(messages);
      expect(await after([...repeated, ...shuffled])).toBe(first);
      expect(await after(shuffled.slice(0, cut), shuffled.slice(cut))).toBe(first);
      expect(await after(messages, again.toReversed(), shuffled)).toBe(first);
    }),
    { numRuns: runs, ...seeded },
  );
}, 600_000);
