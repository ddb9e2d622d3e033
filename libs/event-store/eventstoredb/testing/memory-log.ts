import { Bell } from '../../../platform/bell.js';

/** An event as it is sent to be written. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface LogRecord extends Proposed {
  readonly streamId: string;
  readonly revision: number;
  /** Where it begins in the log: commit and prepare position. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** `revision`: of the last event; -1 for none. */
export type Written =
  | { readonly ok: true; readonly revision: number; readonly position: number }
  | { readonly ok: false; readonly because: 'wrong-revision'; readonly revision: number }
  | { readonly ok: false; readonly because: 'too-large' };

/** MaxAppendSize of EventStoreDB, as it is shipped. */
export const maxAppendSize = 1_048_576;
/** One of the server's own events comes after so many others. */
const statisticsAfter = 40;

/** What EventStoreDB does with streams and the log, in memory: order, revisions, idempotence by stream and revision, positions with gaps. */
export class MemoryLog {
  readonly grown = new Bell();
  readonly #records: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  #end = 0;

  constructor() {
    for (const type of ['$epoch-information', '$UserCreated', '$statsCollected'])
      this.#write('$system', [system(type)]);
  }

  /** In log order. */
  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** Where the next record will begin. */
  get end(): number {
    return this.#end;
  }

  stream(streamId: string): readonly LogRecord[] | undefined {
    return this.#streams.get(streamId);
  }

  /** `expected`: the revision of the last event, -1 for no stream. The same events at the same place again are a success, and write nothing. */
  append(streamId: string, expected: number, events: readonly Proposed[]): Written {
    const size = events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
    if (size > maxAppendSize) return { ok: false, because: 'too-large' };
    const stream = this.#streams.get(streamId) ?? [];
    const revision = stream.length - 1;
    if (expected === revision) {
      this.#write(streamId, events);
      if (this.#records.length % statisticsAfter < events.length) this.#write('$stats-1', [system('$statsCollected')]);
    } else if (expected > revision || events.some(({ id }, at) => stream[expected + 1 + at]?.id !== id)) {
      return { ok: false, because: 'wrong-revision', revision };
    }
    const last = this.#streams.get(streamId)?.[expected + events.length];
    return { ok: true, revision: expected + events.length, position: last?.position ?? 0 };
  }

  #write(streamId: string, events: readonly Proposed[]): void {
    const stream = this.#streams.get(streamId) ?? [];
    const created = Math.max(Date.now(), this.#records.at(-1)?.created ?? 0);
    for (const event of events) {
      const record = { ...event, streamId, revision: stream.length, position: this.#end, created };
      this.#end += 57 + streamId.length + event.type.length + event.data.length + event.metadata.length;
      stream.push(record);
      this.#records.push(record);
    }
    this.#streams.set(streamId, stream);
    this.grown.ring();
  }
}

let ids = 0;
const system = (type: string): Proposed => ({
  id: `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
  type,
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: Buffer.from('{}'),
});
