import { createReadStream } from 'node:fs';
import { Envelopes } from '../domain/hl7/batch.js';
import { splitMessages } from '../domain/hl7/split.js';

const marker = Buffer.from('MSH');
const isLineEnd = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a;

/** One message of a file: what stands from an MSH at the start of a line to the next. `end` is where in the file it ends. */
export interface FileMessage {
  readonly bytes: Buffer;
  readonly end: number;
}

/** Longest message taken out of a file: as on the lines. What is longer is given in pieces, which are refused one by one. */
const longest = 10 * 1_048_576;

const nextStart = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(marker, from); at >= 0; at = bytes.indexOf(marker, at + 1))
    if (at === 0 || isLineEnd(bytes[at - 1])) return at;
  return -1;
};

/**
 * The messages of a file of any size, one after the other; memory holds one of them and a piece of the file. What is no message is
 * given too, so that it is counted. Batch envelopes are followed by `seen` and belong to no message.
 */
export async function* readMessages(file: string, seen = new Envelopes()): AsyncGenerator<FileMessage> {
  for await (const { bytes, end } of piecesOf(file)) {
    if (bytes.length > longest) {
      yield { bytes, end };
      continue;
    }
    const { messages, stray } = splitMessages(bytes, seen);
    for (const message of messages) yield { bytes: message, end };
    if (stray && messages.length > 0) seen.strayed();
    else if (stray) yield { bytes, end };
  }
}

/** A file cut before every MSH that begins a line. */
async function* piecesOf(file: string): AsyncGenerator<FileMessage> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) {
    if (!Buffer.isBuffer(chunk)) continue;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let next = nextStart(rest, 1); next >= 0; next = nextStart(rest, 1)) {
      offset += next;
      yield { bytes: rest.subarray(0, next), end: offset };
      rest = rest.subarray(next);
    }
    if (rest.length > longest) {
      offset += rest.length;
      yield { bytes: rest, end: offset };
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield { bytes: rest, end: offset + rest.length };
}
