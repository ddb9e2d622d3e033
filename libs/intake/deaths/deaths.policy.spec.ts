import { deathsPolicyOn, recordsOfDeath, tellDeaths } from '../testing/deaths-in-memory.js';
import { permutations, type Adt } from '../testing/adt.js';
import { takingInMemory } from '../testing/taking-in-memory.js';
import { newId } from '#libs/platform/ids.js';
import { metadata } from '#libs/people/testing/memory-store.js';

const at = (hhmm: string, more: Partial<Adt>): Adt => ({
  event: 'A08',
  controlId: hhmm,
  recorded: `20261103${hhmm}00`,
  pid3: 'B1^^^RAL^MR',
  ...more,
});
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;

test('a death is told of whom the stay is now, in whatever order its events are looked at', async () => {
  const ward = await takingInMemory();
  const { take } = ward.process();
  await take(at('0900', { event: 'A01', pid30: 'Y' }));
  await take(at('1000', { pid3: 'B2^^^RAL^MR' }));
  await take(at('1100', { pid3: '9990000018^^^NHS^NH' }));
  const events = ward.store.events.filter(({ streamId }) => streamId.startsWith('stay-'));
  const people = [...new Set(events.map(({ personId = '' }) => personId))];
  expect(people).toHaveLength(3);
  for (const order of permutations(events)) {
    ward.store.events.splice(0, Infinity, ...ward.store.events.filter(({ type }) => !type.startsWith('Death')));
    await tellDeaths(ward.store, () => order);
    expect([...recordsOfDeath(ward.store.events).keys()]).toEqual(people.slice(-1));
  }
});

/** What is shown of deaths at the end, the same in every order of arrival and when they are told after each message or after all. */
const inEveryOrder = async (messages: readonly Adt[]) => {
  const ends = new Map<string, { readonly died: readonly string[]; readonly stays: readonly (string | null)[] }>();
  for (const order of permutations(messages))
    for (const atOnce of [true, false]) {
      const ward = await takingInMemory();
      const { take } = ward.process();
      for (const message of order) {
        await take(message);
        if (atOnce) await tellDeaths(ward.store);
      }
      await tellDeaths(ward.store, (events) => events.toReversed());
      const end = {
        died: [...new Set([...recordsOfDeath(ward.store.events).values()].flat())],
        stays: ward
          .stays()
          .map(({ diedAt }) => diedAt)
          .toSorted(),
      };
      ends.set(JSON.stringify(end), end);
    }
  expect([...ends.keys()]).toHaveLength(1);
  const [end] = ends.values();
  return end;
};

const admitted = at('0900', { event: 'A01', visit: 'V1^^^RAL' });
const again = at('0930', { event: 'A01', visit: 'V2^^^RAL' });
const died = at('1000', { visit: 'V1^^^RAL', pid29: '20261103095500', pid30: 'Y' });

describe('The last word on a death counts, in every order', () => {
  test.each<[string, Adt]>([
    ['an update of the person', at('1100', { event: 'A31', pid30: 'N' })],
    ['a time of death deleted in one', at('1100', { event: 'A31', pid29: '""' })],
    ['an indicator deleted in one', at('1100', { event: 'A31', pid30: '""' })],
    ['an update of another visit', at('1100', { visit: 'V2^^^RAL', pid30: 'N' })],
  ])('a stay tells of one, and %s takes it back', async (_, later) => {
    expect(await inEveryOrder([admitted, again, died, later])).toEqual({ died: [], stays: [null, null] });
  });

  test('news of the person tells of one, and an update of a visit takes it back', async () => {
    const news = at('1000', { event: 'A31', pid30: 'Y' });
    const later = at('1100', { visit: 'V1^^^RAL', pid30: 'N' });
    expect(await inEveryOrder([admitted, again, news, later])).toEqual({ died: [], stays: [null, null] });
  });

  test('a discharge by death stands until the discharge is corrected or taken back, whatever an indicator says', async () => {
    const left = at('1000', { event: 'A03', visit: 'V1^^^RAL', pv1: { 36: '4', 37: '79' }, pid30: 'N' });
    const news = (hhmm: string) => at(hhmm, { event: 'A31', pid30: 'N' });
    const end = { died: [iso('1000')], stays: [iso('1000')] };
    expect(await inEveryOrder([admitted, left, news('1100')])).toEqual(end);
    expect(await inEveryOrder([admitted, left, news('0915')])).toEqual(end);
    const corrected = at('1200', { visit: 'V1^^^RAL', pv1: { 36: '1', 37: '19' } });
    expect(await inEveryOrder([admitted, left, news('1100'), corrected])).toEqual({ died: [], stays: [null] });
    const takenBack = at('1200', { event: 'A13', visit: 'V1^^^RAL' });
    expect(await inEveryOrder([admitted, left, news('1100'), takenBack])).toEqual({ died: [], stays: [null] });
  });

  test('a time said elsewhere and denied again leaves the time of the discharge by death', async () => {
    const left = at('1000', { event: 'A03', visit: 'V1^^^RAL', pv1: { 36: '4', 37: '79' } });
    const timed = at('1100', { event: 'A31', pid29: '20261103095000', pid30: 'Y' });
    expect(await inEveryOrder([admitted, left, timed])).toEqual({ died: [iso('0950')], stays: [iso('0950')] });
    const not = at('1200', { event: 'A31', pid30: 'N' });
    expect(await inEveryOrder([admitted, left, timed, not])).toEqual({ died: [iso('1000')], stays: [iso('1000')] });
  });

  test('the time is that of the last word, and a word without a time keeps the one known', async () => {
    const end = { died: [iso('0950')], stays: [iso('0950'), null] };
    const corrected = at('1100', { event: 'A31', pid29: '20261103095000', pid30: 'Y' });
    expect(await inEveryOrder([admitted, again, died, corrected])).toEqual(end);
    const said = at('1200', { visit: 'V1^^^RAL', pid30: 'Y' });
    expect(await inEveryOrder([admitted, again, died, corrected, said])).toEqual(end);
  });

  test('one said of another id of the person counts after a merge', async () => {
    const other = at('1100', { event: 'A31', pid3: 'B2^^^RAL^MR', pid30: 'N' });
    const merged = at('1200', { event: 'A40', extra: ['MRG|B2^^^RAL^MR'] });
    expect(await inEveryOrder([admitted, died, other])).toEqual({ died: [iso('0955')], stays: [iso('0955')] });
    expect(await inEveryOrder([admitted, died, other, merged])).toEqual({ died: [], stays: [null] });
  });

  test('one goes with the stay when it turns out to be another person’s', async () => {
    const not = at('1100', { event: 'A31', pid30: 'N' });
    const others = at('1200', { visit: 'V1^^^RAL', pid3: '9990000018^^^NHS^NH' });
    expect(await inEveryOrder([admitted, died, not, others])).toEqual({ died: [iso('0955')], stays: [iso('0955')] });
    const theirs = at('1030', { event: 'A31', pid3: '9990000018^^^NHS^NH', pid30: 'N' });
    expect(await inEveryOrder([admitted, died, others, theirs])).toEqual({ died: [], stays: [null] });
  });

  test('a visit given up for another speaks with it', async () => {
    const not = at('1100', { visit: 'V2^^^RAL', pid30: 'N' });
    const merged = at('1200', { event: 'A42', visit: 'V1^^^RAL', extra: ['MRG|||||V2^^^RAL'] });
    expect(await inEveryOrder([admitted, died, not, merged])).toEqual({ died: [], stays: [null, null] });
  });
});

test('one said of another id counts no more once their merge is taken back', async () => {
  const ward = await takingInMemory();
  const { take } = ward.process();
  for (const message of [admitted, died, at('1100', { event: 'A31', pid3: 'B2^^^RAL^MR', pid30: 'N' })])
    await take(message);
  await take(at('1200', { event: 'A40', extra: ['MRG|B2^^^RAL^MR'] }));
  await tellDeaths(ward.store);
  expect([...recordsOfDeath(ward.store.events)]).toEqual([]);
  const merge = ward.store.events.find(({ type }) => type === 'PeopleMerged');
  if (!merge) throw new Error('no merge');
  const reverted = { type: 'MergeReverted', eventId: newId(), schemaVersion: 1, occurredAt: merge.occurredAt };
  await ward.store.append(merge.streamId, 'any', [{ ...reverted, data: merge.data }], metadata);
  await tellDeaths(ward.store);
  expect([...recordsOfDeath(ward.store.events).values()]).toEqual([[iso('0955')]]);
  expect(ward.stay('V1^^^RAL')?.diedAt).toBe(iso('0955'));
});

test('of two words told at once by two processes, both see both in the end', async () => {
  const not = at('1100', { event: 'A31', pid30: 'N' });
  const [one, other] = [at('1200', { visit: 'V1^^^RAL', pid30: 'Y' }), at('1300', { visit: 'V2^^^RAL', pid30: 'N' })];
  for (const order of permutations([admitted, died, not, one, other])) {
    const ward = await takingInMemory();
    const { take } = ward.process();
    let done = 0;
    for (const message of order) {
      await take(message);
      // Everything not dealt with yet is dealt with side by side, in as many processes.
      const events = ward.store.events.slice(done);
      done = ward.store.events.length;
      await Promise.all(
        events.map((event) => deathsPolicyOn(ward.store).react(event, { metadata, wrote: () => undefined })),
      );
    }
    expect([...recordsOfDeath(ward.store.events)]).toEqual([]);
  }
});
