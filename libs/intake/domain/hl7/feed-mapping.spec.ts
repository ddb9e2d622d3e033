import { readFileSync } from 'node:fs';
import { adt, developmentContext, type Adt } from '../../testing/adt.js';
import type { PartialFeedMapping } from '../feed-mapping.js';
import { readMapping } from '../mapping-faults.js';
import type { Understood } from '../understood.js';
import { understandHl7 } from './understand.js';

const read = (message: string | Buffer, mapping: PartialFeedMapping = {}, feed = 'PAS/RAL'): Understood =>
  understandHl7(Buffer.isBuffer(message) ? message : Buffer.from(message), {
    ...developmentContext,
    mappings: new Map([[feed, mapping]]),
  });

/** What was made of a message, as the page shows it: never a number or a name. */
const shown = (made: Understood): Readonly<Record<string, unknown>> => {
  if (made.kind === 'refused') return { kind: made.kind, ...made.fault };
  if (made.kind !== 'stay') return { kind: made.kind, ...('reason' in made ? { reason: made.reason } : {}) };
  const identifiers = made.identity.identifiers.map((one) =>
    one.kind === 'local' ? { type: one.type, authority: one.authority } : { type: 'NHS number' },
  );
  return {
    ...made.news,
    kind: made.kind,
    hospital: made.envelope.hospital,
    visitAuthority: made.visit.authority,
    number: made.identity.number,
    identifiers,
  };
};

const parsed = (message: Adt | string, mapping: unknown) => {
  const usable = readMapping(mapping);
  if (!usable.ok) throw new Error(JSON.stringify(usable.faults));
  return shown(read(typeof message === 'string' ? message : adt(message), usable.mapping));
};

const faultsOf = (mapping: unknown): readonly string[] => {
  const usable = readMapping(mapping);
  return usable.ok ? [] : usable.faults.map(({ field, message }) => `${field} ${message}`);
};

describe('docs/feed-mapping.md', () => {
  const page = readFileSync(new URL('../../../../docs/feed-mapping.md', import.meta.url), 'utf8');
  const examples = [
    ...page.matchAll(
      /### (.+)\n[^#]*?```hl7( latin1)?\n([^`]+)```\n```json mapping\n([^`]+)```\n```json comes of it\n([^`]+)```/g,
    ),
  ].map(([, name = '', encoding, excerpt = '', mapping = '', result = '']) => ({
    name,
    encoding,
    excerpt,
    mapping,
    result,
  }));

  /** The excerpt, with the segments around it that it leaves out. */
  const whole = (excerpt: string): string => {
    const lines = excerpt.trim().split('\n');
    const around = [
      'MSH|^~\\&|PAS|RAL|HOMEWARD|BARNET|20261103101500||ADT^A08|MSG000001|P|2.4',
      'EVN||20261103101500',
      'PID|1||9990000018^^^NHS^NH~B123456^^^RAL^MR||TESTPATIENT^ADA',
    ].filter((one) => !lines.some((line) => line.startsWith(one.slice(0, 3))));
    const msh = lines.filter((line) => line.startsWith('MSH'));
    return [...msh, ...around, ...lines.filter((line) => !line.startsWith('MSH'))].join('\r');
  };

  test.each(examples)('$name', ({ encoding, excerpt, mapping, result }) => {
    const usable = readMapping(JSON.parse(mapping));
    if (!usable.ok) throw new Error(JSON.stringify(usable.faults));
    const bytes = Buffer.from(whole(excerpt), encoding ? 'latin1' : 'utf8');
    const comes = JSON.parse(result) as object;
    expect(shown(read(bytes, usable.mapping))).toMatchObject(comes);
  });

  test('has an example of every option, each with what comes of it', () => {
    expect(examples).toHaveLength([...page.matchAll(/^### /gm)].length);
    const options = [
      'readyDate', 'criteriaToReside', 'dischargeCodes', 'destination', 'method', 'location', 'location.packed', 'codes.ward',
      'codes.hospital', 'codes.destination', 'codes.method', 'codes.admissionMethod', 'codes.source', 'codes.specialty',
      'characterSet', 'timeZone', 'nhsNumber', 'verifiedStatuses', 'withoutStatusIsVerified', 'identifiers.localAuthority',
      'identifiers.visitAuthority', 'identifiers.leaveOut', 'processingIds',
    ]; // prettier-ignore
    for (const option of options) expect(examples.map(({ name }) => name).join(' ')).toContain(`\`${option}\``);
  });

  test('shows what the mapping does: without it, something else would come of all but the standard', () => {
    const same = examples.filter(({ encoding, excerpt, result }) => {
      const bytes = Buffer.from(whole(excerpt), encoding ? 'latin1' : 'utf8');
      const comes = JSON.parse(result) as Record<string, unknown>;
      const without = shown(read(bytes));
      return Object.keys(comes).every((key) => JSON.stringify(without[key]) === JSON.stringify(comes[key]));
    });
    // One digit in PV1-36 is the method by the standard too.
    expect(same.map(({ name }) => name)).toEqual(['`dischargeCodes`']);
  });
});

describe('A mapping from outside', () => {
  test.each([
    [null, 'mapping must be an object'],
    [{ surprise: 1 }, 'mapping.surprise is not something that a mapping may hold'],
    [{ location: { wrad: 1 } }, 'mapping.location.wrad is not something that a mapping may hold'],
    [{ location: { ward: 0 } }, 'mapping.location.ward must be a component from 1 to 20'],
    [{ location: { bed: 'x' } }, 'mapping.location.bed must be a whole number'],
    [{ location: { packed: '{bed}-{room}' } }, 'mapping.location.packed must name {ward}'],
    [{ location: { packed: '{ward}{room}' } }, 'mapping.location.packed must have something between {ward} and {room}'],
    [{ location: { packed: '{ward}-{ward}' } }, 'mapping.location.packed names {ward} twice'],
    [
      { location: { packed: '{ward}-{floor}' } },
      'mapping.location.packed may name {ward}, {room}, {bed}, {hospital} and nothing else',
    ],
    [{ location: { packed: '{ward}-{bed' } }, 'mapping.location.packed has a bracket without its other half'],
    [{ dischargeCodes: 'perhaps' }, 'mapping.dischargeCodes must be one of: auto, destination-in-36, method-in-36'],
    [{ characterSet: 'EBCDIC' }, 'mapping.characterSet must be one of: UTF-8, ISO 8859-1, ASCII'],
    [{ timeZone: 'Europe/Barnet' }, 'mapping.timeZone must be the name of a time zone such as Europe/London or UTC'],
    [{ timeZone: '+01:00' }, 'mapping.timeZone must be the name of a time zone such as Europe/London or UTC'],
    ...['PID-5', 'PV1', 'PV1-0', 'ZU1-24.0', 'OBX-5', 'OBX[]', 'OBX[A|B]', 'NK1-2', 'DRD'].map(
      (readyDate) =>
        [
          { readyDate },
          'mapping.readyDate must be a place in the message such as PV1-37, ZU1-24, ZDS-3.2 or OBX[DRD]',
        ] satisfies [unknown, string],
    ),
    [
      { destination: 'PID-3' },
      'mapping.destination must be a place in the message such as PV1-37, ZU1-24, ZDS-3.2 or OBX[DRD]',
    ],
    [
      { codes: { destination: { HOME: 'home' } } },
      'mapping.codes.destination.HOME must be a code of the national list of discharge destinations',
    ],
    [
      { codes: { method: { NORM: '2' } } },
      'mapping.codes.method.NORM must be a code of the national list of discharge methods',
    ],
    [{ codes: { ward: { A: 1 } } }, 'mapping.codes.ward.A must be text'],
    [{ codes: { ward: { A: '' } } }, 'mapping.codes.ward.A must not be empty'],
    [{ criteriaToReside: { met: ['Y'] } }, 'mapping.criteriaToReside.notMet must be given where the other is'],
    [
      { criteriaToReside: { met: ['Y'], notMet: ['y'] } },
      'mapping.criteriaToReside.notMet must hold no value that stands in met too',
    ],
    [{ nhsNumber: [{}] }, 'mapping.nhsNumber.0 must name a type, an authority, or both'],
    [{ nhsNumber: [] }, 'mapping.nhsNumber must have at least 1 entry'],
    [
      { identifiers: { leaveOut: [{ value: '1' }] } },
      'mapping.identifiers.leaveOut.0.value is not something that a mapping may hold',
    ],
    [{ processingIds: ['PT'] }, 'mapping.processingIds.0 must be one capital letter'],
    [{ verifiedStatuses: ['09'] }, 'mapping.verifiedStatuses.0 must be a status from 01 to 08'],
    [{ withoutStatusIsVerified: 'yes' }, 'mapping.withoutStatusIsVerified must be true or false'],
  ] satisfies (readonly [unknown, string])[])('%j is refused, and why', (mapping, fault) => {
    expect(faultsOf(mapping)).toContain(fault);
  });

  test('every part may be left out, and what may be nothing may be null', () => {
    for (const mapping of [{}, { location: {} }, { codes: {} }, { destination: null, processingIds: null }])
      expect(faultsOf(mapping)).toEqual([]);
    expect(faultsOf({ location: { room: null, packed: null }, identifiers: { localAuthority: null } })).toEqual([]);
  });
});

describe('A mapping', () => {
  test('leaves a feed with none, and every other feed, to the standard', () => {
    const message = adt({
      event: 'A03',
      controlId: 'same',
      pv1: { 36: '1', 37: '19' },
      zu1: { 22: 'Y', 24: '20261102' },
    });
    expect(read(message, { readyDate: 'ZZZ-1', destination: 'ZZZ-2' }, 'PAS/OTHER')).toEqual(read(message));
  });

  test('of several observations of a code takes the last, of however many, and one taken back clears', () => {
    const many = Array.from({ length: 300 }, (_, n) => `OBX|${String(n)}|DT|BP||x||||||F`);
    const extra = (...last: string[]) => ({
      event: 'A08',
      extra: [...many, 'OBX|1|DT|DRD^x||20261101||||||F', ...last],
    });
    const date = (message: Adt) => parsed(message, { readyDate: 'OBX[DRD]' })['readyDate'];
    expect(date(extra())).toBe('2026-11-01');
    expect(date(extra('OBX|2|DT|DRD^x||20261102||||||C'))).toBe('2026-11-02');
    expect(date(extra('OBX|2|DT|DRD^x||20261101||||||W'))).toBeNull();
    expect(date(extra('OBX|2|DT|DRD^x||""||||||F'))).toBeNull();
    expect(date(extra('OBX|2|DT|DRD^x||||||||X'))).toBeUndefined();
    expect(date(extra('OBX|2|DT|drd^x||20261105||||||F'))).toBe('2026-11-01');
  });

  test('names the place it was told in what it refuses, and never the value', () => {
    const extra = ['OBX|1|ST|DRD||ZEBRA99||||||F'];
    expect(parsed({ event: 'A08', extra }, { readyDate: 'OBX[DRD]' })).toMatchObject({
      kind: 'refused',
      field: 'OBX-5',
      reason: 'OBX[DRD] is not a date or time.',
    });
    expect(parsed({ event: 'A03', pv1: { 37: 'ZEBRA99' } }, { destination: 'PV1-37' })).toMatchObject({
      kind: 'refused',
      reason: 'PV1-37 is not a code of the national list of discharge destinations.',
    });
  });

  test('with one place for the discharge leaves PV1-36 and PV1-37 alone', () => {
    const made = parsed({ event: 'A03', pv1: { 36: 'HOME', 37: 'X' } }, { method: 'ZDS-1' });
    expect(made).not.toHaveProperty('destinationCode');
    expect(made).not.toHaveProperty('dischargeMethodCode');
  });

  test('clears by "" wherever a thing stands', () => {
    const extra = ['ZDS|""|""'];
    const mapping = {
      destination: 'ZDS-1',
      readyDate: 'ZDS-2',
      criteriaToReside: { at: 'ZDS-2', met: ['Y'], notMet: ['N'] },
    };
    expect(parsed({ event: 'A08', extra }, mapping)).toMatchObject({
      destinationCode: null,
      readyDate: null,
      meets: null,
    });
  });

  test('is not asked for what every object has', () => {
    const place = 'constructor^1^A^toString';
    expect(parsed({ event: 'A01', place }, { codes: { ward: { A: 'B' } } })).toMatchObject({
      hospital: 'toString',
      place: { ward: 'constructor' },
    });
  });

  test('translates the hospital that only MSH-4 names, for the stay and for who may see it', () => {
    const made = parsed({ event: 'A01', place: 'LARCH' }, { codes: { hospital: { RAL: 'RAL01' } } });
    expect(made).toMatchObject({ hospital: 'RAL01', sender: 'RAL01' });
  });

  test.each([
    ['UTF-8', 'utf8', 'stay'],
    ['UTF-8', 'latin1', 'refused'],
    ['ISO 8859-1', 'latin1', 'stay'],
    ['ASCII', 'utf8', 'refused'],
  ] as const)('of %s reads bytes in %s: %s', (characterSet, encoding, kind) => {
    const bytes = Buffer.from(adt({ event: 'A01', place: 'CAFÉ^1^A^RAL' }), encoding);
    expect(read(bytes, { characterSet }).kind).toBe(kind);
  });

  test('does not make another message of the same bytes, and MSH-18 comes first', () => {
    const contentOf = (made: Understood) => ('envelope' in made ? made.envelope.content : made.kind);
    for (const encoding of ['utf8', 'latin1'] as const) {
      const bytes = Buffer.from(adt({ event: 'A01', controlId: 'same', place: 'CAFÉ^1^A^RAL' }), encoding);
      const all = (['UTF-8', 'ISO 8859-1', 'ASCII'] as const).map((characterSet) =>
        contentOf(read(bytes, { characterSet })),
      );
      expect(new Set(all).size).toBe(1);
    }
    const named = adt({ event: 'A01', place: 'CAFÉ^1^A^RAL', characterSet: 'UNICODE UTF-8' });
    expect(shown(read(named, { characterSet: 'ISO 8859-1' }))).toMatchObject({ place: { ward: 'CAFÉ' } });
  });

  const admitted = (timeZone: string, time: string, sent = '20261103101500') =>
    parsed({ event: 'A08', pv1: { 44: time }, sent }, { timeZone })['admittedAt'];
  test.each([
    ['Europe/London', '20260701120000', '2026-07-01T11:00:00.000Z'],
    ['UTC', '20260701120000', '2026-07-01T12:00:00.000Z'],
    ['Europe/Paris', '20260701120000', '2026-07-01T10:00:00.000Z'],
    ['UTC', '20260701120000+0200', '2026-07-01T10:00:00.000Z'],
    // A day without a time is a civil day here, whoever wrote it.
    ['UTC', '20260701', '2026-06-30T23:00:00.000Z'],
    // Twice: the first, unless MSH-7 of that day shows the other.
    ['Europe/Paris', '20261025023000', '2026-10-25T00:30:00.000Z'],
    ['UTC', '20261025013000', '2026-10-25T01:30:00.000Z'],
  ])('by the clock of %s reads %s as %s', (timeZone, time, instant) => {
    expect(admitted(timeZone, time)).toBe(instant);
  });

  test('by another clock reads the hour that comes twice as MSH-7 shows, and flags the one that is left out', () => {
    const at = (sent: string) => admitted('Europe/Paris', '20261025023000', sent);
    expect(at('20261025040000+0100')).toBe('2026-10-25T01:30:00.000Z');
    expect(at('20261025030000+0200')).toBe('2026-10-25T00:30:00.000Z');
    const left = parsed({ event: 'A08', pv1: { 44: '20260329023000' } }, { timeZone: 'Europe/Paris' });
    expect(left).toMatchObject({ admittedAt: '2026-03-29T01:30:00.000Z', flags: ['time-in-missing-hour'] });
  });

  test('names both visits of a merge by the same authority', () => {
    const message = adt({ event: 'A42', visit: 'S2', extra: ['MRG||||||S1'.replace('||||||', '|||||')] });
    const made = read(message, { identifiers: { visitAuthority: 'BARNET' } });
    expect(made).toMatchObject({
      kind: 'visits',
      merges: [{ survivor: { authority: 'BARNET', number: 'S2' }, loser: { authority: 'BARNET', number: 'S1' } }],
    });
  });
});
