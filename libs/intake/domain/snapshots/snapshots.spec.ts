import fc from 'fast-check';
import { evaluate } from '../evaluate.js';
import type { StayFact } from '../stay-fact.js';
import { factOf, permutations, type Adt } from '../../testing/adt.js';
import { factOfEncounter, type At, type Told } from '../../testing/fhir.js';

const t = (hhmm: string): string => `20261103${hhmm}00`;
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
const larch = (to?: string): At => ({
  place: 'LARCH/1/A',
  from: iso('0900'),
  ...(to === undefined ? {} : { to: iso(to) }),
});
const oak = (to?: string): At => ({
  place: 'OAK/2/B',
  from: iso('1100'),
  ...(to === undefined ? {} : { to: iso(to) }),
});
const seen = (recorded: string, told: Told = {}): Told => ({ recorded: iso(recorded), ...told });

const block = (...told: readonly Told[]) =>
  evaluate(
    'stay',
    told.map((one) => factOfEncounter(one)),
  );

/** The stay of these facts, but for the name of the event by which criteria were heard first: that is how people mark it in error. */
const stayOf = (facts: readonly StayFact[]) => {
  const stay = evaluate('stay', facts);
  return { ...stay, criteria: stay.criteria.map(({ eventId: _, ...entry }) => entry) };
};

/** The stay is the same in every order, and with everything sent twice. */
const inEveryOrder = (facts: readonly StayFact[]) => {
  const expected = stayOf(facts);
  for (const order of permutations(facts)) expect(stayOf(order)).toEqual(expected);
  expect(stayOf([...facts, ...facts])).toEqual(expected);
  return expected;
};
const snapshots = (...told: readonly Told[]) => inEveryOrder(told.map((one) => factOfEncounter(one)));
const mixed = (hl7: readonly Adt[], told: readonly Told[]) =>
  inEveryOrder([...hl7.map((one) => factOf(one)), ...told.map((one) => factOfEncounter(one))]);

describe('A stay told of by snapshots', () => {
  test('one snapshot of somebody in hospital makes an open stay with its places', () => {
    const told = seen('1105', { at: [larch('1100'), oak()], admissionMethod: '21', admitSource: '19' });
    expect(block(told)).toMatchObject({
      status: 'open',
      hospital: 'RAL',
      admittedAt: iso('0900'),
      admissionMethodCode: '21',
      sourceCode: '19',
      locations: [
        { ward: 'LARCH', room: '1', bed: 'A', from: iso('0900') },
        { ward: 'OAK', room: '2', bed: 'B', from: iso('1100') },
      ],
      age: { years: 86, on: '2026-11-03' },
      sex: 'F',
      homeAuthority: 'E09000003',
    });
  });

  test('one snapshot of somebody who left makes a discharged stay', () => {
    const left = seen('1505', { status: 'finished', end: iso('1500'), destination: '19', dischargeMethod: '1' });
    expect(block(left)).toMatchObject({
      status: 'discharged',
      admittedAt: iso('0900'),
      dischargedAt: iso('1500'),
      destinationCode: '19',
      dischargeMethodCode: '1',
    });
  });

  test('in after finished is a discharge taken back, with all that it set, and its time is kept', () => {
    const left = seen('1505', { status: 'finished', end: iso('1500'), destination: '19', dischargeMethod: '1' });
    const again = snapshots(seen('0905'), left, seen('1600'));
    expect(again).toMatchObject({
      status: 'open',
      dischargedAt: null,
      destinationCode: null,
      admissionCancelledAt: null,
      dischargeCancelledAt: iso('1600'),
    });
    expect(
      snapshots(seen('0905'), left, seen('1600'), seen('1801', { ...left, recorded: iso('1801'), end: iso('1800') })),
    ).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('1800'),
    });
  });

  test('a corrected discharge replaces the one before, and a destination that is left out is none', () => {
    const left = seen('1505', { status: 'finished', end: iso('1500'), destination: '19', dischargeMethod: '1' });
    const { destination: _, ...without } = left;
    expect(snapshots(left, { ...left, recorded: iso('1700'), end: iso('1430'), destination: '51' })).toMatchObject({
      dischargedAt: iso('1430'),
      destinationCode: '51',
    });
    expect(snapshots(left, { ...without, recorded: iso('1700') })).toMatchObject({
      destinationCode: null,
      dischargeMethodCode: '1',
    });
  });

  test.each(['entered-in-error', 'cancelled'])(
    '%s takes the admission back, and a later word reinstates it',
    (status) => {
      const void_ = seen('0930', { status });
      expect(snapshots(seen('0905'), void_)).toMatchObject({
        status: 'cancelled',
        admissionCancelledAt: iso('0930'),
        dischargeCancelledAt: null,
        locations: [{ ward: 'LARCH' }],
      });
      expect(block(void_).status).toBe('cancelled');
      expect(
        snapshots(seen('0905'), void_, seen('1000', { start: iso('0950'), at: [{ place: 'ELM', from: iso('0950') }] })),
      ).toMatchObject({
        status: 'open',
        admittedAt: iso('0950'),
      });
    },
  );

  test('a place that the next snapshot knows no more was never held', () => {
    const stay = snapshots(seen('0905'), seen('1105', { at: [larch('1100'), oak()] }), seen('1230'));
    expect(stay.locations).toEqual([{ ward: 'LARCH', room: '1', bed: 'A', from: iso('0900') }]);
  });

  test('a snapshot that tells only the present place keeps what was told before', () => {
    const stay = snapshots(
      seen('0905'),
      seen('1105', { at: [oak()] }),
      seen('1405', { at: [{ place: 'ELM', from: iso('1400') }] }),
    );
    expect(stay.locations.map(({ ward, from }) => [ward, from])).toEqual([
      ['LARCH', iso('0900')],
      ['OAK', iso('1100')],
      ['ELM', iso('1400')],
    ]);
  });

  test('a place without a time holds from when it was recorded', () => {
    const stay = snapshots(
      seen('0905'),
      seen('1105', { at: [{ place: 'OAK' }] }),
      seen('1200', { at: [{ place: 'OAK' }] }),
    );
    expect(stay.locations.map(({ ward, from }) => [ward, from])).toEqual([
      ['LARCH', iso('0900')],
      ['OAK', iso('1105')],
    ]);
  });

  test('leave runs from one snapshot to the next, and by the history of statuses where there is one', () => {
    expect(
      snapshots(seen('0905'), seen('1400', { status: 'onleave' }), seen('1500', { status: 'onleave' }), seen('1800'))
        .leave,
    ).toEqual([{ from: iso('1400'), to: iso('1800') }]);
    const history = [
      { status: 'in-progress', from: iso('0900'), to: iso('1330') },
      { status: 'onleave', from: iso('1330'), to: iso('1745') },
    ];
    const away = seen('1400', { status: 'onleave', history: history.slice(0, 1) });
    expect(snapshots(seen('0905'), away).leave).toEqual([{ from: iso('1330'), to: null }]);
    expect(snapshots(seen('0905'), away, seen('1800', { history })).leave).toEqual([
      { from: iso('1330'), to: iso('1745') },
    ]);
    expect(snapshots(seen('0905'), away, seen('1410', { history: [] })).leave).toEqual([]);
  });

  test('criteria are heard once, however often they are repeated, under the name they were first heard by', () => {
    const criteria = { meets: false, codes: ['R2'], dischargeReadyDate: '2026-11-02', assessedAt: iso('1130') };
    const stay = snapshots(seen('0905'), seen('1200', { criteria }), seen('1300', { criteria, version: '3' }));
    expect(stay.criteria).toMatchObject([
      { meets: false, codes: ['R2'], readyDate: '2026-11-02', assessedAt: iso('1130'), sourceRecordedAt: iso('1200') },
    ]);
    const met = { meets: true, assessedAt: iso('1330') };
    expect(
      snapshots(seen('1200', { criteria }), seen('1400', { criteria: met })).criteria.map(({ meets, at }) => [
        meets,
        at,
      ]),
    ).toEqual([
      [false, '2026-11-02T00:00:00.000Z'],
      [true, iso('1330')],
    ]);
    const [first, second] = [factOfEncounter(seen('1200', { criteria })), factOfEncounter(seen('1300', { criteria }))];
    expect(evaluate('stay', [second, first]).criteria.map(({ eventId }) => eventId)).toEqual([second.eventId]);
  });

  test('an expected date that is left out is cleared while the person is in, and kept when they left', () => {
    const expected = '2026-11-06';
    const dates = (...told: readonly Told[]) => snapshots(...told).expectedDates.map(({ date }) => date);
    expect(dates(seen('0905', { expected }), seen('1000', { expected }), seen('1100'))).toEqual([expected, null]);
    expect(dates(seen('0905', { expected }), seen('1505', { status: 'finished', end: iso('1500') }))).toEqual([
      expected,
    ]);
    expect(dates(seen('0905', { expected }), seen('1100', { expected: '2026-11-08' }))).toEqual([
      expected,
      '2026-11-08',
    ]);
  });
});

const admitted: Adt = {
  event: 'A01',
  controlId: 'M01',
  recorded: t('0905'),
  occurred: t('0900'),
  place: 'LARCH^1^A^RAL',
};
const moved: Adt = { event: 'A02', controlId: 'M02', recorded: t('1105'), occurred: t('1100'), place: 'OAK^2^B^RAL' };
const update: Adt = { event: 'A08', controlId: 'M03', recorded: t('1200'), pv2: { 9: '20261104' } };
const moveBack: Adt = { event: 'A12', controlId: 'M04', recorded: t('1230'), place: 'LARCH^1^A^RAL' };
const discharged: Adt = {
  event: 'A03',
  controlId: 'M05',
  recorded: t('1505'),
  occurred: t('1500'),
  place: 'LARCH^1^A^RAL',
  pv1: { 36: '1', 37: '19' },
};
const notDischarged: Adt = { event: 'A13', controlId: 'M06', recorded: t('1600') };

const expected = '2026-11-04';
const left: Told = { status: 'finished', end: iso('1500'), destination: '19', dischargeMethod: '1', expected };
/** The same course as one system after another change would show it. */
const course: readonly Told[] = [
  seen('0905'),
  seen('1105', { at: [larch('1100'), oak()] }),
  seen('1200', { at: [larch('1100'), oak()], expected }),
  seen('1230', { expected }),
  seen('1505', left),
  seen('1600', { expected }),
];

describe('A stay told of by HL7 and by snapshots', () => {
  test.each([1, 2, 3, 4, 5, 6])('is the same whichever of them tells it (first %i)', (n) => {
    const hl7 = evaluate(
      'stay',
      [admitted, moved, update, moveBack, discharged, notDischarged].slice(0, n).map((one) => factOf(one)),
    );
    const fhir = block(...course.slice(0, n));
    expect(fhir).toEqual(hl7);
    const both = evaluate('stay', [
      ...[admitted, moved, update, moveBack, discharged, notDischarged].slice(0, n).map((one) => factOf(one)),
      ...course.slice(0, n).map((one) => factOfEncounter(one)),
    ]);
    expect(both).toEqual(hl7);
  });

  test('is the same in every order of both', () => {
    expect(
      mixed(
        [admitted, moved, moveBack],
        [seen('1105', { at: [larch('1100'), oak()] }), seen('1200', { at: [larch('1100'), oak()] })],
      ).locations,
    ).toEqual([{ ward: 'LARCH', room: '1', bed: 'A', from: iso('0900') }]);
    expect(mixed([discharged, notDischarged], [seen('0905'), seen('1505', left)])).toMatchObject({ status: 'open' });
    expect(mixed([admitted, discharged], [seen('1504'), seen('1506', left), seen('1600')])).toMatchObject({
      status: 'open',
    });
  });

  test('a system that only repeats itself undoes nothing that the other said', () => {
    const lagging = [seen('0906', { expected: '2026-11-06' }), seen('1510', { expected: '2026-11-06' })];
    expect(mixed([admitted, moved, update, discharged], lagging)).toMatchObject({
      status: 'discharged',
      destinationCode: '19',
      expectedDates: [{ date: '2026-11-06' }, { date: '2026-11-04' }],
    });
    const wards = mixed([admitted, moved], lagging).locations.map(({ ward }) => ward);
    expect(wards).toEqual(['LARCH', 'OAK']);
    expect(mixed([{ event: 'A11', recorded: t('1000') }, admitted], [seen('0906'), seen('1100')]).status).toBe(
      'cancelled',
    );
  });

  test('the word recorded last counts where they differ', () => {
    expect(mixed([admitted, discharged], [seen('1504'), seen('1600', left), seen('1700')])).toMatchObject({
      status: 'open',
    });
    expect(mixed([admitted], [seen('0906'), seen('1000', { status: 'entered-in-error' })]).status).toBe('cancelled');
    expect(
      mixed(
        [admitted, { event: 'A01', recorded: t('1100'), occurred: t('1050') }],
        [seen('1000', { status: 'entered-in-error' })],
      ).status,
    ).toBe('open');
  });

  test('a leave of the one is not ended by the other that knows of none', () => {
    const away: Adt = { event: 'A21', recorded: t('1405'), occurred: t('1400') };
    const back: Adt = { event: 'A22', recorded: t('1705'), occurred: t('1700') };
    expect(mixed([admitted, away], [seen('0906'), seen('1500', { expected })]).leave).toEqual([
      { from: iso('1400'), to: null },
    ]);
    expect(mixed([admitted, away, back], [seen('1410', { status: 'onleave' }), seen('1710')]).leave).toEqual([
      { from: iso('1400'), to: iso('1700') },
    ]);
    const undone: Adt = { event: 'A52', recorded: t('1430') };
    expect(mixed([admitted, away, undone], [seen('1410', { status: 'onleave' }), seen('1435')]).leave).toEqual([]);
  });

  test('a move to the same place told twice is taken back once', () => {
    const again: Adt = { event: 'A02', recorded: t('1130'), occurred: t('1130'), place: 'ELM^1^C^RAL' };
    const stay = mixed([admitted, moved, again, moveBack], [seen('1106', { at: [larch('1100'), oak()] })]);
    expect(stay.locations.map(({ ward }) => ward)).toEqual(['LARCH', 'OAK']);
  });
});

describe('Any history of messages and snapshots', () => {
  const minute = fc
    .integer({ min: 0, max: 13 })
    .map((n) => `${String(9 + Math.floor(n / 2)).padStart(2, '0')}${n % 2 === 0 ? '00' : '30'}`);
  const place = fc.constantFrom('LARCH/1/A', 'OAK/2/B', 'ELM');
  const message: fc.Arbitrary<Adt> = fc.record({
    event: fc.constantFrom('A01', 'A02', 'A03', 'A08', 'A11', 'A12', 'A13', 'A21', 'A22', 'A25', 'A52'),
    recorded: minute.map(t),
    occurred: minute.map(t),
    place: fc.constantFrom('LARCH^1^A^RAL', 'OAK^2^B^RAL', 'ELM^^^RAL'),
    controlId: fc.uuid(),
  });
  const told: fc.Arbitrary<Told> = fc.record({
    status: fc.constantFrom('in-progress', 'in-progress', 'onleave', 'finished', 'cancelled', 'entered-in-error'),
    recorded: minute.map(iso),
    end: minute.map((at) => iso(`2${at.slice(1)}`.replace(/^2[4-9]/, '23'))),
    version: fc.uuid(),
    at: fc
      .array(fc.record({ place, from: minute.map(iso) }), { maxLength: 3 })
      .map((list) => list.filter((one, n) => list.findIndex(({ from }) => from === one.from) === n)),
    source: fc.constantFrom('https://pas.example', 'https://board.example'),
  });
  test('makes the same stay in any order', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(told, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (hl7, fhir, chance) => {
          const facts = [...hl7.map((one) => factOf(one)), ...fhir.map((one) => factOfEncounter(one))];
          const key = new Map(facts.map((fact) => [fact, chance.next().value as number]));
          const shuffled = facts.toSorted((a, b) => (key.get(a) ?? 0) - (key.get(b) ?? 0));
          expect(evaluate('stay', shuffled)).toEqual(evaluate('stay', facts));
          expect(evaluate('stay', [...shuffled, ...facts])).toEqual(evaluate('stay', facts));
        },
      ),
      { numRuns: 300 },
    );
  });
});
