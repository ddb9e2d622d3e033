import { v7 as uuidv7 } from 'uuid';
import {
  type AppendResult,
  type EventFilter,
  type EventMetadata,
  type EventStore,
  type EventToAppend,
  type StoredEvent,
} from '../port.js';

/** What the suite needs of a driver: a log, and a second store instance on the same log. */
export interface LogUnderTest {
  readonly store: EventStore;
  /** As another process would hold it: shares the log and nothing else. */
  readonly other: EventStore;
  /** Breaks the connections of both stores, in the middle of whatever they carry. */
  breakConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** Where drivers differ, and may. Everything else is the same rule for all. */
export interface Capabilities {
  /** Where an event id is taken: in the whole log, or in its stream. */
  readonly eventIds: 'unique in the log' | 'unique in their stream';
  readonly positions: 'without gaps' | 'with gaps';
  /** The longest text (ASCII) that an event is tried with; 1,000,000 at least. */
  readonly largeText: number;
  /** A text that is too long for the log, where it has a limit. */
  readonly tooLargeText?: number;
  /** The log is this run's own: it holds nothing at the start. */
  readonly startsEmpty: boolean;
  /** Whether `breakConnections` can do what it says. */
  readonly breakable: boolean;
}

export const metadata: EventMetadata = {
  correlationId: 'correlation-1',
  causationId: 'cause-1',
  actor: { id: 'user-idt', role: 'idt', organisation: 'council' },
  source: 'api',
};

export const happened = (data: object = {}, more: Partial<EventToAppend> = {}): EventToAppend => ({
  eventId: uuidv7(),
  type: 'CaseReferred',
  schemaVersion: 1,
  occurredAt: '2026-11-23T08:30:00.000Z',
  data,
  ...more,
});

type Done = AppendResult & { ok: true };

export const done = (result: AppendResult): Done => {
  if (!result.ok) throw new Error(`refused: ${result.code}, actual ${String(result.actual)}`);
  return result;
};

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
export const dataOf = (events: readonly StoredEvent[]): unknown[] => events.map((event) => event.data);

/** The log under test, and what the rules do with it over and over. */
export class Setting {
  readonly can: Capabilities;
  readonly #open: () => Promise<LogUnderTest>;
  /** Names streams of this run: the log may hold those of others. */
  readonly #run = uuidv7().slice(-12);
  #streams = 0;
  #log: LogUnderTest | undefined;
  #start = '0';

  constructor(can: Capabilities, open: () => Promise<LogUnderTest>) {
    this.can = can;
    this.#open = open;
  }

  async open(): Promise<void> {
    this.#log = await this.#open();
    this.#start = await this.store.head();
  }

  get log(): LogUnderTest {
    if (!this.#log) throw new Error('The log is not open.');
    return this.#log;
  }
  get store(): EventStore {
    return this.log.store;
  }
  get other(): EventStore {
    return this.log.other;
  }
  /** The head of the log when the run began. */
  get start(): string {
    return this.#start;
  }

  /** One of the two stores, in turn. */
  either(n: number): EventStore {
    return n % 2 ? this.store : this.other;
  }

  stream(prefix = 'case-'): string {
    return `${prefix}${this.#run}-${(this.#streams += 1)}`;
  }

  async append(streamId: string, ...events: EventToAppend[]): Promise<Done> {
    return done(await this.store.append(streamId, 'any', events, metadata));
  }

  /** Reads to the end, by pages of this size. */
  async readOn(after: string, filter: EventFilter = {}, by = 100): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (let from = after; ;) {
      const page = await this.store.readAll(from, filter, by);
      events.push(...page.events);
      from = page.readTo;
      if (page.atEnd) return events;
    }
  }

  /** Subscribes until so many events have come. */
  async follow(after: string, count: number, filter: EventFilter = {}, by = this.store): Promise<StoredEvent[]> {
    const stop = new AbortController();
    const events: StoredEvent[] = [];
    for await (const page of by.subscribe(after, filter, stop.signal)) {
      events.push(...page.events);
      if (events.length >= count) stop.abort();
    }
    return events;
  }
}
