import { recordsOfDeath, tellDeaths } from '../testing/deaths-in-memory.js';
import { permutations, type Adt } from '../testing/adt.js';
import { takingInMemory, type InMemory } from '../testing/taking-in-memory.js';

const t = (hhmm: string): string => `20261103${hhmm}00`;
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
const one = 'V1^^^RAL';
const two = 'V2^^^RAL';

const at = (hhmm: string, more: Partial<Adt>): Adt => ({
  event: 'A08',
  controlId: hhmm,
  recorded: t(hhmm),
  visit: one,
  pid3: 'B1^^^RAL^MR',
  ...more,
});

/** One message without EVN-2, sent at each of these times. */
const sentAt = (times: readonly string[], more: Partial<Adt>): Adt[] =>
  times.map((hhmm) => at(hhmm, { ...more, controlId: 'again', recorded: '', sent: t(hhmm) }));

const inEveryOrder = async (messages: readonly Adt[]): Promise<InMemory> => {
  const ends = new Map<string, InMemory>();
  for (const order of permutations(messages)) {
    const ward = await takingInMemory();
    const { take } = ward.process();
    for (const message of order) await take(message);
    await tellDeaths(ward.store);
    ends.set(JSON.stringify([ward.stays(), [...recordsOfDeath(ward.store.events)]]), ward);
  }
  expect([...ends.keys()]).toHaveLength(1);
  const [end] = ends.values();
  if (!end) throw new Error('no order');
  return end;
};

const admitted = at('0900', { event: 'A01', place: 'LARCH^1^A^RAL' });
const reported = (hhmm: string): Adt => at(hhmm, { pid29: t('0955'), pid30: 'Y' });

describe('A message without EVN-2 counts from when it was sent first, whichever copy comes first', () => {
  test('a move', async () => {
    const moves = sentAt(['1000', '1200', '1300'], { event: 'A02', place: 'ASH^1^A^RAL' });
    const ward = await inEveryOrder([admitted, ...moves, at('1100', { event: 'A02', place: 'OAK^2^B^RAL' })]);
    expect(ward.stay(one)?.locations.map(({ ward: name, from }) => [name, from])).toEqual([
      ['LARCH', iso('0900')],
      ['ASH', iso('1000')],
      ['OAK', iso('1100')],
    ]);
  });

  test('an admission that was taken back between its copies', async () => {
    const ward = await inEveryOrder([
      ...sentAt(['0930', '1100'], { event: 'A01', pv1: { 44: t('0900') } }),
      at('1000', { event: 'A11' }),
    ]);
    expect(ward.stay(one)).toMatchObject({ status: 'cancelled', admittedAt: iso('0900') });
  });

  test('criteria to reside, under the name of the copy heard first', async () => {
    const copies = sentAt(['1000', '1200'], { zu1: { 22: 'Y' } });
    for (const order of permutations(copies)) {
      const ward = await takingInMemory();
      const { take } = ward.process();
      await take(admitted);
      for (const message of order) await take(message);
      const [entry] = ward.stay(one)?.criteria ?? [];
      expect(entry).toMatchObject({
        at: iso('1000'),
        eventId: ward.store.events.findLast(
          ({ type, data }) => type === 'CriteriaToResideRecorded' && !('copyOf' in (data['fact'] as object)),
        )?.eventId,
      });
    }
  });

  test('a merge of visits, and what was said of the visit that is given up', async () => {
    const merge = sentAt(['1200', '1400'], { event: 'A42', extra: [`MRG|||||${two}`] });
    const said = sentAt(['1130', '1300'], { visit: two, pv2: { 9: '20261107' } });
    const own = at('1000', { pv2: { 9: '20261106' } });
    const ward = await inEveryOrder([own, ...merge, ...said]);
    // Said before the merge, it was said of a visit of its own.
    expect(ward.stay(one)?.expectedDates.map(({ date }) => date)).toEqual(['2026-11-06']);
    const later = await inEveryOrder([own, ...merge, at('1300', { visit: two, pv2: { 9: '20261108' } })]);
    expect(later.stay(one)?.expectedDates.map(({ date }) => date)).toEqual(['2026-11-06', '2026-11-08']);
  });

  test('a word on a death, of a stay and of none', async () => {
    const news = await inEveryOrder([
      admitted,
      reported('1100'),
      ...sentAt(['1000', '1200'], { event: 'A31', pid30: 'N' }),
    ]);
    expect([...recordsOfDeath(news.store.events).values()]).toEqual([[iso('0955')]]);
    const ofStay = await inEveryOrder([admitted, reported('1100'), ...sentAt(['1000', '1200'], { pid30: 'N' })]);
    expect([...recordsOfDeath(ofStay.store.events).values()]).toEqual([[iso('0955')]]);
  });

  test('copies that were sent later cost no event', async () => {
    const ward = await takingInMemory();
    const { take } = ward.process();
    const copies = sentAt(['1000', '1100', '1200'], { event: 'A02', place: 'ASH^1^A^RAL' });
    for (const message of [admitted, ...copies, ...copies.toReversed()]) await take(message);
    expect(ward.store.events.filter(({ streamId }) => streamId.startsWith('stay-'))).toHaveLength(2);
  });
});
