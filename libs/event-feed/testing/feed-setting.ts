import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { createPostgresEventStore } from '../../event-store/postgres/postgres-event-store.js';
import type { EventMetadata, EventStore, Position } from '../../event-store/port.js';
import { LocalTransport } from '../local/local-transport.js';
import type { ConsumerStatus, Policy, Projection } from '../port.js';
import { RunningFeed } from '../running-feed.js';
import type { Transport } from '../transport.js';
import { held, type Held } from './held.js';

export const metadata: EventMetadata = {
  correlationId: 'correlation',
  actor: { id: 'user-idt', role: 'idt', organisation: 'council' },
  source: 'api',
};

/** One database, and as many "processes" on it as a test wants: each has its own pool, store and feed. */
export class FeedSetting {
  readonly database: TestDatabase;
  readonly store: EventStore;
  readonly #pools: pg.Pool[] = [];
  readonly #feeds: RunningFeed[] = [];
  readonly #held: Held[] = [];
  readonly #complaints: string[] = [];

  readonly #transport: () => Transport;

  private constructor(database: TestDatabase, transport: () => Transport) {
    this.database = database;
    this.#transport = transport;
    this.store = createPostgresEventStore(database.pool);
  }

  /** What carries the events of a setting, asked once for each: its processes share it. */
  static carriedBy: () => () => Transport = () => () => new LocalTransport();

  static async open(): Promise<FeedSetting> {
    return new FeedSetting(await startTestDatabase(), FeedSetting.carriedBy());
  }

  /** A feed as another process would hold it; not started. */
  process(...consumers: (Projection | Policy)[]): RunningFeed {
    const { feed } = this.processWithStore();
    for (const consumer of consumers) feed.register(consumer);
    return feed;
  }

  /** The same with the log as that process has it, on the same connections. */
  processWithStore(): { readonly feed: RunningFeed; readonly store: EventStore } {
    const pool = new pg.Pool({ connectionString: this.database.url, max: 12 });
    pool.on('error', () => undefined);
    this.#pools.push(pool);
    const store = createPostgresEventStore(pool);
    const feed = new RunningFeed({
      transport: this.#transport(),
      pool,
      store,
      log: (level, message) => {
        if (level !== 'info') this.#complaints.push(message);
      },
    });
    this.#feeds.push(feed);
    return { feed, store };
  }

  async started(...consumers: (Projection | Policy)[]): Promise<RunningFeed> {
    const feed = this.process(...consumers);
    await feed.start();
    return feed;
  }

  /** A projection whose folds wait, from a page on (0 is the first), until they are let go: at the latest when the setting closes. */
  held(projection: Projection, from = 0): Held {
    const waiting = held(projection, from);
    this.#held.push(waiting);
    return waiting;
  }

  /** The status of a feed without what carries the events. */
  async projections(feed: RunningFeed): Promise<readonly ConsumerStatus[]> {
    return (await feed.status()).filter(({ kind }) => kind === 'projection');
  }

  /** What the feeds complained of about a consumer; that a broker is only just coming up is not its fault. */
  complaintsOf(consumer: string): readonly string[] {
    return this.#complaints.filter((said) => said.startsWith(consumer) && !said.includes('without Kafka'));
  }

  /** Appends one event and gives its position. */
  async happened(streamId: string, type: string, data: object = {}, personId?: string): Promise<Position> {
    const event = {
      eventId: uuidv7(),
      type,
      schemaVersion: 1,
      occurredAt: '2026-11-23T08:30:00.000Z',
      ...(personId === undefined ? {} : { personId }),
      data,
    };
    const result = await this.store.append(streamId, 'any', [event], metadata);
    if (!result.ok) throw new Error('not appended');
    return result.position;
  }

  /** Looks again and again until something is so. */
  async until(so: () => Promise<boolean>): Promise<void> {
    while (!(await so())) await breathe();
  }

  async rows<R extends object>(sql: string): Promise<R[]> {
    return (await this.database.pool.query<R>(sql)).rows;
  }

  async close(): Promise<void> {
    for (const waiting of this.#held) waiting.letGo();
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
    await Promise.all(this.#pools.map((pool) => pool.end()));
    await this.database.stop();
  }
}
