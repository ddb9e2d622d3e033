import { readHl7, type Hl7Message } from './reader.js';
import { decode } from './character-set.js';
import { splitMessages } from './split.js';

const header = 'MSH|^~\\&|PAS|RAL|X|Y|20261103101500||ADT^A03|M1|P|2.4';
const read = (text: string): Hl7Message => {
  const result = readHl7(text);
  if (!result.ok) throw new Error(result.reason);
  return result.message;
};

describe('Reading an HL7 v2 message', () => {
  test('fields, components, repetitions and subcomponents are found by their numbers', () => {
    const message = read(`${header}\rPID|1||A^^^NHS&1.2&ISO^NH~B^^^RAL^MR||SMITH^ADA`);
    expect(message.text1('MSH', 9, 2)).toBe('A03');
    expect(message.raw('MSH', 1)).toBe('|');
    expect(message.repetitions('PID', 3).map((one) => message.component(one, 4))).toEqual(['NHS', 'RAL']);
    expect(message.said('PID', 5, 2)).toBe('ADA');
    expect(message.said('PID', 99)).toBeUndefined();
    expect(message.said('ZZZ', 1)).toBeUndefined();
  });

  test('an empty field says nothing, and a pair of quotes deletes', () => {
    const message = read(`${header}\rPID|1|""||  |^""^X`);
    expect(message.said('PID', 2)).toBeNull();
    expect(message.said('PID', 3)).toBeUndefined();
    expect(message.said('PID', 4)).toBeUndefined();
    expect([message.said('PID', 5, 1), message.said('PID', 5, 2), message.said('PID', 5, 3)]).toEqual([
      undefined,
      null,
      'X',
    ]);
  });

  test('escape sequences become what they stand for, and stray ones stay', () => {
    const message = read(`${header}\rPID|1||O\\T\\K\\S\\|\\F\\\\R\\\\E\\|\\X41\\\\X00\\b|a\\q\\b|c\\`);
    expect(message.said('PID', 3)).toBe('O&K^');
    expect(message.said('PID', 4)).toBe('|~\\');
    expect(message.said('PID', 5)).toBe('Ab');
    expect(message.said('PID', 6)).toBe('a\\q\\b');
    expect(message.said('PID', 7)).toBe('c\\');
  });

  test('a sender may use other delimiters, and any line ends', () => {
    const message = read('\r\n  MSH#*!?$#PAS#RAL#####ADT*A01#M1\nPID#1##A*B!C$D\r\nPV1#1#I');
    expect(message.repetitions('PID', 3)).toEqual(['A*B', 'C$D']);
    expect(message.component('C$D', 1)).toBe('C');
    expect(message.text1('PV1', 2)).toBe('I');
  });

  test.each([
    ['', 'no-header'],
    ['PID|1', 'no-header'],
    ['MSH', 'delimiters'],
    ['MSH|', 'delimiters'],
    ['MSH|||||PAS', 'delimiters'],
    ['MSH|^^^^|PAS', 'delimiters'],
    ['MSHA^~\\&APAS', 'delimiters'],
    ['MSH|abc|PAS', 'delimiters'],
  ])('%j cannot be read', (text, reason) => {
    expect(readHl7(text)).toEqual({ ok: false, reason });
  });

  test('a control character or NUL never comes out of a value', () => {
    expect(read(`${header}\rPID|1||a\0b\u0007c\u009fd`).said('PID', 3)).toBe('abcd');
  });

  test('a million segments and ten megabytes of one field are read without building them up', () => {
    const many = read(`${header}\r${'OBX|1\r'.repeat(1_000_000)}PV1|1|I`);
    expect(many.text1('PV1', 2)).toBe('I');
    expect(many.count('OBX')).toBe(100);
    expect(read(`${header}\rPID|1||${'x|'.repeat(5_000_000)}`).text1('PID', 4)).toBe('x');
  });
});

describe('The character set of MSH-18', () => {
  const message = (set: string, name: string, encoding: BufferEncoding): Buffer =>
    Buffer.from(`${header}||||||${set}\rPID|1||||${name}`, encoding);

  test.each([
    ['', 'utf8'],
    ['UNICODE UTF-8', 'utf8'],
    ['8859/1', 'latin1'],
  ] as const)('%j is read as %s', (set, encoding) => {
    const decoded = decode(message(set, 'MÜLLER', encoding));
    expect(decoded).toMatchObject({ ok: true });
    expect(decoded.ok && decoded.text).toContain('MÜLLER');
  });

  test('what does not fit the set it names is refused, not guessed', () => {
    expect(decode(message('', 'MÜLLER', 'latin1')).ok).toBe(false);
    expect(decode(message('ASCII', 'MÜLLER', 'utf8')).ok).toBe(false);
    expect(decode(message('BIG-5', 'MULLER', 'utf8')).ok).toBe(false);
    expect(decode(message('ASCII', 'MULLER', 'utf8')).ok).toBe(true);
  });
});

describe('The messages of a body', () => {
  const texts = (body: string) => splitMessages(Buffer.from(body)).messages.map(String);

  test('begin at MSH at the start of a line, whatever the line ends', () => {
    expect(texts('MSH|1\rPID|MSH\r\rMSH|2\n\nMSH|3\r\nPV1|1\r\n')).toEqual([
      'MSH|1\rPID|MSH',
      'MSH|2',
      'MSH|3\r\nPV1|1',
    ]);
    expect(texts('\uFEFF\r\n\tMSH|1')).toEqual(['MSH|1']);
  });

  test('may stand in a batch envelope', () => {
    expect(texts('FHS|^~\\&\rBHS|^~\\&\rMSH|1\rPID|1\rMSH|2\rBTS|2\rFTS|1')).toEqual(['MSH|1\rPID|1', 'MSH|2']);
  });

  test('stand alone: anything before the first is stray', () => {
    expect(splitMessages(Buffer.from('hello\rMSH|1'))).toMatchObject({ stray: true, messages: [Buffer.from('MSH|1')] });
    expect(splitMessages(Buffer.from(''))).toEqual({ stray: false, messages: [] });
  });
});
