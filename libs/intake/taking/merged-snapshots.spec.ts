import { permutations, type Adt } from '../testing/adt.js';
import type { Told } from '../testing/fhir.js';
import { takingInMemory, type InMemory } from '../testing/taking-in-memory.js';

/** A42 where one of the visits, or both, are told by FHIR snapshots (ADR 0016). */

const t = (hhmm: string): string => `20261103${hhmm}00`;
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
const stays = 'S1';
const goes = 'S2';

type Spoken = { readonly hl7: Adt } | { readonly fhir: Told };

const hl7 = (hhmm: string, event: string, more: Partial<Adt> = {}): Spoken => ({
  hl7: { event, controlId: hhmm, recorded: t(hhmm), visit: `${stays}^^^RAL`, ...more },
});
const fhir = (hhmm: string, told: Told): Spoken => ({
  fhir: { id: told.visit ?? stays, version: hhmm, recorded: iso(hhmm), start: iso('0830'), visit: stays, ...told },
});

const inEveryOrder = async (messages: readonly Spoken[]): Promise<InMemory> => {
  const ends = new Map<string, InMemory>();
  for (const order of permutations(messages)) {
    const ward = await takingInMemory();
    const process = ward.process();
    for (const message of order) await ('hl7' in message ? process.take(message.hl7) : process.takeFhir(message.fhir));
    const end = ward.stays().map(({ criteria, ...stay }) => [stay, criteria.map(({ eventId: _, ...entry }) => entry)]);
    ends.set(JSON.stringify(end), ward);
  }
  expect([...ends.keys()]).toHaveLength(1);
  const [end] = ends.values();
  if (!end) throw new Error('no order');
  return end;
};

const places = (ward: InMemory, visit: string) =>
  ward.stay(`${visit}^^^RAL`)?.locations.map(({ ward: name, from }) => [name, from]);

const admitted = hl7('0835', 'A01', { occurred: t('0830'), place: 'ASH^1^A^RAL' });
const merged = hl7('1400', 'A42', { extra: [`MRG|||||${goes}^^^RAL`] });
const larch = { place: 'LARCH/1/A', from: iso('0900') };
const told = fhir('0905', { visit: goes, start: iso('0900'), at: [larch] });
const moved = fhir('1105', {
  visit: goes,
  start: iso('0900'),
  at: [
    { ...larch, to: iso('1100') },
    { place: 'OAK/2/B', from: iso('1100') },
  ],
});

describe('A visit given up that was told by snapshots', () => {
  test('leaves its places to the one that stays', async () => {
    const ward = await inEveryOrder([admitted, told, moved, merged]);
    expect(places(ward, stays)).toEqual([
      ['ASH', iso('0830')],
      ['LARCH', iso('0900')],
      ['OAK', iso('1100')],
    ]);
    expect(ward.stay(`${stays}^^^RAL`)).toMatchObject({ status: 'open', admittedAt: iso('0830'), mergedInto: null });
    expect(ward.stay(`${goes}^^^RAL`)).toMatchObject({ status: 'merged' });
  });

  test('leaves nothing else: not its criteria, nor that it ended or never was', async () => {
    const criteria = { meets: false, assessedAt: iso('1130') };
    const left = fhir('1205', {
      visit: goes,
      start: iso('0900'),
      at: [larch],
      status: 'finished',
      end: iso('1200'),
      criteria,
    });
    const ward = await inEveryOrder([admitted, told, left, merged]);
    expect(ward.stay(`${stays}^^^RAL`)).toMatchObject({ status: 'open', dischargedAt: null, criteria: [] });
    expect(places(ward, stays)).toEqual([
      ['ASH', iso('0830')],
      ['LARCH', iso('0900')],
    ]);
    const never = fhir('1205', { visit: goes, status: 'entered-in-error' });
    expect(places(await inEveryOrder([admitted, told, never, merged]), stays)).toEqual([['ASH', iso('0830')]]);
  });

  test('says nothing new of the one that stays by repeating itself after that', async () => {
    const again = fhir('1505', { visit: goes, start: iso('0900'), at: [larch] });
    const onward = hl7('1430', 'A02', { place: 'ELM^3^C^RAL' });
    const ward = await inEveryOrder([admitted, told, again, onward, merged]);
    expect(ward.stay(`${stays}^^^RAL`)).toMatchObject({ status: 'open', admittedAt: iso('0830') });
    expect(places(ward, stays)).toEqual([
      ['ASH', iso('0830')],
      ['LARCH', iso('0900')],
      ['ELM', iso('1430')],
    ]);
  });

  test('says of the one that stays what is news after that', async () => {
    const left = fhir('1605', { visit: goes, start: iso('0900'), at: [larch], status: 'finished', end: iso('1600') });
    const ward = await inEveryOrder([admitted, told, left, merged]);
    expect(ward.stay(`${stays}^^^RAL`)).toMatchObject({
      status: 'discharged',
      admittedAt: iso('0830'),
      dischargedAt: iso('1600'),
    });
  });

  test('also where both are', async () => {
    const own = fhir('0835', { at: [{ place: 'ASH/1/A', from: iso('0830') }] });
    const ward = await inEveryOrder([own, told, moved, merged]);
    expect(places(ward, stays)).toEqual([
      ['ASH', iso('0830')],
      ['LARCH', iso('0900')],
      ['OAK', iso('1100')],
    ]);
  });
});
