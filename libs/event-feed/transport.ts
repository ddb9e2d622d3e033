import type { Pool } from 'pg';
import type { EventStore, Position } from '../event-store/port.js';
import type { FeedLog } from './feed-log.js';
import type { ConsumerStatus } from './port.js';
import type { Runner } from './runner.js';

export interface TransportParts {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly log: FeedLog;
  /** Somebody in another process waits for consumers that may run here. */
  readonly onAwaited: () => void;
}

/** Brings events to the runners of this process, and sees to it that each consumer runs in one process only. */
export interface Transport {
  /** Begins to run the consumers that may run here; what cannot be reached yet is waited for in the background. */
  start(runners: readonly Runner[], parts: TransportParts): Promise<void>;
  /** Ends all runners, within the time the work in hand takes. */
  stop(): Promise<void>;
  /** What the transport itself does with the log, and how far it has come. */
  status(head: Position): Promise<readonly ConsumerStatus[]>;
  /** Why events do not come through, if so. */
  faults(): readonly string[];
}
