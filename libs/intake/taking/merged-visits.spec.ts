import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { permutations, type Adt } from '../testing/adt.js';
import { takingInMemory } from '../testing/taking-in-memory.js';

const t = (hhmm: string): string => `20261103${hhmm}00`;
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
const [one, other, third] = ['V1^^^RAL', 'V2^^^RAL', 'V3^^^RAL'];

const at = (visit: string, event: string, hhmm: string, more: Partial<Adt> = {}): Adt => ({
  visit,
  event,
  controlId: `${visit.slice(0, 2)}-${event}-${hhmm}`,
  recorded: t(hhmm),
  occurred: t(hhmm),
  ...more,
});
const place = (ward: string): Partial<Adt> => ({ place: `${ward}^1^A^RAL` });
const merged = (loser: string, survivor: string, hhmm: string, more: Partial<Adt> = {}): Adt =>
  at(survivor, 'A42', hhmm, {
    controlId: `${loser.slice(0, 2)}-into-${survivor.slice(0, 2)}-${hhmm}`,
    extra: [`MRG|||||${loser}`],
    ...more,
  });

interface Outcome {
  readonly rings: number;
  readonly stays: readonly StayBlock[];
  of(visit: string): StayBlock | undefined;
}

/** What is left after these messages, in this order. */
const after = async (messages: readonly Adt[]): Promise<Outcome> => {
  const ward = await takingInMemory();
  const { take } = ward.process();
  let rings = 0;
  for (const message of messages) if (await take(message)) rings += 1;
  return { rings, stays: ward.stays(), of: ward.stay };
};

/** The stays are the same in every order, with every message sent twice, and from two processes at once. */
const inEveryOrder = async (messages: readonly Adt[]): Promise<Outcome> => {
  const first = await after(messages);
  for (const order of permutations(messages)) {
    const { stays } = await after(order);
    if (JSON.stringify(stays) !== JSON.stringify(first.stays)) expect([order, stays]).toEqual([order, first.stays]);
  }
  expect((await after([...messages, ...messages.toReversed()])).stays).toEqual(first.stays);
  const ward = await takingInMemory();
  const [a, b] = [ward.process(), ward.process()];
  await Promise.all([
    ...messages.map((message) => a.take(message)),
    ...messages.toReversed().map((message) => b.take(message)),
  ]);
  expect(ward.stays()).toEqual(first.stays);
  return first;
};

const twoVisits = [at(one, 'A01', '0900', place('LARCH')), at(other, 'A01', '1000', place('OAK'))];

describe('A merge of two visits', () => {
  test('gives the places of the visit given up to the one that stays, and nothing else of it', async () => {
    const { of } = await inEveryOrder([
      ...twoVisits,
      at(other, 'A08', '1030', { zu1: { 22: 'Y' }, pv2: { 9: '20261109' } }),
      at(other, 'A03', '1100', { pv1: { 36: '1', 37: '19' } }),
      merged(other, one, '1200'),
    ]);
    expect(of(one)).toMatchObject({
      status: 'open',
      mergedInto: null,
      admittedAt: iso('0900'),
      dischargedAt: null,
      criteria: [],
      expectedDates: [],
      locations: [
        { ward: 'LARCH', from: iso('0900') },
        { ward: 'OAK', from: iso('1000') },
      ],
    });
    expect(of(other)).toMatchObject({ status: 'merged', admittedAt: iso('1000'), dischargedAt: iso('1100') });
  });

  test('lets later messages for the visit given up count for the one that stays', async () => {
    const { of } = await inEveryOrder([
      ...twoVisits,
      merged(other, one, '1200'),
      at(other, 'A02', '1300', place('ELM')),
      at(other, 'A03', '1500', { pv1: { 36: '1', 37: '19' } }),
    ]);
    expect(of(one)).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('1500'),
      destinationCode: '19',
      locations: [{ ward: 'LARCH' }, { ward: 'OAK' }, { ward: 'ELM', from: iso('1300') }],
    });
    expect(of(other)).toMatchObject({ status: 'merged', dischargedAt: null });
  });

  test('is kept when neither visit is known yet, and is the same when it is said again', async () => {
    const { of } = await inEveryOrder([
      merged(other, one, '0800'),
      { ...merged(other, one, '0800'), controlId: 'again' },
      merged(other, one, '0830', { controlId: 'and again, later' }),
      ...twoVisits,
    ]);
    // All of it was recorded after the merge, so it was said of one stay: that of the later admission message counts.
    expect(of(one)).toMatchObject({ status: 'open', admittedAt: iso('1000'), locations: [{ ward: 'OAK' }] });
    expect(of(other)).toMatchObject({ status: 'merged', mergedInto: of(one)?.stayId, admittedAt: null });
  });

  test('takes no place from its own PV1-3, and of the stay what else it says', async () => {
    const { of } = await inEveryOrder([
      at(other, 'A01', '1000', place('OAK')),
      merged(other, one, '1200', { ...place('YEW'), pv1: { 10: '300', 44: t('0900') } }),
    ]);
    expect(of(one)).toMatchObject({
      status: 'open',
      admittedAt: iso('0900'),
      specialty: '300',
      locations: [{ ward: 'OAK', from: iso('1000') }],
    });
  });

  test('of a visit whose admission never was leaves no place', async () => {
    const { of } = await inEveryOrder([...twoVisits, at(other, 'A11', '1100'), merged(other, one, '1200')]);
    expect(of(one)).toMatchObject({ locations: [{ ward: 'LARCH' }] });
    expect(of(other)).toMatchObject({ status: 'merged' });
  });

  test('leaves a move that was taken back where it was, and lets a later cancel take back one it brought', async () => {
    const moves = [
      at(other, 'A02', '1010', place('ELM')),
      at(other, 'A12', '1020'),
      at(one, 'A02', '1005', place('YEW')),
    ];
    const before = await inEveryOrder([...twoVisits, ...moves, merged(other, one, '1200')]);
    expect(before.of(one)?.locations.map(({ ward }) => ward)).toEqual(['LARCH', 'OAK', 'YEW']);
    const later = await after([...twoVisits, ...moves.slice(0, 1), merged(other, one, '1200'), at(one, 'A12', '1300')]);
    expect(later.of(one)?.locations.map(({ ward }) => ward)).toEqual(['LARCH', 'OAK']);
  });

  test('keeps a death that was reported under either visit, until it is taken back under either', async () => {
    const died = at(other, 'A08', '1100', { pid29: t('1055'), pid30: 'Y' });
    const dead = await inEveryOrder([...twoVisits, died, merged(other, one, '1200')]);
    expect([dead.of(one)?.diedAt, dead.of(other)?.diedAt]).toEqual([iso('1055'), null]);
    const alive = await inEveryOrder([
      ...twoVisits,
      died,
      merged(other, one, '1200'),
      at(one, 'A08', '1300', { pid30: 'N' }),
    ]);
    expect(alive.of(one)?.diedAt).toBeNull();
  });

  test('of the same visit number at two hospitals is a merge of two visits', async () => {
    const [here, there] = ['S1^^^RAL', 'S1^^^RQM'];
    const { of } = await inEveryOrder([
      at(here, 'A01', '0900', place('LARCH')),
      at(there, 'A01', '1000', { ...place('OAK'), controlId: 'there' }),
      merged(there, here, '1200'),
    ]);
    expect(of(here)?.stayId).not.toBe(of(there)?.stayId);
    expect(of(there)).toMatchObject({ status: 'merged', mergedInto: of(here)?.stayId });
  });
});

describe('Several merges of visits', () => {
  test('in a chain make one stay of all', async () => {
    const { of } = await inEveryOrder([
      ...twoVisits,
      merged(one, other, '1100'),
      merged(other, third, '1200'),
      at(one, 'A02', '1300', place('ELM')),
      at(third, 'A01', '0930', place('YEW')),
    ]);
    expect(of(one)).toMatchObject({ status: 'merged', mergedInto: of(other)?.stayId });
    expect(of(other)).toMatchObject({ status: 'merged', mergedInto: of(third)?.stayId });
    expect(of(third)).toMatchObject({
      status: 'open',
      admittedAt: iso('0930'),
      locations: [{ ward: 'YEW' }, { ward: 'OAK' }, { ward: 'ELM' }],
    });
  });

  test('of a visit that had been given up before concern the stay it is part of', async () => {
    const { of } = await inEveryOrder([
      ...twoVisits,
      merged(one, other, '1100'),
      merged(one, third, '1200'),
      at(other, 'A02', '1300', place('ELM')),
    ]);
    expect(of(one)).toMatchObject({ status: 'merged', mergedInto: of(other)?.stayId });
    expect(of(other)).toMatchObject({ status: 'merged', mergedInto: of(third)?.stayId });
    expect(of(third)?.locations.at(-1)).toMatchObject({ ward: 'ELM' });
  });

  test('in a ring: the one the hospital recorded last does not count, whichever came first, and the second to come is set apart', async () => {
    const ring = [...twoVisits, merged(other, one, '1100'), merged(one, other, '1200')];
    const { of, rings } = await inEveryOrder(ring);
    expect([of(one)?.status, of(other)?.status, rings]).toEqual(['open', 'merged', 1]);
    expect((await after(ring.toReversed())).rings).toBe(1);
    const three = [merged(one, other, '1100'), merged(other, third, '1200'), merged(third, one, '1300')];
    const long = await inEveryOrder([...twoVisits, ...three]);
    expect([long.of(one)?.status, long.of(other)?.status, long.of(third)?.status]).toEqual([
      'merged',
      'merged',
      'known',
    ]);
  });

  test('in one message are taken one by one', async () => {
    const { of } = await inEveryOrder([
      ...twoVisits,
      merged(one, third, '1200', {
        extra: [`MRG|||||${one}`, 'PID|2||B123456^^^RAL^MR', `MRG|||||${other}`, `PV1|2|I|||||||||||||||||${third}`],
      }),
    ]);
    expect(of(third)?.locations.map(({ ward }) => ward)).toEqual(['LARCH', 'OAK']);
    expect([of(one)?.mergedInto, of(other)?.mergedInto]).toEqual([of(third)?.stayId, of(third)?.stayId]);
  });
});
