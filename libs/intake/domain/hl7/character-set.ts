import type { CharacterSet } from '../feed-mapping.js';

const sets: Readonly<Record<string, 'utf-8' | 'latin1' | 'ascii'>> = {
  'UTF-8': 'utf-8',
  UTF8: 'utf-8',
  'UNICODE UTF-8': 'utf-8',
  '8859/1': 'latin1',
  'ISO-8859-1': 'latin1',
  'ISO 8859-1': 'latin1',
  ISO8859_1: 'latin1',
  ASCII: 'ascii',
  'US-ASCII': 'ascii',
  'ISO IR6': 'ascii',
};

export type Decoded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** MSH-18 stands in ASCII in every character set taken here, so it can be read before the set is known. */
const declared = (bytes: Buffer): string => {
  const head = bytes
    .subarray(0, 4096)
    .toString('latin1')
    .replace(/^[\s\u00EF\u00BB\u00BF]+/, '');
  const line = head.split(/[\r\n]/, 1)[0] ?? '';
  const separator = line[3] ?? '|';
  const repetition = line[5] ?? '~';
  return (line.split(separator)[17] ?? '').split(repetition)[0]?.trim().toUpperCase() ?? '';
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes to text by MSH-18, or by what the feed's mapping says where MSH-18 is empty: UTF-8 (the default), ISO 8859-1 or ASCII.
 * What does not fit its set is refused, not guessed.
 */
export const decode = (bytes: Buffer, whenUnnamed: CharacterSet = 'UTF-8'): Decoded => {
  const name = declared(bytes);
  const set = sets[name === '' ? whenUnnamed.toUpperCase() : name];
  if (!set)
    return { ok: false, reason: 'The character set in MSH-18 is not one that is taken here (UTF-8, 8859/1, ASCII).' };
  if (set === 'latin1') return { ok: true, text: bytes.toString('latin1') };
  if (set === 'ascii' && bytes.some((byte) => byte > 0x7f))
    return {
      ok: false,
      reason:
        name === ''
          ? 'MSH-18 is empty, so the message is read as ASCII by the mapping of its feed, but it holds other characters.'
          : 'The message says that it is ASCII (MSH-18) but holds other characters.',
    };
  try {
    return { ok: true, text: utf8.decode(bytes) };
  } catch {
    return { ok: false, reason: 'The characters of the message are not UTF-8. Another set must be named in MSH-18.' };
  }
};

/** Text to bytes as its feed would send them: in the set that reads them back as they are, by MSH-18 or by the feed's mapping, else in UTF-8. */
export const encode = (text: string, whenUnnamed: CharacterSet): Buffer => {
  const narrow = Buffer.from(text, 'latin1');
  const read = decode(narrow, whenUnnamed);
  return read.ok && read.text === text ? narrow : Buffer.from(text, 'utf8');
};
