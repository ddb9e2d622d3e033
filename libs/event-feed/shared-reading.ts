import { setTimeout as pause } from 'node:timers/promises';
import {
  comparePositions,
  StoreUnavailable,
  type AllPage,
  type EventFilter,
  type EventStore,
  type Position,
  type StoredEvent,
} from '../event-store/port.js';
import { Bell } from '../platform/bell.js';
import { matcherOf } from './event-filter.js';
import { readAhead } from './read-ahead.js';

export interface SharedReadingOptions {
  /** Events of a stretch. */
  readonly stretch?: number;
  /** Stretches held at a time: how far the first may be ahead of the last. Higher lets them run more freely, lower holds less in memory. */
  readonly held?: number;
  /** How long (ms) the first waits for the last, which then reads for itself. */
  readonly patienceMs?: number;
  /**
   * How long (ms) one that begins waits for others that begin too; `gatherAllMs`: at the beginning of the log, where all begin when everything is
   * built, until so long no other came.
   */
  readonly gatherMs?: number;
  readonly gatherAllMs?: number;
}

interface Reader {
  position: Position;
}

interface Stretch {
  readonly from: Position;
  /** Undefined while it is being read. */
  page: AllPage | undefined;
  readonly read: Promise<AllPage>;
}

/** Rounds of waiting for others to begin. */
const mostRounds = 8;
/** A page that holds little of what is wanted goes on over so many stretches. */
const mostStretches = 20;

/**
 * Reads the log once for all projections that catch up at the same time: most of them want the same events, and reading and parsing these costs more than
 * folding them. They go along together, the first waiting for the last; one that is alone, or too far from the others, has the log looked through for
 * what it wants.
 */
export class SharedReading {
  readonly #store: EventStore;
  readonly #options: Required<SharedReadingOptions>;
  readonly #readers = new Set<Reader>();
  readonly #moved = new Bell();
  #stretches: Stretch[] = [];
  #begun = 0;

  constructor(store: EventStore, options: SharedReadingOptions = {}) {
    this.#store = store;
    this.#options = { stretch: 500, held: 8, patienceMs: 10_000, gatherMs: 50, gatherAllMs: 500, ...options };
  }

  /** The pages of a consumer from a position to the end of the log, with about so many events each. */
  async *pages(
    after: Position,
    wants: EventFilter,
    size: number,
    signal: AbortSignal,
  ): AsyncGenerator<AllPage, void, void> {
    const reader: Reader = { position: after };
    this.#readers.add(reader);
    this.#begun += 1;
    try {
      await this.#gather(after, signal);
      for await (const page of this.#along(reader, matcherOf(wants), size, signal)) {
        yield page;
        if (page.atEnd) return;
      }
    } finally {
      this.#readers.delete(reader);
      this.#moved.ring();
      if (this.#readers.size === 0) this.#stretches = [];
    }
    if (!signal.aborted) yield* readAhead(this.#store, reader.position, wants, size);
  }

  async #gather(after: Position, signal: AbortSignal): Promise<void> {
    const ms = after === '0' ? this.#options.gatherAllMs : this.#options.gatherMs;
    for (let round = 0, begun = -1; begun !== this.#begun && round < mostRounds; round += 1) {
      begun = this.#begun;
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  /** What it reads along with others; ends where it has to go on by itself. */
  async *#along(
    reader: Reader,
    wanted: (event: StoredEvent) => boolean,
    size: number,
    signal: AbortSignal,
  ): AsyncGenerator<AllPage, void, void> {
    let events: StoredEvent[] = [];
    let passed = 0;
    while (!signal.aborted) {
      const next = this.#readers.size < 2 ? undefined : await this.#next(reader, signal);
      if (next === undefined) break;
      events.push(...next.events.filter(wanted));
      passed += 1;
      reader.position = next.readTo;
      this.#moved.ring();
      if (!next.atEnd && events.length < size && passed < mostStretches) continue;
      yield { events, readTo: next.readTo, atEnd: next.atEnd };
      events = [];
      passed = 0;
    }
    if (passed > 0 && !signal.aborted) yield { events, readTo: reader.position, atEnd: false };
  }

  /** The stretch after where the reader stands; undefined when the others are elsewhere. */
  async #next(reader: Reader, signal: AbortSignal): Promise<AllPage | undefined> {
    const at = reader.position;
    let patient = true;
    while (!signal.aborted) {
      const [first, last] = [this.#stretches[0], this.#stretches.at(-1)];
      if (first !== undefined && comparePositions(at, first.from) < 0) return undefined;
      const held = this.#stretches.find(({ page }) => page !== undefined && comparePositions(at, page.readTo) < 0);
      if (held?.page !== undefined) {
        if (held === last && !held.page.atEnd) this.#readOn(held.page.readTo, reader);
        return partAfter(held.page, at);
      }
      if (last !== undefined && last.page === undefined) {
        const page = await last.read.catch(unreadable);
        if (page === undefined) return undefined;
        // At the end of the log it leads no further than it began.
        if (last.from === at && page.readTo === at) return page;
        if (comparePositions(at, page.readTo) > 0) return undefined;
        continue;
      }
      if (last?.page !== undefined && comparePositions(at, last.page.readTo) > 0) return undefined;
      if (this.#stretches.length < this.#options.held) this.#read(last?.page?.readTo ?? this.#hindmost());
      else if (patient && this.#isHeldUp(reader)) patient = await this.#wait(signal);
      else this.#stretches.shift();
    }
    return undefined;
  }

  /** One stretch ahead, unless that would take away what others have still to read. */
  #readOn(from: Position, reader: Reader): void {
    if (this.#stretches.length >= this.#options.held) {
      if (this.#isHeldUp(reader)) return;
      this.#stretches.shift();
    }
    this.#read(from);
  }

  #read(from: Position): void {
    const read = this.#store.readAll(from, {}, this.#options.stretch);
    const stretch: Stretch = { from, page: undefined, read };
    this.#stretches.push(stretch);
    // Who waits for it is told of a failure; it is read again by the next who needs it.
    const gone = (): void => void (this.#stretches = this.#stretches.filter((one) => one !== stretch));
    read.then((page) => (page.readTo === from ? gone() : (stretch.page = page)), gone);
  }

  /** Others still go along and have not read the oldest stretch yet; who was left behind it is waited for no more. */
  #isHeldUp(reader: Reader): boolean {
    const [oldest] = this.#stretches;
    if (oldest?.page === undefined) return false;
    const { from, page } = oldest;
    return [...this.#readers].some(
      (other) =>
        other !== reader &&
        comparePositions(from, other.position) <= 0 &&
        comparePositions(other.position, page.readTo) < 0,
    );
  }

  /** False when nobody moved in all that time. */
  async #wait(signal: AbortSignal): Promise<boolean> {
    const begun = performance.now();
    await this.#moved.next(signal, this.#options.patienceMs);
    return performance.now() - begun < this.#options.patienceMs;
  }

  #hindmost(): Position {
    const [first, ...others] = [...this.#readers].map(({ position }) => position);
    return others.reduce((least, position) => (comparePositions(position, least) < 0 ? position : least), first ?? '0');
  }
}

/** An absent database holds all up alike; of an event that cannot be read only those need know that want it. */
const unreadable = (error: unknown): undefined => {
  if (error instanceof StoreUnavailable) throw error;
  return undefined;
};

const partAfter = (page: AllPage, position: Position): AllPage => {
  const [first] = page.events;
  if (first === undefined || comparePositions(first.position, position) > 0) return page;
  return { ...page, events: page.events.filter((event) => comparePositions(event.position, position) > 0) };
};
