import fc from 'fast-check';
import { adt, developmentContext, factOf, understood, type Adt } from '../../testing/adt.js';
import { understandHl7 } from './understand.js';

const reasonOf = (message: Adt | string, context = developmentContext): string => {
  const read = understood(message, context);
  return read.kind === 'refused'
    ? `${read.kind}: ${read.fault.reason}`
    : 'reason' in read
      ? `${read.kind}: ${read.reason}`
      : read.kind;
};
const production = { ...developmentContext, production: true };

describe('What a message means here', () => {
  test('is nothing of its order: reading depends on the message alone', () => {
    const message = adt({ event: 'A01', controlId: 'same' });
    expect(understood(message)).toEqual(understood(message));
  });

  test.each([
    [{ event: 'A01', processingId: 'D' }, 'rejected: The processing id (MSH-11) is not one that is taken here (P, T).'],
    [{ event: 'A04', patientClass: 'E' }, 'ignored: Patient class E: not an inpatient.'],
    [{ event: 'A14' }, 'ignored: An admission that is only pending: nobody is in a bed yet.'],
    [{ event: 'A04', patientClass: 'O' }, 'ignored: Patient class O: not an inpatient.'],
    [{ event: 'A99' }, 'refused: This kind of message is not one that is taken here.'],
    [
      { event: 'A01', patientClass: '' },
      'refused: PV1-2 is empty: the message does not say whether this is an inpatient.',
    ],
    [{ event: 'A01', visit: '' }, 'refused: PV1-19 is empty: the message does not name the visit.'],
    [{ event: 'A01', recorded: '20260230' }, 'refused: EVN-2 is a day that does not exist.'],
    [{ event: 'A01', occurred: '202611032561' }, 'refused: EVN-6 is a time of day that does not exist.'],
    [{ event: 'A01', birthDate: '19401345' }, 'refused: PID-7 is a day that does not exist.'],
    [{ event: 'A01', birthDate: '20300101' }, 'refused: PID-7 is later than the event.'],
    [
      { event: 'A03', pv1: { 36: '20' } },
      'refused: PV1-36 is not a code of the national list of discharge destinations.',
    ],
    [{ event: 'A03', pv1: { 36: '2' } }, 'refused: PV1-36 is not a code of the national list of discharge methods.'],
    [{ event: 'A08', zu1: { 22: 'X' } }, 'refused: ZU1-22 is neither Y nor N.'],
    [{ event: 'A16' }, 'refused: PV2-9 is empty, but a pending discharge (A16) must give the expected date.'],
    [{ event: 'A41' }, 'refused: Merges of accounts (A41) are not taken. Send A42 for visits.'],
    [{ event: 'A40' }, 'refused: MRG-1 holds no identifier that can be used.'],
    [
      { event: 'A01', pid3: '9990000018^^^NHS^NH~9990000026^^^NHS^NH' },
      'refused: PID-3 holds two NHS numbers. A person must settle whose record this is.',
    ],
    [
      { event: 'A01', controlId: '' },
      'rejected: The message has no control id (MSH-10), so it could not be recognised when it comes again.',
    ],
  ] satisfies [Adt, string][])('%j is %s', (message, reason) => {
    expect(reasonOf(message)).toBe(reason);
  });

  test('production takes processing id P and no test number', () => {
    expect(reasonOf({ event: 'A01', processingId: 'T' }, production)).toMatch(/^rejected/);
    expect(reasonOf({ event: 'A01' }, production)).toMatch(/test NHS number/);
    expect(reasonOf({ event: 'A01', pid3: '6541003238^^^NHS^NH' }, production)).toBe('stay');
  });

  test('no reason repeats what was sent', () => {
    const secret = 'ZEBRA99';
    const messages: Adt[] = [
      { event: 'A01', recorded: secret },
      { event: 'A01', birthDate: secret },
      { event: 'A03', pv1: { 36: secret } },
      { event: 'A08', zu1: { 22: secret } },
    ];
    for (const message of messages) expect(reasonOf(message)).not.toContain(secret);
  });
});

describe('Who a message is about', () => {
  const identity = (message: Partial<Adt>, context = developmentContext) => {
    const read = understood({ event: 'A01', ...message }, context);
    return read.kind === 'stay' ? read.identity : read.kind;
  };
  const number = { kind: 'nhs-number', value: '9990000018', verified: true };

  test.each(['9990000018^^^NHS^NH', '9990000018^^^X^NHS', '9990000018^^^NHS', '999 000 0018^^^NHS^NH'])(
    '%s is an NHS number',
    (pid3) => {
      expect(identity({ pid3 })).toEqual({ identifiers: [number], number: 'verified' });
    },
  );

  test('a number with a wrong check digit, or not verified, joins nobody', () => {
    expect(identity({ pid3: '9990000019^^^NHS^NH' })).toEqual({ identifiers: [], number: 'unverified' });
    expect(identity({ pid3: '9990000018^^^NHS^NH', status: 'NSTS02' })).toEqual({
      identifiers: [],
      number: 'unverified',
    });
    expect(identity({ pid3: '9990000018^^^NHS^NH', status: 'UD~NSTS01' })).toEqual({
      identifiers: [number],
      number: 'verified',
    });
    expect(identity({ pid3: '9990000018^^^NHS^NH', status: '' })).toEqual({
      identifiers: [number],
      number: 'verified',
    });
  });

  test('a feed that sends no status may be held to that', () => {
    const mappings = new Map([['PAS/RAL', { withoutStatusIsVerified: false }]]);
    expect(identity({ pid3: '9990000018^^^NHS^NH', status: '' }, { ...developmentContext, mappings })).toEqual({
      identifiers: [],
      number: 'unverified',
    });
  });

  test('every other id is known by authority, type and value; the sender is the authority where none is named', () => {
    expect(identity({ pid3: 'B1^^^RAL^MR~C2' })).toEqual({
      identifiers: [
        { kind: 'local', authority: 'RAL', type: 'MR', value: 'B1' },
        { kind: 'local', authority: 'RAL', type: '', value: 'C2' },
      ],
      number: 'none',
    });
  });

  test('the public simulator puts the number elsewhere, and its mapping is shipped', () => {
    const message = adt({ event: 'A01', pid3: '9990000018^^^NHSNBR^NHSNMBR' }).replace('|PAS|RAL|', '|SIMHOSP|SFAC|');
    const read = understood(message);
    expect(read.kind === 'stay' && read.identity).toEqual({ identifiers: [number], number: 'verified' });
  });
});

describe('When something happened', () => {
  test('event time is EVN-6, else what the type says, else EVN-2', () => {
    const pv1 = { 44: '202611030800', 45: '202611031400' };
    const time = (message: Adt): string => factOf({ recorded: '20261103101500', ...message }).eventTime;
    expect(time({ event: 'A01', occurred: '20261103090000', pv1 })).toBe('2026-11-03T09:00:00.000Z');
    expect(time({ event: 'A01', pv1 })).toBe('2026-11-03T08:00:00.000Z');
    expect(time({ event: 'A03', pv1 })).toBe('2026-11-03T14:00:00.000Z');
    expect(time({ event: 'A02', pv1 })).toBe('2026-11-03T10:15:00.000Z');
    expect(time({ event: 'A13', occurred: '20261103090000', pv1 })).toBe('2026-11-03T10:15:00.000Z');
  });

  test('times without offset are London; the hour that comes twice is summer time unless MSH-7 shows otherwise', () => {
    const occurred = (text: string, sent = '20261103101500'): string =>
      factOf({ event: 'A02', occurred: text, sent }).eventTime;
    expect(occurred('20260701120000')).toBe('2026-07-01T11:00:00.000Z');
    expect(occurred('20260701120000+0000')).toBe('2026-07-01T12:00:00.000Z');
    expect(occurred('20261025013000')).toBe('2026-10-25T00:30:00.000Z');
    expect(occurred('20261025013000', '20261025013500+0000')).toBe('2026-10-25T01:30:00.000Z');
    expect(occurred('20261025013000', '20261025004000+0000')).toBe('2026-10-25T00:30:00.000Z');
    const gone = factOf({ event: 'A02', occurred: '20260329013000' });
    expect([gone.eventTime, gone.flags]).toEqual(['2026-03-29T01:30:00.000Z', ['time-in-missing-hour']]);
  });
});

describe('Discharge codes', () => {
  const codes = (in36: string, in37 = '', mapping = {}) => {
    const read = understood(
      { event: 'A03', pv1: { 36: in36, 37: in37 } },
      { ...developmentContext, mappings: new Map([['PAS/RAL', mapping]]) },
    );
    return read.kind === 'stay' ? [read.news.destinationCode, read.news.dischargeMethodCode] : read.kind;
  };
  test('one digit in PV1-36 is the method, two are the destination, unless the mapping says otherwise', () => {
    expect(codes('1', '19')).toEqual(['19', '1']);
    expect(codes('19')).toEqual(['19', undefined]);
    expect(codes('19', '1')).toEqual(['19', undefined]);
    expect(codes('', '19')).toEqual(['19', undefined]);
    expect(codes('', 'HOME')).toEqual([undefined, undefined]);
    expect(codes('""')).toEqual([null, null]);
    expect(codes('19', '', { dischargeCodes: 'method-in-36' })).toBe('refused');
  });
});

test('no bytes whatever make the reader throw', () => {
  const valid = Buffer.from(adt({ event: 'A01', controlId: 'fuzz', zu1: { 22: 'Y' } }));
  const mutated = fc
    .array(fc.record({ at: fc.nat(valid.length - 1), byte: fc.nat(255), insert: fc.boolean() }), { maxLength: 12 })
    .map((changes) =>
      changes.reduce(
        (bytes, { at, byte, insert }) =>
          Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(insert ? at : at + 1)]),
        valid,
      ),
    );
  const bytes = fc.oneof(
    mutated,
    fc.uint8Array({ maxLength: 300 }).map((any) => Buffer.concat([Buffer.from('MSH'), any])),
  );
  fc.assert(
    fc.property(bytes, (message) => {
      expect(['rejected', 'refused', 'ignored', 'stay', 'person', 'visits']).toContain(
        understandHl7(message, developmentContext).kind,
      );
    }),
    { numRuns: 1500 },
  );
});
