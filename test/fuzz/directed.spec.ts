import { csvOf } from '#libs/insights/exports/exports.js';
import { splitMessages } from '#libs/intake/domain/hl7/split.js';
import { understandHl7 } from '#libs/intake/domain/hl7/understand.js';
import { adt, developmentContext } from '#libs/intake/testing/adt.js';
import { encounter } from '#libs/intake/testing/fhir.js';
import { Judge } from './judge.js';
import { faultIn, type Tried } from './one-input.js';
import { parsers, type ParserName } from './parsers/parsers.js';

const judge = new Judge();
const tried = (name: ParserName, bytes: Buffer): Tried => faultIn(parsers[name], judge, bytes);

const admission = (more: object = {}): string => adt({ event: 'A01', place: 'LARCH^1^A^RAL', ...more });
const moved = (data: string): string =>
  `{"specversion":"1.0","id":"1","source":"RAL","type":"homeward.ward.moved.v1","subject":"V1","data":${data}}`;
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + '1' + close.repeat(depth);

describe('A message without end', () => {
  test('of a million segments is read by its header and the few that count', () => {
    const bytes = Buffer.from(`${admission()}\r${'ZZZ|1\r'.repeat(1_000_000)}`, 'latin1');
    expect(splitMessages(bytes).messages).toHaveLength(1);
    expect(understandHl7(bytes, developmentContext).kind).toBe('stay');
    const same = Buffer.from(`${admission()}\r${'PV1|1\r'.repeat(1_000_000)}`, 'latin1');
    expect(understandHl7(same, developmentContext).kind).toBe('stay');
  });

  test('of a million fields, components or repetitions is read as well', () => {
    for (const mark of ['|', '^', '~', '&', '\\']) {
      const bytes = Buffer.from(admission({ name: mark.repeat(1_000_000) }), 'latin1');
      expect(['stay', 'refused']).toContain(understandHl7(bytes, developmentContext).kind);
    }
  });
});

describe('JSON nested without end', () => {
  const depth = 200_000;
  test.each<readonly [string, ParserName, string]>([
    ['as data', 'cloudevents', moved(nested(depth, '[', ']'))],
    ['as an event', 'cloudevents', nested(depth, '{"data":', '}')],
    [
      'as headers and a body',
      'cloudevents',
      `content-type: application/json\nce-specversion: 1.0\nce-id: 1\nce-source: x\nce-type: y\n\n${nested(depth, '[', ']')}`,
    ],
    ['as resources contained in resources', 'fhir', nested(depth, '{"resourceType":"Encounter","contained":[', ']}')],
    [
      'as bundles in bundles',
      'fhir',
      nested(depth, '{"resourceType":"Bundle","type":"batch","entry":[{"resource":', '}]}'),
    ],
    ['as extensions of extensions', 'fhir', nested(depth, '{"resourceType":"Encounter","extension":[', ']}')],
  ])('%s (%s) is refused, and takes no stack with it', (_, name, text) => {
    const { fault, kind } = tried(name, Buffer.from(text));
    expect([fault, kind]).toEqual([undefined, expect.stringMatching(/^(rejected|no text)$/)]);
  });
});

describe('Bytes that are no text', () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  test.each<readonly [string, ParserName, Buffer, string]>([
    ['UTF-16', 'hl7', utf16(admission()), 'rejected'],
    ['Latin 1 that says nothing of it', 'hl7', latin1(admission({ name: 'TEST^ÉVA' })), 'refused'],
    ['a set nobody knows', 'hl7', latin1(admission({ characterSet: 'KLINGON' })), 'refused'],
    [
      'half a character of UTF-8',
      'hl7',
      Buffer.concat([Buffer.from(admission()), Buffer.from([0xe2, 0x82])]),
      'refused',
    ],
    ['UTF-16', 'cloudevents', utf16(moved('{}')), 'no event'],
    ['Latin 1', 'cloudevents', latin1(moved('{"ward":"É"}')), 'no event'],
    [
      'half a surrogate pair',
      'cloudevents',
      Buffer.from(moved('{"ward":"\\ud800","at":"2026-11-03T09:00:00Z"}')),
      'rejected',
    ],
    ['NUL', 'cloudevents', Buffer.from(moved('{"ward":"\\u0000","at":"2026-11-03T09:00:00Z"}')), 'rejected'],
    ['UTF-16', 'fhir', utf16(JSON.stringify(encounter())), 'no JSON'],
    ['half a surrogate pair', 'fhir', Buffer.from(JSON.stringify(encounter({ id: '\udc00' }))), 'no text'],
    ['NUL', 'fhir', Buffer.from(JSON.stringify(encounter({ visit: 'S\0' }))), 'no text'],
  ])('%s (%s) is answered, not guessed', (_, name, bytes, kind) => {
    expect(tried(name, bytes)).toMatchObject({ fault: undefined, kind });
  });

  test('control characters and NUL of an HL7 message are in nothing that is kept', () => {
    const understood = understandHl7(
      Buffer.from(admission({ place: 'LA\0RCH^1\x07^A\\X00\\^RAL', visit: 'S\x1b0001^^^RAL' })),
      developmentContext,
    );
    expect(understood).toMatchObject({
      kind: 'stay',
      visit: { number: 'S0001' },
      news: { place: { ward: 'LARCH', bed: 'A' } },
    });
  });
});

describe('Names that want to be run', () => {
  test('a cell that a spreadsheet would take for a formula is text in an export', () => {
    const leads = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    const cells = leads.map((lead) => `${lead}cmd|' /C calc'!A0`);
    const [, ...rows] = csvOf(cells.map((cell) => [cell]))
      .split('\r\n')
      .filter((row) => row !== '');
    expect(rows).toHaveLength(leads.length);
    for (const row of rows) expect(row).toMatch(/^"?'/);
  });

  test.each<ParserName>(['hl7', 'fhir', 'cloudevents'])(
    'are in no answer of %s, and are kept as they were written',
    (name) => {
      for (const words of [
        '=cmd|QUIBBLE',
        '<script>quibble()</script>',
        '{{ constructor }}QUIBBLE',
        "'; DROP TABLE quibble;--",
      ]) {
        const text =
          name === 'hl7'
            ? admission({ name: words.replaceAll('|', ''), visit: `${words.replaceAll(/[|&^~]/g, '')}^^^RAL` })
            : name === 'fhir'
              ? JSON.stringify(encounter({ visit: words }))
              : moved(JSON.stringify({ ward: words, at: '2026-11-03T09:00:00Z' }));
        expect(tried(name, Buffer.from(text))).toMatchObject({
          fault: undefined,
          kind: name === 'fhir' ? 'rejected' : 'stay',
        });
      }
    },
  );
});

describe('Names of what every object has', () => {
  const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
  test.each(keys)('%s is a name like any other', (key) => {
    for (const value of ['{"status":"finished","ward":"OAK"}', '"x"', 'null', '[]']) {
      tellsNothing('cloudevents', moved(`{"${key}":${value},"at":"2026-11-03T09:00:00Z"}`));
      tellsNothing(
        'cloudevents',
        `{"${key}":${value},"specversion":"1.0","id":"${key}","source":"${key}","type":"${key}"}`,
      );
      tellsNothing('fhir', JSON.stringify(encounter()).replace('{', `{"${key}":${value},`));
      tellsNothing('fhir', JSON.stringify(encounter({ status: key, class: key })));
    }
    tellsNothing('hl7', admission({ status: key, processingId: key, characterSet: key }).replace('A01', key));
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('status');
    expect({}).not.toHaveProperty('ward');
  });

  const tellsNothing = (name: ParserName, text: string): void =>
    expect([text.slice(0, 80), tried(name, Buffer.from(text)).fault]).toEqual([text.slice(0, 80), undefined]);
});
