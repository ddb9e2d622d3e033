import fc from 'fast-check';
import { evaluate } from './evaluate.js';
import { movesOf } from './moves.js';
import { adt, factOf, permutations, type Adt } from '../testing/adt.js';

const t = (hhmm: string, day = '03'): string => `202611${day}${hhmm}00`;
const iso = (hhmm: string, day = '03'): string => `2026-11-${day}T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;

const admitted: Adt = {
  event: 'A01',
  controlId: 'M01',
  recorded: t('0905'),
  occurred: t('0900'),
  place: 'LARCH^1^A^RAL',
};
const moved: Adt = { event: 'A02', controlId: 'M02', recorded: t('1105'), occurred: t('1100'), place: 'OAK^2^B^RAL' };
const discharged: Adt = {
  event: 'A03',
  controlId: 'M03',
  recorded: t('1505'),
  occurred: t('1500'),
  place: 'OAK^2^B^RAL',
  pv1: { 36: '1', 37: '19' },
};
const stay = (...messages: readonly Adt[]) =>
  evaluate(
    'stay',
    messages.map((message) => factOf(message)),
  );
const wards = (...messages: readonly Adt[]) => stay(...messages).locations.map(({ ward }) => ward);

/** The stay is the same in every order, and with every message sent twice. */
const inEveryOrder = (messages: readonly Adt[]) => {
  const facts = messages.map((message) => factOf(message));
  const expected = evaluate('stay', facts);
  for (const order of permutations(facts)) expect(evaluate('stay', order)).toEqual(expected);
  expect(evaluate('stay', [...facts, ...facts])).toEqual(expected);
  return expected;
};

describe('A stay is a function of the set of its messages', () => {
  test('an admission, a move and a discharge make one discharged stay, in every order', () => {
    expect(inEveryOrder([admitted, moved, discharged])).toMatchObject({
      status: 'discharged',
      hospital: 'RAL',
      admittedAt: iso('0900'),
      dischargedAt: iso('1500'),
      destinationCode: '19',
      dischargeMethodCode: '1',
      locations: [
        { ward: 'LARCH', room: '1', bed: 'A', from: iso('0900') },
        { ward: 'OAK', room: '2', bed: 'B', from: iso('1100') },
      ],
      age: { years: 86, on: '2026-11-03' },
      homeAuthority: 'E09000003',
    });
  });

  test('a cancelled discharge opens the stay again and clears what the discharge set', () => {
    const cancel: Adt = { event: 'A13', controlId: 'M04', recorded: t('1600'), place: 'OAK^2^B^RAL' };
    expect(inEveryOrder([admitted, moved, discharged, cancel])).toMatchObject({
      status: 'open',
      dischargedAt: null,
      destinationCode: null,
      dischargeMethodCode: null,
    });
  });

  test('a correction of a cancelled discharge goes with it', () => {
    const corrected: Adt = { event: 'A08', recorded: t('1530'), pv1: { 36: '51' } };
    const cancel: Adt = { event: 'A13', recorded: t('1600') };
    const again: Adt = { event: 'A03', recorded: t('1800'), occurred: t('1750') };
    expect(inEveryOrder([admitted, discharged, corrected, cancel, again])).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('1750'),
      destinationCode: null,
    });
  });

  test('a discharge recorded later than the cancel stands', () => {
    const cancel: Adt = { event: 'A13', recorded: t('1500') };
    expect(inEveryOrder([admitted, cancel, discharged]).status).toBe('discharged');
  });

  test('a discharge recorded in the same second as its cancel is void', () => {
    const cancel: Adt = { event: 'A13', recorded: t('1505') };
    expect(inEveryOrder([admitted, cancel, discharged]).status).toBe('open');
  });

  test('a stay that is cancelled before it was admitted is cancelled, and keeps its last place', () => {
    const cancel: Adt = { event: 'A11', recorded: t('0930'), occurred: t('0800'), place: 'LARCH^1^A^RAL' };
    expect(inEveryOrder([cancel, admitted])).toMatchObject({ status: 'cancelled', locations: [{ ward: 'LARCH' }] });
    expect(stay(cancel)).toMatchObject({ status: 'cancelled', locations: [{ ward: 'LARCH' }] });
  });

  test.each(['A11', 'A23'])(
    'an admission recorded after %s reinstates the stay, and the first one is forgotten',
    (event) => {
      const cancel: Adt = { event, recorded: t('0930') };
      const again: Adt = { event: 'A01', recorded: t('1005'), occurred: t('1000'), place: 'ELM^1^C^RAL' };
      expect(inEveryOrder([admitted, cancel, again])).toMatchObject({
        status: 'open',
        admittedAt: iso('1000'),
        locations: [{ ward: 'ELM', from: iso('1000') }],
      });
    },
  );

  test('an update after a cancelled admission does not bring the stay back', () => {
    const cancel: Adt = { event: 'A11', recorded: t('0930') };
    const update: Adt = { event: 'A08', recorded: t('1000'), pv1: { 44: t('0900') } };
    expect(inEveryOrder([admitted, cancel, update]).status).toBe('cancelled');
  });

  test('a cancelled move brings back the place before it', () => {
    const cancel: Adt = { event: 'A12', recorded: t('1130'), place: 'LARCH^1^A^RAL' };
    expect(inEveryOrder([admitted, moved, cancel]).locations.map(({ ward }) => ward)).toEqual(['LARCH']);
  });

  test('a cancelled move voids the latest by event time that was recorded before it', () => {
    const late: Adt = { event: 'A02', recorded: t('1300'), occurred: t('1030'), place: 'ELM^1^C^RAL' };
    const cancel: Adt = { event: 'A12', recorded: t('1400') };
    expect(inEveryOrder([admitted, moved, late, cancel]).locations.map(({ ward }) => ward)).toEqual(['LARCH', 'ELM']);
  });

  test('a cancelled move leaves a move alone that was recorded after it', () => {
    const cancel: Adt = { event: 'A12', recorded: t('1130') };
    const next: Adt = { event: 'A02', recorded: t('1200'), occurred: t('1200'), place: 'ELM^1^C^RAL' };
    expect(inEveryOrder([admitted, moved, cancel, next]).locations.map(({ ward }) => ward)).toEqual(['LARCH', 'ELM']);
  });

  test('two cancelled moves take back the last two', () => {
    const next: Adt = { event: 'A02', recorded: t('1200'), occurred: t('1200'), place: 'ELM^1^C^RAL' };
    const cancels: Adt[] = [
      { event: 'A12', recorded: t('1230') },
      { event: 'A12', recorded: t('1240') },
    ];
    expect(inEveryOrder([admitted, moved, next, ...cancels]).locations.map(({ ward }) => ward)).toEqual(['LARCH']);
  });

  test('the same cancelled move under another control id takes back nothing more', () => {
    const next: Adt = { event: 'A02', recorded: t('1200'), occurred: t('1200'), place: 'ELM^1^C^RAL' };
    const cancel: Adt = { event: 'A12', recorded: t('1230'), controlId: 'C1' };
    expect(inEveryOrder([admitted, moved, next, cancel, { ...cancel, controlId: 'C2' }])).toMatchObject({
      locations: [{ ward: 'LARCH' }, { ward: 'OAK' }],
    });
  });

  test('a place held for no time and a move to where the person is are no moves', () => {
    const sameMinute: Adt = {
      event: 'A02',
      recorded: t('1101'),
      occurred: t('1100'),
      place: 'ELM^1^C^RAL',
      controlId: 'Z',
    };
    const nowhere: Adt = { event: 'A02', recorded: t('1300'), occurred: t('1300'), place: 'OAK^2^B^RAL' };
    const block = inEveryOrder([admitted, sameMinute, moved, nowhere]);
    expect(block.locations.map(({ ward }) => ward)).toEqual(['LARCH', 'OAK']);
    expect(movesOf(block)).toEqual([
      { from: { ward: 'LARCH', room: '1', bed: 'A' }, to: { ward: 'OAK', room: '2', bed: 'B' }, at: iso('1100') },
    ]);
  });

  test('late news of an earlier place goes where it belongs', () => {
    const late: Adt = { event: 'A02', recorded: t('1700'), occurred: t('1000'), place: 'ELM^1^C^RAL' };
    expect(inEveryOrder([admitted, moved, late]).locations.map(({ ward }) => ward)).toEqual(['LARCH', 'ELM', 'OAK']);
  });

  test('an update corrects the times and codes of a stay but neither opens nor closes it', () => {
    const update: Adt = { event: 'A08', recorded: t('1200'), pv1: { 36: '1', 37: '19', 44: t('0845'), 45: t('1100') } };
    expect(inEveryOrder([admitted, update])).toMatchObject({
      status: 'open',
      admittedAt: iso('0845'),
      dischargedAt: null,
      destinationCode: null,
      dischargeMethodCode: null,
    });
    const after: Adt = { event: 'A08', recorded: t('1600'), pv1: { 36: '55', 45: t('1430') } };
    expect(inEveryOrder([admitted, discharged, after])).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('1430'),
      destinationCode: '55',
      dischargeMethodCode: '1',
    });
  });

  test('a message that names no admission makes the visit known and nothing more', () => {
    expect(stay(moved)).toMatchObject({ status: 'known', admittedAt: null, locations: [{ ward: 'OAK' }] });
    expect(stay({ ...moved, pv1: { 44: t('0900') } })).toMatchObject({ status: 'open', admittedAt: iso('0900') });
  });

  test('an expected date is set by any message, and A25 clears it whoever set it', () => {
    const expected: Adt = { event: 'A16', recorded: t('1000'), pv2: { 9: '20261105' } };
    const repeat: Adt = { event: 'A08', recorded: t('1100'), pv2: { 9: '20261105' } };
    const cleared: Adt = { event: 'A25', recorded: t('1200') };
    expect(inEveryOrder([admitted, expected, repeat, cleared]).expectedDates).toEqual([
      { date: '2026-11-05', at: iso('1000') },
      { date: null, at: iso('1200') },
    ]);
    expect(inEveryOrder([admitted, cleared]).expectedDates).toEqual([{ date: null, at: iso('1200') }]);
  });

  test('an empty field changes nothing and a pair of quotes clears', () => {
    const named: Adt = { event: 'A08', recorded: t('1000'), pv1: { 10: '300' } };
    const silent: Adt = { event: 'A08', recorded: t('1100') };
    const cleared: Adt = { event: 'A08', recorded: t('1200'), pv1: { 10: '""' } };
    expect(inEveryOrder([admitted, named, silent]).specialty).toBe('300');
    expect(inEveryOrder([admitted, named, silent, cleared]).specialty).toBeNull();
  });

  test('medically fit is not meeting the criteria, from the ready date on when one is sent', () => {
    const fit: Adt = { event: 'A08', recorded: t('1000'), zu1: { 22: 'Y', 24: '20261101' } };
    const unfit: Adt = { event: 'A08', recorded: t('1200'), zu1: { 22: 'N', 24: '20261101' } };
    const alone: Adt = { event: 'A08', recorded: t('1400'), zu1: { 24: '20261104' } };
    expect(inEveryOrder([admitted, fit, unfit, alone]).criteria).toMatchObject([
      { meets: false, at: '2026-11-01T00:00:00.000Z', readyDate: '2026-11-01' },
      { meets: true, at: iso('1200'), readyDate: null },
      { meets: false, at: '2026-11-04T00:00:00.000Z', readyDate: '2026-11-04' },
    ]);
  });

  test('a deleted ready date leaves the person fit from the event on', () => {
    const fit: Adt = { event: 'A08', recorded: t('1000'), zu1: { 22: 'Y', 24: '20261101' } };
    const deleted: Adt = { event: 'A08', recorded: t('1200'), zu1: { 24: '""' } };
    expect(inEveryOrder([admitted, fit, deleted]).criteria).toMatchObject([
      { meets: false, at: iso('1000'), readyDate: null },
    ]);
  });

  test('a leave lasts until the return, and a cancelled return goes on with it', () => {
    const out: Adt = { event: 'A21', recorded: t('1200'), occurred: t('1200') };
    const back: Adt = { event: 'A22', recorded: t('1400'), occurred: t('1400') };
    const notBack: Adt = { event: 'A53', recorded: t('1410') };
    expect(inEveryOrder([admitted, out, back]).leave).toEqual([{ from: iso('1200'), to: iso('1400') }]);
    expect(inEveryOrder([admitted, out, back, notBack]).leave).toEqual([{ from: iso('1200'), to: null }]);
  });

  test('a death by discharge is taken back with the discharge, a death that was reported is not', () => {
    const died: Adt = { ...discharged, pv1: { 36: '4', 37: '79' } };
    const cancel: Adt = { event: 'A13', recorded: t('1600') };
    const reported: Adt = { event: 'A08', recorded: t('1700'), pid29: t('1455'), pid30: 'Y' };
    const taken: Adt = { event: 'A08', recorded: t('1800'), pid30: 'N' };
    expect(inEveryOrder([admitted, died]).diedAt).toBe(iso('1500'));
    expect(inEveryOrder([admitted, died, cancel]).diedAt).toBeNull();
    expect(inEveryOrder([admitted, died, cancel, reported]).diedAt).toBe(iso('1455'));
    expect(inEveryOrder([admitted, reported, taken]).diedAt).toBeNull();
  });

  test('a number that is not verified is to be confirmed until a message verifies it', () => {
    const unsure: Adt = { ...admitted, status: 'NSTS03' };
    const sure: Adt = { event: 'A08', recorded: t('1000') };
    expect(stay(unsure).identityToConfirm).toBe(true);
    expect(inEveryOrder([unsure, sure]).identityToConfirm).toBe(false);
  });

  test('the hospital is that of the latest place, else the sender', () => {
    expect(stay({ ...admitted, place: 'LARCH' }).hospital).toBe('RAL');
    expect(inEveryOrder([admitted, { ...moved, place: 'OAK^2^B^RAL01' }]).hospital).toBe('RAL01');
  });

  test('the age is that of the admission day, unless the birth date was corrected', () => {
    const update: Adt = { event: 'A08', recorded: t('1000', '28'), birthDate: '19401120' };
    expect(inEveryOrder([{ ...admitted, birthDate: '19401120' }, update]).age).toEqual({ years: 85, on: '2026-11-03' });
    expect(inEveryOrder([{ ...admitted, birthDate: '19501120' }, update]).age).toEqual({ years: 86, on: '2026-11-28' });
  });

  test('six messages make the same stay in all 720 orders', () => {
    const block = inEveryOrder([
      admitted,
      moved,
      { event: 'A12', recorded: t('1130') },
      { event: 'A08', recorded: t('1200'), zu1: { 22: 'Y' }, pv2: { 9: '20261104' } },
      discharged,
      { event: 'A13', recorded: t('1600') },
    ]);
    expect(block.status).toBe('open');
    expect(wards(admitted)).toEqual(['LARCH']);
  });
});

const kinds = [
  ...['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08', 'A11', 'A12', 'A13', 'A15'],
  ...['A16', 'A21', 'A22', 'A23', 'A25', 'A38', 'A52', 'A53'],
];
const clock = fc
  .integer({ min: 0, max: 40 })
  .map((n) => t(`${String(9 + Math.floor(n / 6)).padStart(2, '0')}${n % 6}0`));
const anyMessage: fc.Arbitrary<Adt> = fc
  .record({
    event: fc.constantFrom(...kinds),
    controlId: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'),
    recorded: clock,
    occurred: fc.option(clock, { nil: undefined }),
    place: fc.constantFrom(undefined, 'LARCH^1^A^RAL', 'OAK^2^B^RAL01', 'ELM', '""'),
    pv2: fc.constantFrom(undefined, { 9: '20261105' }, { 9: '20261106' }, { 9: '""' }),
    zu1: fc.constantFrom(
      undefined,
      { 22: 'Y' },
      { 22: 'N' },
      { 22: 'Y', 24: '20261101' },
      { 24: '20261102' },
      { 22: '""' },
      { 24: '""' },
    ),
    pv1: fc.constantFrom(
      undefined,
      { 36: '1', 37: '19' },
      { 36: '55' },
      { 36: '""' },
      { 44: t('0845') },
      { 45: t('1445') },
      { 44: '""', 45: '""' },
    ),
    pid30: fc.constantFrom(undefined, 'Y', 'N', '""'),
    pid29: fc.constantFrom(undefined, undefined, t('1455'), '""'),
    status: fc.constantFrom('NSTS01', 'NSTS03', ''),
    birthDate: fc.constantFrom('19400215', '19401120', '""', ''),
  })
  .map((message) => (message.event === 'A16' ? { ...message, pv2: { 9: '20261107' } } : message))
  .map(({ occurred, place, pv2, zu1, pv1, pid29, pid30, ...rest }) => ({
    ...rest,
    ...(occurred === undefined ? {} : { occurred }),
    ...(place === undefined ? {} : { place }),
    ...(pv2 === undefined ? {} : { pv2 }),
    ...(zu1 === undefined ? {} : { zu1 }),
    ...(pv1 === undefined ? {} : { pv1 }),
    ...(pid29 === undefined ? {} : { pid29 }),
    ...(pid30 === undefined ? {} : { pid30 }),
  }));

/** The event id is a function of the message, as the append path makes it. */
const factsOf = (messages: readonly Adt[]) =>
  messages.map((message) => ({ ...factOf(message), eventId: `event-${adt(message)}` }));

describe('Random histories', () => {
  test('of up to 12 messages make the same stay in any order and with any of them repeated', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { minLength: 1, maxLength: 12 }).chain((messages) => {
          const facts = factsOf(messages);
          return fc.tuple(
            fc.constant(facts),
            fc.shuffledSubarray(facts, { minLength: facts.length }),
            fc.subarray(facts),
          );
        }),
        ([facts, shuffled, repeated]) => {
          expect(evaluate('stay', [...repeated, ...shuffled])).toEqual(evaluate('stay', facts));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('with the same content sent again under other control ids show the same stay', () => {
    const shown = (facts: ReturnType<typeof factsOf>) => {
      const { criteria, ...block } = evaluate('stay', facts);
      return { ...block, criteria: criteria.map(({ meets, at, readyDate }) => ({ meets, at, readyDate })) };
    };
    fc.assert(
      fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 8 }), (messages) => {
        const again = messages.map((message, n) => ({
          ...message,
          controlId: `Z${message.controlId ?? ''}${String(n)}`,
        }));
        expect(shown(factsOf([...messages, ...again]))).toEqual(shown(factsOf(messages)));
      }),
      { numRuns: 300 },
    );
  });

  test('hold what every reader relies on: places in time order, none twice in a row, none before the admission', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 10 }), (messages) => {
        const block = evaluate('stay', factsOf(messages));
        block.locations.reduce(
          (before, place) => {
            expect(place.from > before.from).toBe(true);
            expect(`${place.ward ?? ''}/${place.bed ?? ''}`).not.toBe(`${before.ward ?? ''}/${before.bed ?? ''}`);
            return place;
          },
          { ward: 'nowhere', room: null, bed: null, from: '' },
        );
        const [first] = block.locations;
        if (first && block.admittedAt !== null) expect(first.from >= block.admittedAt).toBe(true);
        if (block.status === 'open')
          expect([block.dischargedAt, block.destinationCode, block.dischargeMethodCode]).toEqual([null, null, null]);
      }),
      { numRuns: 300 },
    );
  });
});
