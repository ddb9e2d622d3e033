import type { Chance } from './chance.js';

/** Longer inputs are cut: what is larger is a matter of the limits at the door, which have specs of their own. */
export const longest = 512 * 1024;

/** What means something to one parser or another, and what means trouble to most. */
const words: readonly Buffer[] = [
  ...['|', '^', '~', '\\', '&', '""', '\r', '\n', '\r\n', '\0', '\x0b', '\x1c\r', '\x1b', '\x7f', '\x85', '\ufeff'],
  ...[
    'MSH|^~\\&|',
    '\rPV1|',
    '\rPID|',
    '\rMRG|',
    '\rEVN|',
    '\rZU1|',
    '\\X00\\',
    '\\X0D\\',
    '\\.br\\',
    '\\E\\',
    '\\F\\',
  ],
  ...[
    '8859/1',
    'UNICODE UTF-8',
    'ASCII',
    'A01',
    'A40',
    'A42',
    'A47',
    'A13',
    'A11',
    'A07',
    'ADT^A02',
    'ORU',
    'I',
    'P',
    'T',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    'null',
    'true',
    '{}',
    '[]',
    '[[]]',
    '0',
    '-0',
    '1e999',
    '-1',
    '1e-7',
    '\\u0000',
  ],
  ...[
    '\\ud800',
    '\\udc00',
    '"__proto__":',
    '"constructor":',
    '"prototype":',
    '"toString"',
    '"hasOwnProperty"',
    '{"__proto__":{}}',
  ],
  ...[
    '2026-11-03T09:00:00Z',
    '0000-00-00',
    '9999-12-31T23:59:59-01:00',
    '2026-02-30',
    '20261103090000+1500',
    '00010101',
    '00010101000000+0100',
    '99991231235959-0100',
    '0000-06-01T00:00:00Z',
    '99991231',
  ],
  ...['2026-03-29T01:30:00', '202610250130', '2026-11-03T24:00:00Z', '2026-11-03T09:00:60Z', '+010000-01-01T00:00:00Z'],
  ...[
    '=cmd|x',
    '@SUM(A1)',
    '<script>',
    '{{7*7}}',
    '${7*7}',
    "' OR 1=1 --",
    '../../',
    '%00',
    '%FF',
    '%E2%82',
    '\u202e',
    '😀',
    'É',
  ],
  ...[
    '"resourceType":"Bundle"',
    '"resourceType":"Encounter"',
    '#p',
    'urn:uuid:',
    'contained',
    'entered-in-error',
    'in-progress',
  ],
  ...['application/json', 'application/cloudevents+json', 'homeward.ward.', 'data_base64', 'ce_', 'ce-id: '],
].map((word) => Buffer.from(word, 'utf8'));

const odd = [
  0x00, 0x09, 0x0a, 0x0b, 0x0d, 0x1c, 0x20, 0x22, 0x26, 0x5c, 0x5e, 0x7c, 0x7e, 0x7f, 0x80, 0xbf, 0xc0, 0xe9, 0xff,
];

type Mutation = (bytes: Buffer, chance: Chance, corpus: readonly Buffer[]) => Buffer;

const spanOf = ({ length }: Buffer, chance: Chance, most = 64): readonly [from: number, to: number] => {
  const from = chance.below(length + 1);
  return [from, Math.min(length, from + 1 + chance.below(chance.once(8) ? Math.max(1, length) : most))];
};

const spliced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

/** The parts between two places where the text has this mark: a field, a segment, a member. */
const partOf = (bytes: Buffer, chance: Chance, mark: string): readonly [from: number, to: number] => {
  const from = bytes.indexOf(mark, chance.below(bytes.length + 1));
  if (from < 0) return spanOf(bytes, chance);
  const to = bytes.indexOf(mark, from + 1);
  return [from, to < 0 ? bytes.length : to];
};

const marks = ['|', '\r', '^', '~', ',', '"', '{', '\n'];

/** Whole values of JSON changed for others; what is no JSON stays. */
const strangeValues: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, '', ' ', 'x'.repeat(300), '\0', '\ud800', [], [[]], {}, [null], { x: {} }],
  ...[
    '9990000018',
    '2026-11-03',
    '2026-11-03T09:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    'constructor',
  ],
];

const replaced = (value: unknown, at: { left: number }, by: unknown): unknown => {
  at.left -= 1;
  if (at.left === 0) return by;
  if (at.left < 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => replaced(one, at, by));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, at, by)]));
};

/** Where the JSON begins: behind the headers, where there are some. */
const bodyOf = (bytes: Buffer): number => {
  const at = bytes[0] === 0x7b || bytes[0] === 0x5b ? -2 : bytes.indexOf('\n\n');
  return at < -1 || at >= 0 ? at + 2 : bytes.length;
};

const parsed = (bytes: Buffer): { readonly value: unknown; readonly size: number } | undefined => {
  try {
    const text = bytes.toString('utf8');
    return { value: JSON.parse(text) as unknown, size: text.split(/[,:[{]/).length };
  } catch {
    return undefined;
  }
};

/** Some value within, as the other ones of the corpus have them. */
const someOf = (value: unknown, chance: Chance): unknown => {
  let found = value;
  while (typeof found === 'object' && found !== null && !chance.once(4)) {
    const inner: unknown[] = Object.values(found);
    if (inner.length === 0) break;
    found = chance.of(inner);
  }
  return found;
};

const jsonMutation: Mutation = (bytes, chance, corpus) => {
  const at = bodyOf(bytes);
  const read = parsed(bytes.subarray(at));
  if (!read) return bytes;
  const other = chance.of(corpus);
  const by = chance.once(2)
    ? chance.of(strangeValues)
    : someOf(parsed(other.subarray(bodyOf(other)))?.value ?? null, chance);
  const text = JSON.stringify(replaced(read.value, { left: 1 + chance.below(read.size) }, by));
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(text ?? '')]);
};

const mutations: readonly Mutation[] = [
  (bytes, chance) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[chance.below(copy.length)] = chance.once(2) ? chance.of(odd) : chance.below(256);
    return copy;
  },
  (bytes, chance) => spliced(bytes, ...spanOf(bytes, chance), Buffer.alloc(0)),
  (bytes, chance) => spliced(bytes, ...partOf(bytes, chance, chance.of(marks)), Buffer.alloc(0)),
  (bytes, chance) => {
    const at = chance.below(bytes.length + 1);
    return spliced(bytes, at, at, chance.of(words));
  },
  (bytes, chance) => {
    const mark = chance.of(marks);
    return spliced(bytes, ...partOf(bytes, chance, mark), Buffer.concat([Buffer.from(mark), chance.of(words)]));
  },
  (bytes, chance) => {
    const [from, to] = chance.once(2) ? spanOf(bytes, chance) : partOf(bytes, chance, chance.of(marks));
    const part = bytes.subarray(from, to);
    const times = chance.once(20) ? Math.floor(longest / (part.length + 1)) : 1 + chance.below(8);
    return part.length === 0
      ? bytes
      : spliced(bytes, from, from, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  (bytes, chance, corpus) => {
    const other = chance.of(corpus);
    const mark = chance.of(marks);
    return spliced(bytes, ...partOf(bytes, chance, mark), other.subarray(...partOf(other, chance, mark)));
  },
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance) =>
    Buffer.from(
      bytes.toString('latin1').replace(/\d/g, (digit) => (chance.once(12) ? String(chance.below(10)) : digit)),
      'latin1',
    ),
  jsonMutation,
];

const isJson = (bytes: Buffer): boolean => bodyOf(bytes) < bytes.length;

/** One of the corpus with one to eight changes. */
export const mutated = (corpus: readonly Buffer[], chance: Chance): Buffer => {
  let bytes = chance.of(corpus);
  for (let left = 1 + chance.below(chance.once(3) ? 8 : 2); left > 0; left -= 1)
    bytes = (isJson(bytes) && !chance.once(6) ? jsonMutation : chance.of(mutations))(bytes, chance, corpus).subarray(
      0,
      longest,
    );
  return bytes;
};
