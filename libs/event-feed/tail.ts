import type { Position, StoredEvent } from '../event-store/port.js';

export interface Stretch {
  readonly events: readonly StoredEvent[];
  readonly readTo: Position;
}

/** Where to read on in each partition of a topic: the next offset, and the position up to which everything before it was seen. */
export interface PartitionMarks {
  readonly topic: string;
  readonly partitions: Readonly<Record<string, readonly [offset: string, seen: Position]>>;
}

/** The newest stretch of the log as a transport brings it, in log order. */
export interface Tail {
  /**
   * What comes after a position: `behind` when that is no longer (or was never) held here, and has to be read from the log;
   * `unknown` while the tail has not heard enough to say.
   */
  after(position: Position, limit: number): Stretch | 'behind' | 'nothing' | 'unknown';
  /** Somebody waits for what comes up to this position. */
  hurry(position: Position): void;
  /** Resolves when the tail grew, at the latest after the time given. */
  news(signal: AbortSignal, timeoutMs: number): Promise<void>;
  /** What to store with a checkpoint at this position, so that the tail is found again there. */
  marksAt(position: Position): PartitionMarks | undefined;
}
