import { setTimeout as pause } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import type { ServerReadableStream, ServerWritableStream, ServiceError, sendUnaryData } from '@grpc/grpc-js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { MemoryLog, type LogRecord, type Proposed } from './memory-log.js';
import {
  appendAnswer,
  askedAppend,
  askedRead,
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  notFoundMessage,
  proposedOf,
  tooLarge,
  type AskedAppend,
  type AskedRead,
} from './messages.js';

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
type AppendCall = ServerReadableStream<AppendReq, AppendResp>;

/** A server that speaks the Streams protocol of EventStoreDB 24.10 to its client, with its log in memory. For tests only. */
export class StandInServer {
  log = new MemoryLog();
  /** Every answer waits so long (ms). */
  delayMs = 0;
  /** Subscriptions that have caught up since the start. */
  caughtUp = 0;
  /** Called once, after the next append is written and before it is answered. */
  onceWritten: (() => void) | undefined;
  /** What the last call said to show who it was. */
  authorization: string | undefined;
  #server = new grpc.Server();
  #port = 0;
  readonly #credentials: grpc.ServerCredentials;

  private constructor(credentials: grpc.ServerCredentials) {
    this.#credentials = credentials;
  }

  get port(): number {
    return this.#port;
  }

  /** With a key and its certificate (PEM): over TLS. */
  static async start(tls?: { readonly key: Buffer; readonly certificate: Buffer }): Promise<StandInServer> {
    const standIn = new StandInServer(
      tls
        ? grpc.ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.certificate }])
        : grpc.ServerCredentials.createInsecure(),
    );
    await standIn.#listen();
    return standIn;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  /** Ends every call and starts again at the same port, with the same log or another. */
  async restart(log = this.log): Promise<void> {
    this.stop();
    this.log = log;
    this.#server = new grpc.Server();
    await this.#listen();
  }

  async #listen(): Promise<void> {
    this.#server.addService(services.StreamsService, {
      read: (call: ReadCall) => void this.#read(call),
      append: (call: AppendCall, answer: sendUnaryData<AppendResp>) => this.#append(call, answer),
    });
    const address = `127.0.0.1:${String(this.#port)}`;
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, this.#credentials, (error, port) => {
        if (error) reject(error);
        else resolve(port);
      });
    });
  }

  #append(call: AppendCall, answer: sendUnaryData<AppendResp>): void {
    this.authorization = call.metadata.get('authorization')[0]?.toString();
    let asked: AskedAppend | undefined;
    const events: Proposed[] = [];
    call.on('data', (message: AppendReq) => {
      const options = message.getOptions();
      if (options) asked = askedAppend(options);
      const proposed = message.getProposedMessage();
      if (proposed) events.push(proposedOf(proposed));
    });
    call.on('end', () => void this.#write(asked, events, answer));
  }

  async #write(asked: AskedAppend | undefined, events: Proposed[], answer: sendUnaryData<AppendResp>): Promise<void> {
    if (!asked) throw new Error('An append without options.');
    const written = this.log.append(asked.streamId, asked.expected, events);
    const { onceWritten } = this;
    this.onceWritten = undefined;
    onceWritten?.();
    if (this.delayMs > 0) await pause(this.delayMs, undefined, { ref: false });
    if (written.ok || written.because !== 'too-large') answer(null, appendAnswer(written, asked));
    else answer(refusal(grpc.status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded.', tooLarge), null);
  }

  async #read(call: ReadCall): Promise<void> {
    const asked = askedRead(call.request);
    this.authorization = call.metadata.get('authorization')[0]?.toString();
    if (this.delayMs > 0) await pause(this.delayMs, undefined, { ref: false });
    const { of } = asked;
    if ('stream' in of) await this.#sendStream(call, asked, of);
    else if (typeof of.all === 'number' && !this.#isBoundary(of.all)) {
      call.emit('error', refusal(grpc.status.INVALID_ARGUMENT, 'Trying to read from an invalid position.'));
    } else if (asked.follow) await this.#follow(call, typeof of.all === 'number' ? of.all : -1, asked.follow);
    else await this.#sendAll(call, asked, of.all);
  }

  /** The log is read from where a record begins, or not at all. */
  #isBoundary(position: number): boolean {
    return position >= this.log.end || this.log.records.some((record) => record.position === position);
  }

  async #sendStream(
    call: ReadCall,
    { count, backwards }: AskedRead,
    { stream: streamId, revision }: { stream: string; revision: number },
  ): Promise<void> {
    const stream = this.log.stream(streamId);
    if (backwards) throw new Error('The driver reads no stream backwards.');
    if (!stream) await send(call, notFoundMessage(streamId));
    for (const record of stream?.slice(revision, revision + count) ?? []) await send(call, eventMessage(record));
    call.end();
  }

  async #sendAll(call: ReadCall, { count, backwards }: AskedRead, from: number | 'start' | 'end'): Promise<void> {
    if (!backwards) throw new Error('The driver reads the log forwards by subscriptions.');
    const before = typeof from === 'number' ? from : Infinity;
    const records = this.log.records.filter((record) => record.position < before);
    for (const record of records.toReversed().slice(0, count)) await send(call, eventMessage(record));
    call.end();
  }

  /**
   * Catches up page by page, then goes live. In pages a checkpoint is where the page began, as (position, 0): at the end of the log,
   * where the next record will begin. Live it is the record that was looked at last, as (position, position).
   */
  async #follow(call: ReadCall, after: number, { passes, window }: NonNullable<AskedRead['follow']>): Promise<void> {
    const over = new AbortController();
    call.on('cancelled', () => over.abort());
    call.on('close', () => over.abort());
    await send(call, confirmationMessage());
    let next = this.log.records.findIndex((record) => record.position > after);
    if (next < 0) next = this.log.records.length;
    let live = false;
    let looked = 0;
    while (!over.signal.aborted) {
      const page = this.log.records.slice(next, next + window);
      const start = page[0]?.position ?? this.log.end;
      for (const record of page) {
        if (over.signal.aborted) return;
        if (passes(record)) await send(call, eventMessage(record));
        looked += 1;
        if (live && looked % window === 0) await send(call, checkpointMessage(record.position, record.position));
      }
      next += page.length;
      const atEnd = next === this.log.records.length;
      if (!live) await this.#sendPageCheckpoint(call, page, passes, start);
      if (!live && atEnd) {
        await send(call, caughtUpMessage());
        this.caughtUp += 1;
      }
      live ||= atEnd;
      if (live && page.length === 0) await this.log.grown.next(over.signal, 60_000);
    }
  }

  async #sendPageCheckpoint(
    call: ReadCall,
    page: readonly LogRecord[],
    passes: (record: LogRecord) => boolean,
    start: number,
  ): Promise<void> {
    const last = page.findLast(passes)?.position;
    await send(call, last === undefined ? checkpointMessage(start, 0) : checkpointMessage(last, last));
  }
}

async function send(call: ReadCall, message: ReadResp): Promise<void> {
  if (call.cancelled || call.destroyed || call.write(message)) return;
  const ends = ['drain', 'close', 'cancelled'];
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      for (const event of ends) call.off(event, goOn);
      resolve();
    };
    for (const event of ends) call.once(event, goOn);
  });
}

function refusal(code: grpc.status, details: string, trailers: Readonly<Record<string, string>> = {}): ServiceError {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}
