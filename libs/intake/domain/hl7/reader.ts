/**
 * Reads HL7 v2 (encoding rules ER7, versions 2.2 to 2.8) without building a tree: segments are found when asked for, and only the fields asked for are split,
 * so a message of a million segments costs one pass over its text. Why not a library: docs/decisions/0005-hl7-reader.md.
 */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

/**
 * What a field says. HL7 v2: an empty field changes nothing, `""` deletes the value.
 * `undefined` = says nothing, `null` = deletes, text = sets.
 */
export type Said = string | null | undefined;

export type ReadResult =
  | { readonly ok: true; readonly message: Hl7Message }
  | { readonly ok: false; readonly reason: 'no-header' | 'delimiters' };

/** A message whose header can be read. Field numbers are those of the standard, from 1. */
export class Hl7Message {
  private readonly found = new Map<string, readonly string[]>();

  constructor(
    readonly text: string,
    readonly delimiters: Delimiters,
  ) {}

  /** The n-th field of the first (or `nth`, from 0) segment of that name, as it stands; empty when there is none. */
  raw(segment: string, field: number, nth = 0): string {
    const line = this.segments(segment)[nth];
    if (line === undefined) return '';
    // MSH-1 is the separator itself, so the fields of MSH stand one place further to the left.
    if (segment === 'MSH') return field === 1 ? this.delimiters.field : part(line, this.delimiters.field, field - 1);
    return part(line, this.delimiters.field, field);
  }

  /** The repetitions of a field, empty ones left out. */
  repetitions(segment: string, field: number, nth = 0): readonly string[] {
    return this.raw(segment, field, nth)
      .split(this.delimiters.repetition)
      .filter((repetition) => repetition !== '');
  }

  /** What the first repetition's component (from 1), first subcomponent, says. A field that is `""` as a whole deletes every component. */
  said(segment: string, field: number, component = 1, nth = 0): Said {
    const raw = part(this.raw(segment, field, nth), this.delimiters.repetition, 0);
    return raw === '""' ? null : this.component(raw, component);
  }

  /** The text of a component, or empty: for fields that have nothing to delete. */
  text1(segment: string, field: number, component = 1, nth = 0): string {
    return this.said(segment, field, component, nth) ?? '';
  }

  /** What a component (from 1) of one repetition says. */
  component(repetition: string, component: number): Said {
    const value = part(part(repetition, this.delimiters.component, component - 1), this.delimiters.subcomponent, 0);
    if (value === '""') return null;
    const text = unescape(value, this.delimiters).trim();
    return text === '' ? undefined : text;
  }

  /**
   * What the observation (OBX) of this code (OBX-3.1) says in OBX-5; of several the last. One that is deleted or was wrong (OBX-11 D, W; table 0085)
   * deletes, one without a result (N, X) says nothing.
   */
  observed(code: string, component = 1): Said {
    let line: string | undefined;
    const { field, repetition } = this.delimiters;
    for (const one of this.lines('OBX'))
      if (this.component(part(part(one, field, 3), repetition, 0), 1) === code) line = one;
    if (line === undefined) return undefined;
    const status = this.component(part(line, field, 11), 1);
    if (status === 'D' || status === 'W') return null;
    if (status === 'N' || status === 'X') return undefined;
    const raw = part(part(line, field, 5), repetition, 0);
    return raw === '""' ? null : this.component(raw, component);
  }

  has(segment: string): boolean {
    return this.segments(segment).length > 0;
  }

  count(segment: string): number {
    return this.segments(segment).length;
  }

  private segments(name: string): readonly string[] {
    const known = this.found.get(name);
    if (known) return known;
    const lines: string[] = [];
    for (const line of this.lines(name)) {
      lines.push(line);
      // No segment that is read by its place repeats this often; a flood of them must not cost memory.
      if (lines.length >= 100) break;
    }
    this.found.set(name, lines);
    return lines;
  }

  private *lines(name: string): Generator<string> {
    const starts = `${name}${this.delimiters.field}`;
    for (let at = this.text.startsWith(starts) ? 0 : this.next(starts, 0); at >= 0; at = this.next(starts, at)) {
      const end = this.text.indexOf('\r', at);
      yield end < 0 ? this.text.slice(at) : this.text.slice(at, end);
    }
  }

  private next(starts: string, after: number): number {
    const at = this.text.indexOf(`\r${starts}`, after);
    return at < 0 ? -1 : at + 1;
  }
}

/** The n-th part (from 0) of a text, without splitting the rest. */
const part = (text: string, separator: string, n: number): string => {
  if (separator === '') return n === 0 ? text : '';
  let from = 0;
  for (let i = 0; i < n; i += 1) {
    const at = text.indexOf(separator, from);
    if (at < 0) return '';
    from = at + separator.length;
  }
  const to = text.indexOf(separator, from);
  return to < 0 ? text.slice(from) : text.slice(from, to);
};

const unescape = (text: string, { escape, field, component, subcomponent, repetition }: Delimiters): string => {
  if (escape === '' || !text.includes(escape)) return withoutControls(text);
  const named: Readonly<Record<string, string>> = {
    F: field,
    S: component,
    T: subcomponent,
    R: repetition,
    E: escape,
    '.br': ' ',
    '.sp': ' ',
    H: '',
    N: '',
  };
  let out = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf(escape, from);
    const close = open < 0 ? -1 : text.indexOf(escape, open + 1);
    if (close < 0) return withoutControls(out + text.slice(from));
    const code = text.slice(open + 1, close);
    const hex = /^X((?:[0-9A-Fa-f]{2})+)$/.exec(code)?.[1];
    const value = Object.hasOwn(named, code)
      ? named[code]
      : hex
        ? Buffer.from(hex, 'hex').toString('latin1')
        : undefined;
    if (value === undefined) {
      // Not an escape sequence: a stray escape character stands for itself.
      out += text.slice(from, open + 1);
      from = open + 1;
    } else {
      out += text.slice(from, open) + value;
      from = close + 1;
    }
  }
};

/** Control characters have no meaning inside a value; NUL cannot even be stored. */
const controls = /[\u0000-\u001f\u007f-\u009f]/g;
export const withoutControls = (text: string): string => text.replace(controls, '');

/** Reads the header; segments may end in CR, LF or CRLF. Delimiters must be five different characters that are not letters or digits. */
export const readHl7 = (text: string): ReadResult => {
  const start = /^[\s\uFEFF]*/.exec(text)?.[0].length ?? 0;
  const whole = start === 0 ? text : text.slice(start);
  const body = whole.includes('\n') ? whole.replace(/\r\n?|\n/g, '\r') : whole;
  if (!body.startsWith('MSH')) return { ok: false, reason: 'no-header' };
  const field = body[3] ?? '';
  const headerEnd = body.indexOf('\r');
  const encoding = part(headerEnd < 0 ? body : body.slice(0, headerEnd), field, 1);
  const [component = '', repetition = '', escape = '', subcomponent = ''] = encoding;
  const used = [field, component, repetition, escape, subcomponent].filter((char) => char !== '');
  const plain = used.every((char) => char > ' ' && char <= '~' && !/[A-Za-z0-9]/.test(char));
  // The escape character and the subcomponent separator may be left out (HL7 v2.5 §2.5.4); a fifth character (v2.7, truncation) is of no use here.
  const enough = encoding.length >= 2 && encoding.length <= 5 && field !== '';
  if (!plain || !enough || new Set(used).size !== used.length) return { ok: false, reason: 'delimiters' };
  return { ok: true, message: new Hl7Message(body, { field, component, repetition, escape, subcomponent }) };
};
