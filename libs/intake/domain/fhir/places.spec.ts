import { encounter, heard, type At, type Json } from '../../testing/fhir.js';
import { systems } from './urls.js';
import type { Raw } from './surroundings.js';

const iso = (hhmm: string): string => `2026-11-03T${hhmm}:00.000Z`;
const told = (value: unknown, others: readonly Raw[] = []) => {
  const { understood, issues } = heard(value, others);
  if (understood.kind !== 'stay') throw new Error(JSON.stringify(issues));
  return understood.news;
};
const places = (at: readonly At[], more: Json = {}) =>
  (told(encounter({ at, more })).snapshot?.places ?? []).map(({ place: { ward, room, bed }, from }) => [
    [ward, room, bed].map((name) => name ?? '-').join('/'),
    from?.slice(11, 16) ?? 'now',
  ]);
const at = (place: string, from?: string, to?: string): At => ({
  place,
  ...(from === undefined ? {} : { from: iso(from) }),
  ...(to === undefined ? {} : { to: iso(to) }),
});
const physical = (code: string): Json => ({ coding: [{ system: systems.physicalType, code }] });
const location = (id: string, more: Json): Raw => ({
  value: { resourceType: 'Location', id, ...more },
  path: 'Location',
  entry: 1,
  fullUrl: `urn:uuid:${id}`,
});
const held = (reference: string, more: Json = {}): Json => ({
  location: [{ location: { reference }, period: { start: iso('09:00') }, ...more }],
});

describe('The places of an Encounter', () => {
  test('follow one another in time, in whatever order they are listed', () => {
    expect(places([at('OAK/2/B', '11:00'), at('LARCH/1/A', '09:00', '11:00')])).toEqual([
      ['LARCH/1/A', '09:00'],
      ['OAK/2/B', '11:00'],
    ]);
  });
  test('a place inside another ends where the other goes on', () => {
    expect(places([at('LARCH/1/A', '09:00'), at('THEATRE', '10:00', '12:00')])).toEqual([
      ['LARCH/1/A', '09:00'],
      ['THEATRE/-/-', '10:00'],
      ['LARCH/1/A', '12:00'],
    ]);
  });
  test('a place held for no time, one planned and one of an unknown past say nothing', () => {
    const list = [
      at('LARCH', '09:00'),
      at('HALL', '10:00', '10:00'),
      { place: 'ELM', status: 'completed' },
      { ...at('OAK', '13:00'), status: 'planned' },
    ];
    expect(places(list)).toEqual([['LARCH/-/-', '09:00']]);
  });
  test('a place without a time is where the person is now', () => {
    expect(places([at('LARCH', '09:00', '11:00'), at('OAK/B')])).toEqual([
      ['LARCH/-/-', '09:00'],
      ['OAK/-/B', 'now'],
    ]);
    const bed = { location: { display: 'C' }, physicalType: physical('bd') };
    const ward = { location: { display: 'ELM' }, period: { start: iso('09:00') } };
    expect(places([], { location: [ward, bed] })).toEqual([
      ['ELM/-/-', '09:00'],
      ['ELM/-/C', 'now'],
    ]);
  });
  test('two wards at once, and an end before the start, are refused', () => {
    const faults = (list: readonly At[]) => heard(encounter({ at: list })).issues.map(({ path }) => path);
    expect(faults([at('LARCH', '09:00'), at('OAK', '09:00')])).toEqual(['Encounter.location']);
    expect(faults([at('LARCH', '09:00', '08:00')])).toEqual(['Encounter.location[0].period']);
  });

  test('levels that are listed side by side are one place', () => {
    const levels = encounter({
      at: [],
      more: {
        location: [
          {
            location: { display: 'A' },
            physicalType: physical('bd'),
            period: { start: iso('09:00'), end: iso('10:00') },
          },
          { location: { display: 'LARCH' }, physicalType: physical('wa'), period: { start: iso('09:00') } },
          { location: { display: 'Royal Free' }, physicalType: physical('si'), period: { start: iso('09:00') } },
          { location: { display: 'B' }, physicalType: physical('bd'), period: { start: iso('10:00') } },
        ],
      },
    });
    expect(told(levels).snapshot?.places).toEqual([
      { place: { ward: 'LARCH', room: null, bed: 'A' }, from: iso('09:00') },
      { place: { ward: 'LARCH', room: null, bed: 'B' }, from: iso('10:00') },
    ]);
  });
});

describe('A Location', () => {
  const chain = [
    location('bed', { name: 'A', partOf: { reference: 'Location/room' } }),
    location('room', { name: '1', partOf: { reference: 'urn:uuid:ward' } }),
    location('ward', { name: 'LARCH', partOf: { reference: 'Location/site' } }),
    location('site', { name: 'Royal Free', identifier: [{ system: systems.odsSite, value: 'RAL01' }] }),
  ];
  test('is found by fullUrl, by type and id, and in one version; what it is part of says the rest', () => {
    for (const reference of ['urn:uuid:bed', 'Location/bed', 'Location/bed/_history/3'])
      expect(told(encounter({ at: [], more: held(reference) }), chain)).toMatchObject({
        hospital: 'RAL01',
        snapshot: { places: [{ place: { ward: 'LARCH', room: '1', bed: 'A' } }] },
      });
    expect(told(encounter({ at: [], more: held('Location/room') }), chain).snapshot?.places).toMatchObject([
      { place: { ward: 'LARCH', room: null, bed: '1' } },
    ]);
    expect(
      told(encounter({ at: [], more: held('Location/room', { physicalType: physical('ro') }) }), chain).snapshot
        ?.places,
    ).toMatchObject([{ place: { ward: 'LARCH', room: '1', bed: null } }]);
  });
  test('that did not come along goes by what it is displayed as, and is refused without that', () => {
    const shown = {
      location: [{ location: { reference: 'Location/9', display: 'LARCH' }, period: { start: iso('09:00') } }],
    };
    expect(told(encounter({ at: [], more: shown })).snapshot?.places).toMatchObject([{ place: { ward: 'LARCH' } }]);
    expect(heard(encounter({ at: [], more: held('Location/9') })).issues).toMatchObject([
      { code: 'not-found', path: 'Encounter.location[0].location' },
    ]);
  });
  test('that is part of itself, or of a long chain, ends somewhere', () => {
    const ring = [
      location('a', { name: 'A', partOf: { reference: 'Location/b' } }),
      location('b', { name: 'B', partOf: { reference: 'Location/a' } }),
    ];
    expect(told(encounter({ at: [], more: held('Location/a') }), ring).snapshot?.places).toMatchObject([
      { place: { ward: 'B', bed: 'A' } },
    ]);
    const long = Array.from({ length: 200 }, (_, n) =>
      location(`l${String(n)}`, { name: `N${String(n)}`, partOf: { reference: `Location/l${String(n + 1)}` } }),
    );
    expect(told(encounter({ at: [], more: held('Location/l0') }), long).snapshot?.places).toHaveLength(1);
  });
  test('that cannot be read is named where it stands', () => {
    const { issues } = heard(encounter({ at: [], more: held('Location/x') }), [location('x', { name: 7 })]);
    expect(issues).toMatchObject([{ code: 'structure', path: 'Location.name', entry: 1 }]);
    expect(heard(encounter({ at: [], more: held('#p') })).issues).toMatchObject([
      { code: 'structure', path: 'Encounter.location[0].location' },
    ]);
  });
});
