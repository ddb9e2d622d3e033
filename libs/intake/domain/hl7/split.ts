import { Envelopes, type EnvelopeFault } from './batch.js';

const cr = 0x0d;
const lf = 0x0a;
const isBlank = (byte: number): boolean => byte === cr || byte === lf || byte === 0x20 || byte === 0x09;
/** Batch envelopes (HL7 v2 §2.10.3) only frame the messages; the messages say everything themselves. Of a header and a trailer only the beginning is read. */
const envelopes = ['FHS', 'BHS', 'BTS', 'FTS'];

const longestEnvelope = 1000;

/** Byte by byte: a body may hold millions of lines, and this is asked of each. */
const lineStartsWith = (bytes: Buffer, at: number, name: string): boolean =>
  bytes[at] === name.charCodeAt(0) && bytes[at + 1] === name.charCodeAt(1) && bytes[at + 2] === name.charCodeAt(2);

const endOfLine = (bytes: Buffer, at: number): number => {
  let end = at;
  while (end < bytes.length && bytes[end] !== cr && bytes[end] !== lf) end += 1;
  return end;
};

const trimmed = (bytes: Buffer, from: number, to: number): Buffer => {
  let end = to;
  while (end > from && isBlank(bytes[end - 1] ?? 0)) end -= 1;
  return bytes.subarray(from, end);
};

export interface SplitBody {
  readonly messages: readonly Buffer[];
  /** Something other than blank lines or a batch envelope stands before the first message. */
  readonly stray: boolean;
}

export interface Batch extends SplitBody {
  readonly enveloped: boolean;
  readonly faults: readonly EnvelopeFault[];
}

/** A whole body: its messages, and what is wrong with the envelope around them. */
export const readBatch = (bytes: Buffer): Batch => {
  const envelopes = new Envelopes();
  return { ...splitMessages(bytes, envelopes), enveloped: envelopes.any, faults: envelopes.end() };
};

/** The messages of a body, or of a piece of a file: each begins at an MSH that begins a line. `seen` follows the envelope from piece to piece. */
export const splitMessages = (bytes: Buffer, seen = new Envelopes()): SplitBody => {
  const messages: Buffer[] = [];
  let start = -1;
  let stray = false;
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    if (isBlank(bytes[at] ?? 0)) {
      at += 1;
      continue;
    }
    const begins = lineStartsWith(bytes, at, 'MSH');
    const envelope = !begins && envelopes.some((name) => lineStartsWith(bytes, at, name));
    if ((begins || envelope) && start >= 0) messages.push(trimmed(bytes, start, at));
    const end = endOfLine(bytes, at);
    if (begins) {
      start = at;
      seen.message();
    } else if (envelope) {
      start = -1;
      seen.segment(bytes.toString('latin1', at, Math.min(end, at + longestEnvelope)));
    } else if (start < 0) stray = true;
    at = end;
  }
  if (start >= 0) messages.push(trimmed(bytes, start, bytes.length));
  return { messages, stray };
};
