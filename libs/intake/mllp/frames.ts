/** MLLP (HL7 v2 Transport Specification, MLLP R1): start block VT, end block FS, then CR. */
const startBlock = 0x0b;
const endBlock = 0x1c;

export type Framed =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  /** `too-large`: the line must be closed. `unterminated`: another message began before this one ended; the line goes on with that one. */
  | { readonly kind: 'too-large' | 'unterminated'; readonly beginning: Buffer };

/** As much of a broken frame as is needed to answer it by name. */
const beginningLength = 4096;
const firstBuffer = 8192;

/**
 * Cuts a byte stream into messages, however it was split or joined on its way. Bytes outside a frame are skipped, and
 * memory is bounded by the limit whatever comes.
 */
export class MllpFrames {
  private buffer = Buffer.alloc(0);
  private length = 0;
  private inside = false;
  private overflown = false;
  /** Bytes skipped since the last frame. */
  skipped = 0;

  constructor(private readonly limit: number) {}

  /** True while a message has begun and not ended. */
  get open(): boolean {
    return this.inside;
  }

  /** What has come of an unfinished message, for the answer when the line gives up on it. */
  beginning(): Buffer {
    return Buffer.from(this.buffer.subarray(0, Math.min(this.length, beginningLength)));
  }

  push(chunk: Buffer): readonly Framed[] {
    const framed: Framed[] = [];
    let at = 0;
    while (at < chunk.length && !this.overflown) at = this.inside ? this.read(chunk, at, framed) : this.skip(chunk, at);
    return framed;
  }

  private skip(chunk: Buffer, at: number): number {
    const start = chunk.indexOf(startBlock, at);
    this.skipped += (start < 0 ? chunk.length : start) - at;
    if (start < 0) return chunk.length;
    this.inside = true;
    this.skipped = 0;
    return start + 1;
  }

  private read(chunk: Buffer, at: number, framed: Framed[]): number {
    const end = chunk.indexOf(endBlock, at);
    const until = end < 0 ? chunk.length : end;
    // A start block inside a message: the sender gave up on it and began anew.
    const restart = chunk.subarray(at, until).indexOf(startBlock);
    const stop = restart < 0 ? until : at + restart;
    if (this.length + stop - at > this.limit) {
      this.keep(chunk.subarray(at, at + Math.max(0, beginningLength - this.length)));
      framed.push({ kind: 'too-large', beginning: this.beginning() });
      this.overflown = true;
      this.forget();
      return chunk.length;
    }
    this.keep(chunk.subarray(at, stop));
    if (restart >= 0) {
      if (this.length > 0) framed.push({ kind: 'unterminated', beginning: this.beginning() });
      this.forget();
      this.inside = true;
      return stop + 1;
    }
    if (end < 0) return chunk.length;
    framed.push({ kind: 'message', bytes: Buffer.from(this.buffer.subarray(0, this.length)) });
    this.forget();
    // The carriage return behind the end block is skipped with everything else between frames.
    return end + 1;
  }

  /** Copied into one growing buffer: a message that comes byte by byte costs no more than its length. */
  private keep(bytes: Buffer): void {
    const needed = this.length + bytes.length;
    if (needed > this.buffer.length) {
      const grown = Buffer.alloc(Math.max(firstBuffer, needed, Math.min(this.buffer.length * 2, this.limit)));
      this.buffer.copy(grown, 0, 0, this.length);
      this.buffer = grown;
    }
    bytes.copy(this.buffer, this.length);
    this.length = needed;
  }

  private forget(): void {
    this.inside = false;
    this.length = 0;
    if (this.buffer.length > 1_048_576) this.buffer = Buffer.alloc(0);
  }
}

/** A message on the wire. */
export const frame = (message: string): Buffer =>
  Buffer.concat([Buffer.from([startBlock]), Buffer.from(message, 'utf8'), Buffer.from([endBlock, 0x0d])]);

/** Whether a second message begins inside this one: a frame holds one, and the others would be lost. */
export const holdsMore = (bytes: Buffer): boolean => bytes.includes('\rMSH', 1) || bytes.includes('\nMSH', 1);
