import type { CharacterSet } from './feed-mapping.js';
import { decode } from './hl7/character-set.js';
import { readHl7 } from './hl7/reader.js';

/** A stretch of a line; `fault` names the field at fault that stands here. */
export interface ShownPart {
  readonly text: string;
  readonly fault?: string;
}

export interface ShownMessage {
  readonly lines: readonly (readonly ShownPart[])[];
  /** The field at fault as it is marked; undefined when the message has no such place. */
  readonly marked: string | undefined;
  /** Lines that are not shown, because there are so many. */
  readonly left: number;
}

const mostLines = 500;
const longestPart = 4000;

/** More than this is not for editing in a browser. */
export const largestEdited = 200_000;

const cut = (part: ShownPart): ShownPart =>
  part.text.length > longestPart ? { ...part, text: `${part.text.slice(0, longestPart)} …` } : part;

const withMark = (lines: readonly (readonly ShownPart[])[]): ShownMessage => ({
  lines: lines.slice(0, mostLines).map((parts) => parts.map(cut)),
  marked: lines.slice(0, mostLines).flatMap((parts) => parts.flatMap(({ fault }) => fault ?? []))[0],
  left: Math.max(0, lines.length - mostLines),
});

/** The text of an HL7 message, line by line, by MSH-18, else by the set of its feed; bytes that fit no set are shown as they may have been meant. */
export const hl7Text = (bytes: Buffer, whenUnnamed?: CharacterSet): string => {
  const decoded = decode(bytes, whenUnnamed);
  return (decoded.ok ? decoded.text : bytes.toString('latin1')).replace(/\r\n?|\n/g, '\n').trim();
};

/** An HL7 message with the field at fault marked: `PID-3` is a field, `MRG` a segment. Without the field its segment is marked. */
export const showHl7 = (bytes: Buffer, field: string, whenUnnamed?: CharacterSet): ShownMessage => {
  const text = hl7Text(bytes, whenUnnamed);
  const read = readHl7(text);
  const separator = read.ok ? read.message.delimiters.field : '|';
  const [, segment, number] = /^([A-Z][A-Z0-9]{2})(?:-(\d{1,3}))?$/.exec(field) ?? [];
  let found = false;
  const lines = text.split('\n').map((line): readonly ShownPart[] => {
    if (found || segment === undefined || !line.startsWith(segment + separator)) return [{ text: line }];
    found = true;
    return markedLine(line, { segment, number: number === undefined ? undefined : Number(number), separator });
  });
  return withMark(lines);
};

const markedLine = (
  line: string,
  { segment, number, separator }: { segment: string; number: number | undefined; separator: string },
): readonly ShownPart[] => {
  if (number === undefined) return [{ text: line, fault: segment }];
  const fields = line.split(separator);
  // MSH-1 is the separator itself.
  const at = segment === 'MSH' ? number - 1 : number;
  const fault = `${segment}-${String(number)}`;
  // A segment that ends before the field: that it is not there is what is wrong.
  if (at >= fields.length || at < 1)
    return [{ text: line + separator.repeat(Math.max(0, at - fields.length + 1)) }, { text: '', fault }];
  const [before, after] = [fields.slice(0, at), fields.slice(at + 1)];
  return [
    { text: before.join(separator) + separator },
    { text: fields[at] ?? '', fault },
    ...(after.length > 0 ? [{ text: separator + after.join(separator) }] : []),
  ];
};

interface JsonLine {
  readonly text: string;
  readonly path: string;
}

/** JSON as it is indented, with the path of what each line holds. */
const jsonLines = (value: unknown, path: string, indent: string, name: string, end: string): readonly JsonLine[] => {
  if (typeof value !== 'object' || value === null)
    return [{ text: `${indent}${name}${JSON.stringify(value) ?? 'null'}${end}`, path }];
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return [{ text: `${indent}${name}${open}${close}${end}`, path }];
  const inner = entries.flatMap(([key, one], at) =>
    jsonLines(
      one,
      pathOf(path, key, one, isList),
      `${indent}  `,
      isList ? '' : `${JSON.stringify(key)}: `,
      at < entries.length - 1 ? ',' : '',
    ),
  );
  return [{ text: `${indent}${name}${open}`, path }, ...inner, { text: `${indent}${close}${end}`, path: '' }];
};

/** A resource begins its own paths, as its faults name them: `Encounter.period.start`. */
const pathOf = (path: string, key: string, value: unknown, isList: boolean): string => {
  const type: unknown =
    key === 'resource' && typeof value === 'object' && value !== null ? Reflect.get(value, 'resourceType') : undefined;
  if (typeof type === 'string') return type;
  if (isList) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
};

const parentOf = (path: string): string => path.replace(/(?:\.[^.[\]]*|\[\d+\]|^[^.[\]]*)$/, '');

/** A JSON document with the element at fault marked (`Encounter.period.start`, `data.person.birthDate`), else the nearest around it that is there. */
export const showJson = (value: unknown, field: string): ShownMessage => {
  const root: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'resourceType') : undefined;
  const lines = jsonLines(value, typeof root === 'string' ? root : '', '', '', '');
  const paths = new Set(lines.map(({ path }) => path));
  let wanted = field;
  while (wanted !== '' && !paths.has(wanted)) wanted = parentOf(wanted);
  let found = false;
  return withMark(
    lines.map(({ text, path }) => {
      if (found || wanted === '' || path !== wanted) return [{ text }];
      found = true;
      const start = text.search(/\S/);
      return [{ text: text.slice(0, start) }, { text: text.slice(start), fault: field }];
    }),
  );
};

/** A JSON document as it is edited. */
export const jsonText = (value: unknown): string => JSON.stringify(value, null, 2);
