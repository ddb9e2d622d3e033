import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { acknowledge } from '../domain/hl7/acknowledge.js';
import { acknowledgementsAskedFor } from '../domain/hl7/asked-for.js';
import { readHeader } from '../domain/hl7/header.js';
import { readHl7 } from '../domain/hl7/reader.js';
import type { Taken } from '../taking/taken.js';
import { frame, holdsMore, MllpFrames, type Framed } from './frames.js';

export interface LineRules {
  /** Largest message. Raise it for feeds that send documents along; each line may hold this much memory. */
  readonly frameLimit: number;
  /** A message that has begun must go on within this time, and an answer must be read, else the line is closed. */
  readonly unfinishedMs: number;
  /** How long to wait before trying again while the database is away. */
  readonly retryMs: number;
}

export interface LineServices {
  take(bytes: Buffer): Promise<Taken>;
  isUnavailable(error: unknown): boolean;
  now(): string;
  newId(): string;
  /** A fault nobody foresaw; told without any content. */
  failed(error: unknown): void;
}

type Answer = Pick<Taken, 'ack' | 'header' | 'reason' | 'field'>;

/** Messages of one line, and bytes of them, that may wait before the sender is held back. */
const mostWaiting = 16;
const mostWaitingBytes = 1_048_576;
/** A sender of nothing but noise is not an HL7 sender. */
const mostNoise = 1_048_576;

const bytesOf = (framed: Framed): number => (framed.kind === 'message' ? framed.bytes : framed.beginning).length;

/** One line: its messages are taken one after the other and answered in order. While the database is away nothing is answered. */
export class MllpLine {
  private readonly frames: MllpFrames;
  private readonly waiting: Framed[] = [];
  private working: Promise<void> | undefined;
  private unfinished: NodeJS.Timeout | undefined;
  private readonly gone = new AbortController();
  private closing = false;
  private heard = 0;

  constructor(
    private readonly socket: Socket,
    private readonly rules: LineRules,
    private readonly services: LineServices,
  ) {
    this.frames = new MllpFrames(rules.frameLimit);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // A broken line is no fault of ours; what was not answered comes again.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => {
      if (this.frames.open) this.waiting.push({ kind: 'unterminated', beginning: this.frames.beginning() });
      this.finish();
    });
    socket.on('close', () => {
      clearTimeout(this.unfinished);
      this.gone.abort();
    });
  }

  /** Bytes of the messages that wait to be taken. */
  get waitingBytes(): number {
    return this.waiting.reduce((sum, framed) => sum + bytesOf(framed), 0);
  }

  /** Takes no more, answers what was taken, and closes. */
  async stop(): Promise<void> {
    this.closing = true;
    this.waiting.length = 0;
    clearTimeout(this.unfinished);
    this.socket.pause();
    if (this.working) await Promise.race([this.working, pause(5000, undefined, { ref: false })]);
    this.socket.end();
    this.socket.destroySoon();
  }

  private receive(chunk: Buffer): void {
    if (this.closing) return;
    this.heard += 1;
    this.waiting.push(...this.frames.push(chunk));
    if (this.frames.skipped > mostNoise) return void this.socket.destroy();
    if (this.waiting.length >= mostWaiting || this.waitingBytes >= mostWaitingBytes) this.socket.pause();
    this.watchUnfinished();
    this.work();
  }

  /** Not while it is we who do not read: the rest of the message may well stand on the wire. */
  private watchUnfinished(): void {
    clearTimeout(this.unfinished);
    if (!this.frames.open || this.socket.isPaused() || this.closing) return;
    const { heard } = this;
    // Not before one more look at the line: when the whole process stood still, the rest may be there.
    this.unfinished = setTimeout(() => setImmediate(() => this.giveUp(heard)), this.rules.unfinishedMs);
  }

  private giveUp(heard: number): void {
    if (this.heard !== heard || !this.frames.open || this.closing) return;
    // After what waits before it, so that answers stay in order.
    this.waiting.push({ kind: 'unterminated', beginning: this.frames.beginning() });
    this.finish();
  }

  /** The other side has ended, or the line is given up: answer what is here, then close. */
  private finish(): void {
    this.closing = true;
    clearTimeout(this.unfinished);
    this.work();
  }

  private work(): void {
    this.working ??= this.answerAll().finally(() => {
      this.working = undefined;
      if (this.waiting.length > 0 && !this.gone.signal.aborted) this.work();
      else if (this.closing) this.socket.end();
    });
  }

  private async answerAll(): Promise<void> {
    for (let next = this.waiting.shift(); next && !this.gone.signal.aborted; next = this.waiting.shift()) {
      this.readOn();
      const more = await this.answer(next);
      if (!more) {
        this.closing = true;
        this.waiting.length = 0;
      }
    }
  }

  private readOn(): void {
    if (this.closing || !this.socket.isPaused()) return;
    if (this.waiting.length >= mostWaiting / 2 || this.waitingBytes >= mostWaitingBytes / 2) return;
    this.socket.resume();
    this.watchUnfinished();
  }

  /** False when the line cannot go on. */
  private async answer(framed: Framed): Promise<boolean> {
    if (framed.kind !== 'message') {
      const limit = `${String(Math.floor(this.rules.frameLimit / 1_048_576))} MB`;
      const reason = framed.kind === 'too-large' ? `The message is larger than ${limit}.` : 'The message has no end.';
      return (await this.reject(framed.beginning, reason)) && framed.kind !== 'too-large';
    }
    if (holdsMore(framed.bytes)) return this.reject(framed.bytes, 'A frame holds one message; this one holds more.');
    const taken = await this.takeWhenPossible(framed.bytes);
    return taken !== undefined && this.send(taken);
  }

  private async takeWhenPossible(bytes: Buffer): Promise<Taken | undefined> {
    while (!this.gone.signal.aborted) {
      try {
        return await this.services.take(bytes);
      } catch (error) {
        if (!this.services.isUnavailable(error)) {
          // Neither stored nor refused: without an answer the sender keeps it and sends it again.
          this.services.failed(error);
          return undefined;
        }
        await pause(this.rules.retryMs, undefined, { signal: this.gone.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  /** What is not taken as one message is answered by the name in its header, as far as that can be read. */
  private reject(bytes: Buffer, reason: string): Promise<boolean> {
    const read = readHl7(bytes.subarray(0, 4096).toString('latin1'));
    return this.send({ ack: 'AR', header: read.ok ? readHeader(read.message) : undefined, reason });
  }

  /** As many acknowledgements as the sender asked for (none, one or two). False when they are not read. */
  private async send({ ack, header, reason, field }: Answer): Promise<boolean> {
    for (const code of acknowledgementsAskedFor(ack, header)) {
      if (this.socket.destroyed || !this.socket.writable) return false;
      const [at, id] = [this.services.now(), this.services.newId()];
      if (!this.socket.write(frame(acknowledge({ code, header, reason, field, at, id })))) await this.read();
    }
    return !this.socket.destroyed;
  }

  /** Waits until the sender has read its answers: without that they would gather here without limit. */
  private async read(): Promise<void> {
    const tooLong = setTimeout(() => this.socket.destroy(), this.rules.unfinishedMs);
    await once(this.socket, 'drain', { signal: this.gone.signal }).catch(() => undefined);
    clearTimeout(tooLong);
  }
}
