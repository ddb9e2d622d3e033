import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { Bell } from '../platform/bell.js';
import type { FeedLog } from './feed-log.js';
import { endOf } from '../platform/end-of.js';
import type { ConsumerId } from './checkpoints.js';

/** The first half of the advisory locks of consumers; the second is made from name and version. */
const leaseLocks = 7_240_312;
const lookAgainMs = 500;
/** Held while leases are asked for, so that of two processes that start at once one gets them all: consumers wait for each other. */
const askingLock = 7_240_315;
/** Somebody in another process waits for consumers that may run here. */
export const awaitedChannel = 'homeward_feed_awaited';
/** Said on that channel by a consumer that wants to hear from the relay how far every partition is. */
export const marksWanted = 'marks';

/** What is to run in one process only. */
export interface LeasedTask {
  readonly id: ConsumerId;
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * One runner per consumer over all processes: a session's advisory lock is the lease, gone the moment the process is.
 * Only for economy. That two runners at once do no harm is the work of the compare-and-set on the checkpoint.
 */
export class LeaseKeeper {
  readonly #pool: pg.Pool;
  readonly #tasks: readonly LeasedTask[];
  readonly #log: FeedLog;
  readonly #onAwaited: (said: string | undefined) => void;
  readonly #stop = new AbortController();
  #keeping: Promise<void> = Promise.resolve();

  constructor(
    pool: pg.Pool,
    tasks: readonly LeasedTask[],
    log: FeedLog,
    onAwaited: (said: string | undefined) => void,
  ) {
    this.#pool = pool;
    this.#tasks = tasks;
    this.#log = log;
    this.#onAwaited = onAwaited;
  }

  start(): void {
    this.#keeping = this.#keep();
  }

  /** Ends all tasks and gives the leases back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    const again = new Bell();
    while (!this.#stop.signal.aborted) {
      await this.#holdWhileConnected().catch(() => undefined);
      await again.next(this.#stop.signal, lookAgainMs);
    }
  }

  /** A connection of its own: the leases live as long as it does. */
  async #holdWhileConnected(): Promise<void> {
    const client = new pg.Client(this.#pool.options);
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    client.on('end', () => lost.abort());
    const over = AbortSignal.any([lost.signal, this.#stop.signal]);
    // Every runner listens: not a leak, and not to be told as one.
    setMaxListeners(0, over);
    const running = new Map<LeasedTask, Promise<void>>();
    const look = new Bell();
    try {
      await client.connect();
      client.on('notification', ({ payload }) => this.#onAwaited(payload));
      await client.query(`LISTEN ${awaitedChannel}`);
      while (!over.aborted) {
        const missing = this.#tasks.filter((task) => !running.has(task));
        for (const task of await leased(client, missing)) running.set(task, task.run(over));
        if (running.size === this.#tasks.length) await endOf(over);
        else await look.next(over, lookAgainMs);
      }
    } catch (error) {
      lost.abort();
      if (!this.#stop.signal.aborted) this.#log('warn', 'The connection that holds the leases of the feed is gone.');
      throw error;
    } finally {
      lost.abort();
      await Promise.all(running.values());
      await client.end().catch(() => undefined);
    }
  }
}

async function leased(client: pg.Client, tasks: readonly LeasedTask[]): Promise<readonly LeasedTask[]> {
  if (tasks.length === 0) return [];
  await client.query('SELECT pg_advisory_lock($1)', [askingLock]);
  const { rows } = await client.query<{ got: boolean }>(
    `SELECT pg_try_advisory_lock($1, hashtext(key)) AS got FROM unnest($2::text[]) WITH ORDINALITY k(key, n) ORDER BY n`,
    [leaseLocks, tasks.map(({ id }) => `${id.name} ${id.version}`)],
  );
  await client.query('SELECT pg_advisory_unlock($1)', [askingLock]);
  return tasks.filter((_, at) => rows[at]?.got === true);
}
