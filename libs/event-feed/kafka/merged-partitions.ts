import { comparePositions, type Position, type StoredEvent } from '../../event-store/port.js';
import { Bell } from '../../platform/bell.js';
import type { PartitionMarks, Stretch, Tail } from '../tail.js';

/**
 * A record of a partition: a wanted event; a mark, which says that everything after `since` up to `position` was published;
 * something that cannot be read; or, bare, an event nobody wants.
 */
export interface PartitionRecord {
  readonly offset: string;
  readonly event?: StoredEvent;
  readonly position?: Position;
  readonly since?: Position;
  /** Of a mark: to how many partitions that was; 0 where it does not say. */
  readonly partitions?: number;
  readonly unreadable?: string;
}

interface Held {
  readonly offset: string;
  readonly event: StoredEvent;
  /** The last mark before it. */
  readonly marked: Position;
}

interface Partition {
  readonly queue: Held[];
  /** The next offset that is expected. */
  next: bigint;
  /** The last event that was held: what comes again is known by its position. */
  last: Position;
  /** Everything of this partition up to here was seen; undefined until its first mark. */
  marked: Position | undefined;
}

/** Wanted events a partition may hold before it is asked to pause. */
const mostHeld = 2_000;

/**
 * The partitions of a topic as one stretch of the log, in log order: an event is handed out once every partition is marked as
 * complete up to its position. Where something is missing (marks do not join, a record cannot be read) the stretch begins anew behind it,
 * and who stands before that reads the log.
 */
export class MergedPartitions implements Tail {
  readonly #topic: string;
  readonly #partitions = new Map<number, Partition>();
  readonly #news = new Bell();
  /** Everything after this position, up to `#reached`, is held. Unknown until every partition is marked. */
  #from: Position | undefined;

  /**
   * @param start where a checkpoint found the partitions, with its position; or the offsets at which they end now, when there is none:
   * then the tail begins where every partition was marked once.
   */
  constructor(
    topic: string,
    start:
      { readonly position: Position; readonly marks: PartitionMarks } | { readonly ends: ReadonlyMap<number, string> },
  ) {
    this.#topic = topic;
    if ('ends' in start) {
      for (const [partition, offset] of start.ends) this.#open(partition, offset, undefined);
      return;
    }
    this.#from = start.position;
    for (const [partition, [offset, marked]] of Object.entries(start.marks.partitions))
      this.#open(Number(partition), offset, marked);
  }

  /** The offsets to read on from. */
  get nextOffsets(): ReadonlyMap<number, string> {
    return new Map([...this.#partitions].map(([partition, { next }]) => [partition, String(next)]));
  }

  /** True until every partition was marked: nothing can be handed out before. */
  get unknown(): boolean {
    return this.#from === undefined;
  }

  isFull(partition: number): boolean {
    return (this.#partitions.get(partition)?.queue.length ?? 0) >= mostHeld;
  }

  /**
   * Takes records in the order of a partition; `gap` when offsets before them are missing, `fewer` when what a mark says was published
   * to more partitions than are read here. Then none is taken.
   */
  push(partition: number, records: readonly PartitionRecord[]): 'taken' | 'gap' | 'fewer' {
    const into = this.#partitions.get(partition);
    const [first] = records;
    if (into === undefined || first === undefined) return 'taken';
    if (BigInt(first.offset) > into.next) return 'gap';
    if (records.some(({ partitions = 0 }) => partitions > this.#partitions.size)) return 'fewer';
    for (const record of records) {
      if (BigInt(record.offset) < into.next) continue;
      into.next = BigInt(record.offset) + 1n;
      if (record.event !== undefined) hold(into, record.offset, record.event);
      else if (record.position !== undefined && record.since !== undefined)
        this.#mark(into, record.since, record.position);
      // What it should have said stands before the next mark: that one is then the first of a new stretch.
      else if (record.unreadable !== undefined) into.marked = undefined;
    }
    this.#news.ring();
    return 'taken';
  }

  after(position: Position, limit: number): Stretch | 'behind' | 'nothing' | 'unknown' {
    if (this.#from === undefined) return 'unknown';
    if (comparePositions(position, this.#from) < 0) return 'behind';
    const reached = this.#reached();
    if (reached === undefined || comparePositions(position, reached) >= 0) return 'nothing';
    this.#forget(position);
    const events = [...this.#partitions.values()]
      .flatMap(({ queue }) => queue.slice(0, firstAfter(queue, reached)).map(({ event }) => event))
      .toSorted((a, b) => comparePositions(a.position, b.position));
    const page = events.slice(0, limit);
    const last = page.at(-1);
    return { events: page, readTo: last !== undefined && page.length < events.length ? last.position : reached };
  }

  /** The relay does not gather. */
  hurry(): void {
    // Nothing to hurry.
  }

  news(signal: AbortSignal, timeoutMs: number): Promise<void> {
    return this.#news.next(signal, timeoutMs);
  }

  marksAt(position: Position): PartitionMarks | undefined {
    if (this.#from === undefined || comparePositions(position, this.#from) < 0) return undefined;
    const partitions: [string, readonly [string, Position]][] = [];
    for (const [partition, { queue, next, marked }] of this.#partitions) {
      const first = queue[firstAfter(queue, position)];
      if (first !== undefined) partitions.push([String(partition), [first.offset, first.marked]]);
      else if (marked !== undefined) partitions.push([String(partition), [String(next), marked]]);
      else return undefined;
    }
    return { topic: this.#topic, partitions: Object.fromEntries(partitions) };
  }

  #open(partition: number, offset: string, marked: Position | undefined): void {
    this.#partitions.set(partition, { queue: [], next: BigInt(offset), last: marked ?? '0', marked });
  }

  #mark(partition: Partition, since: Position, position: Position): void {
    const { marked } = partition;
    const joins = marked !== undefined && comparePositions(since, marked) <= 0;
    if (marked === undefined || comparePositions(position, marked) > 0) partition.marked = position;
    if (!joins || this.#from === undefined) this.#beginAnew(position);
  }

  /** A stretch that is complete begins behind a mark, once every partition has one. */
  #beginAnew(position: Position): void {
    if (this.#from !== undefined) {
      this.#forget(position);
      return;
    }
    const marks = [...this.#partitions.values()].map(({ marked }) => marked);
    if (marks.every((mark) => mark !== undefined)) this.#forget(marks.reduce(furthestOf, '0'));
  }

  /** How far every partition is complete. */
  #reached(): Position | undefined {
    let least: Position | undefined;
    for (const { marked } of this.#partitions.values()) {
      if (marked === undefined) return undefined;
      if (least === undefined || comparePositions(marked, least) < 0) least = marked;
    }
    return least;
  }

  #forget(upTo: Position): void {
    for (const { queue } of this.#partitions.values()) queue.splice(0, firstAfter(queue, upTo));
    if (this.#from === undefined || comparePositions(upTo, this.#from) > 0) this.#from = upTo;
  }
}

const furthestOf = (a: Position, b: Position): Position => (comparePositions(a, b) > 0 ? a : b);

/** Not what came before: a relay that began anew sends again. */
const hold = (partition: Partition, offset: string, event: StoredEvent): void => {
  if (comparePositions(event.position, partition.last) <= 0) return;
  partition.last = event.position;
  partition.queue.push({ offset, event, marked: partition.marked ?? '0' });
};

/** The index of the first held event after a position. */
function firstAfter(queue: readonly Held[], position: Position): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePositions(queue[middle]?.event.position ?? '0', position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
