import { setTimeout as pause } from 'node:timers/promises';
import { comparePositions, type EventStore, type Position, type StoredEvent } from '../../event-store/port.js';
import { Bell } from '../../platform/bell.js';
import type { PartitionMarks, Stretch, Tail } from '../tail.js';

/**
 * While the log is busy it is read so often: each reading costs a statement, however little it finds. Lower shows news sooner, higher
 * costs less. Who waits for a position hurries it.
 */
const gatherMs = 20;
/** Consumers further behind than this read for themselves. */
const mostEvents = 4_000;

/**
 * The newest stretch of the log, read once for all consumers of the process: twenty that are up to date cost one query a page.
 */
export class LogTail implements Tail {
  readonly #store: EventStore;
  readonly #onFault: (error: unknown) => void;
  readonly #news = new Bell();
  readonly #hurry = new Bell();
  #hurriedTo: Position = '0';
  #events: StoredEvent[] = [];
  /** Everything after `#from` up to `#reached` is in `#events`. */
  #from: Position = '0';
  #reached: Position = '0';
  #following: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(store: EventStore, onFault: (error: unknown) => void) {
    this.#store = store;
    this.#onFault = onFault;
  }

  async start(): Promise<void> {
    this.#from = this.#reached = await this.#store.head();
    this.#following = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  after(position: Position, limit: number): Stretch | 'behind' | 'nothing' {
    if (comparePositions(position, this.#from) < 0) return 'behind';
    if (comparePositions(position, this.#reached) >= 0) return 'nothing';
    const start = firstAfter(this.#events, position);
    const events = this.#events.slice(start, start + limit);
    const last = events.at(-1);
    const cut = last !== undefined && start + limit < this.#events.length;
    return { events, readTo: cut ? last.position : this.#reached };
  }

  hurry(position: Position): void {
    if (comparePositions(position, this.#hurriedTo) > 0) this.#hurriedTo = position;
    this.#hurry.ring();
  }

  /** The position is all it takes. */
  marksAt(): PartitionMarks | undefined {
    return undefined;
  }

  news(signal: AbortSignal, timeoutMs: number): Promise<void> {
    return this.#news.next(signal, timeoutMs);
  }

  /** A log that cannot be read further (an event nobody can lift to its newest version) is tried again, and told. */
  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#readOn();
      } catch (error) {
        this.#onFault(error);
        await pause(1_000, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  async #readOn(): Promise<void> {
    for await (const page of this.#store.subscribe(this.#reached, {}, this.#stop.signal)) {
      this.#events.push(...page.events);
      this.#reached = page.readTo;
      if (this.#events.length > mostEvents) {
        const gone = this.#events.splice(0, this.#events.length - mostEvents);
        this.#from = gone.at(-1)?.position ?? this.#from;
      }
      this.#news.ring();
      if (page.atEnd && comparePositions(this.#hurriedTo, this.#reached) <= 0)
        await this.#hurry.next(this.#stop.signal, gatherMs);
    }
  }
}

/** The index of the first event after a position. */
function firstAfter(events: readonly StoredEvent[], position: Position): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePositions(events[middle]?.position ?? '0', position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
