import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { evaluate } from './evaluate.js';
import { factOf, permutations, understood, type Adt } from '../testing/adt.js';

const at = (event: string, hhmm: string, more: Partial<Adt> = {}): Adt => ({
  event,
  controlId: `${event}-${hhmm}`,
  recorded: `20261103${hhmm}00`,
  occurred: `20261103${hhmm}00`,
  ...more,
});
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
const admitted = at('A01', '0900', { place: 'LARCH^1^A^RAL' });
const outpatient = { patientClass: 'O', place: 'CLINIC^^^RAL' };

const inEveryOrder = (...messages: readonly Adt[]): StayBlock => {
  const facts = messages.map((message) => factOf(message));
  const expected = evaluate('stay', facts);
  for (const order of permutations(facts)) expect(evaluate('stay', order)).toEqual(expected);
  expect(evaluate('stay', [...facts, ...facts])).toEqual(expected);
  return expected;
};

describe('An inpatient who becomes an outpatient (A07)', () => {
  test('has left the bed: the stay ends then, with no destination, and the clinic is none of its places', () => {
    expect(inEveryOrder(admitted, at('A07', '1200', outpatient))).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('1200'),
      destinationCode: null,
      dischargeMethodCode: null,
      diedAt: null,
      locations: [{ ward: 'LARCH' }],
    });
  });

  test('and an inpatient again (A06) is in the same stay again', () => {
    const again = at('A06', '1400', { place: 'OAK^2^B^RAL', pv1: { 44: '20261103090000' } });
    expect(inEveryOrder(admitted, at('A07', '1200', outpatient), again)).toMatchObject({
      status: 'open',
      admittedAt: iso('0900'),
      dischargedAt: null,
      locations: [{ ward: 'LARCH' }, { ward: 'OAK' }],
      dischargeCancelledAt: iso('1400'),
    });
  });

  test('and out once more has left when that was', () => {
    const again = at('A06', '1400', { place: 'OAK^2^B^RAL' });
    const out = [at('A07', '1200', outpatient), at('A07', '1600', outpatient)];
    expect(inEveryOrder(admitted, again, ...out)).toMatchObject({ status: 'discharged', dischargedAt: iso('1600') });
  });

  test('is in again when the discharge is cancelled (A13)', () => {
    expect(inEveryOrder(admitted, at('A07', '1200', outpatient), at('A13', '1300')).status).toBe('open');
  });

  test('and a discharge (A03) are one end, that recorded last', () => {
    const left = at('A03', '1500', { pv1: { 36: '19' } });
    expect(inEveryOrder(admitted, at('A07', '1200', outpatient), left)).toMatchObject({
      status: 'discharged',
      dischargedAt: iso('1500'),
      destinationCode: '19',
    });
  });

  test('what is said of the outpatient later is not for us', () => {
    expect(understood(at('A08', '1300', outpatient))).toMatchObject({ kind: 'ignored' });
  });
});

describe('An outpatient who becomes an inpatient (A06)', () => {
  test('is admitted then', () => {
    expect(inEveryOrder(at('A06', '1000', { place: 'LARCH^1^A^RAL' }))).toMatchObject({
      status: 'open',
      admittedAt: iso('1000'),
      locations: [{ ward: 'LARCH', from: iso('1000') }],
    });
  });

  test('of another class than inpatient is not for us', () => {
    expect(understood(at('A06', '1000', { patientClass: 'B' }))).toMatchObject({ kind: 'ignored' });
  });
});

describe('A planned stay (A05)', () => {
  const planned = at('A05', '0800', { place: 'LARCH^1^A^RAL', pv1: { 44: '20261110090000' } });

  test('is known, and nobody is in a bed yet', () => {
    expect(inEveryOrder(planned)).toMatchObject({ status: 'known', admittedAt: null, locations: [], hospital: 'RAL' });
  });

  test('that is called off (A38) is cancelled, whichever came first', () => {
    expect(inEveryOrder(planned, at('A38', '0830')).status).toBe('cancelled');
    expect(inEveryOrder(planned, at('A38', '0830'), at('A05', '0845')).status).toBe('known');
  });

  test('that began is not undone by calling off the plan', () => {
    expect(inEveryOrder(planned, at('A38', '0930'), admitted)).toMatchObject({
      status: 'open',
      admittedAt: iso('0900'),
    });
  });

  test('that an update gave an admission is taken back with its plan, and stands when the update came after', () => {
    const update = at('A08', '0815', { pv1: { 44: '20261110090000' } });
    expect(inEveryOrder(planned, update, at('A38', '0830'))).toMatchObject({ status: 'cancelled', admittedAt: null });
    expect(inEveryOrder(planned, at('A38', '0810'), update).status).toBe('open');
  });

  test('of a day case or outpatient is not for us', () => {
    expect(understood(at('A05', '0800', { patientClass: 'P' }))).toMatchObject({
      kind: 'ignored',
      reason: 'Patient class P: not an inpatient.',
    });
  });
});

describe('Somebody the hospital does not know (PID-31)', () => {
  const unknown = at('A01', '0900', {
    pid3: '9990000018^^^NHS^NH~B1^^^RAL^MR',
    name: 'UNKNOWN MALE^X',
    pid31: 'Y',
  });

  test('goes by the first identifier alone, which joins no other, and by nothing else', () => {
    const read = understood(unknown);
    expect(read).toMatchObject({ kind: 'stay', details: {} });
    expect(read.kind === 'stay' && read.identity.identifiers).toEqual([
      { kind: 'nhs-number', value: '9990000018', verified: true },
    ]);
  });

  test('is to be confirmed until the hospital does', () => {
    expect(inEveryOrder(unknown).identityToConfirm).toBe(true);
    expect(inEveryOrder(unknown, at('A08', '1000')).identityToConfirm).toBe(true);
    expect(inEveryOrder(unknown, at('A08', '1000', { pid31: 'N' })).identityToConfirm).toBe(false);
  });
});
