import type pg from 'pg';
import { LocalTransport } from '../../event-feed/local/local-transport.js';
import { RunningFeed } from '../../event-feed/running-feed.js';
import { createPostgresEventStore } from '../../event-store/postgres/postgres-event-store.js';
import { PostgresDatabase } from '../../platform/database.js';
import { migrate } from '../../platform/migrations.js';
import { buildPeopleDirectory, peopleProjections } from '../build-people.js';
import type { PeopleDirectory } from '../port.js';
import { SealingEventStore } from '../sealing-event-store.js';
import { DataKeys } from '../vault/data-keys.js';
import { EncryptedVault } from '../vault/encrypted-vault.js';
import { vaultMigrations } from '../vault/migrations.js';

export const masterKey = Buffer.alloc(32, 1);
export const pseudonymKey = Buffer.alloc(32, 2);

/** A fresh database, as `startTestDatabase` of the tests gives it. */
export interface FreshDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  stop(): Promise<void>;
}

/** One process as the service would run it. */
export interface PeopleProcess {
  readonly store: SealingEventStore;
  readonly vault: EncryptedVault;
  readonly keys: DataKeys;
  readonly people: PeopleDirectory;
  readonly feed: RunningFeed;
  /** Everything folded that is in the log. */
  settled(): Promise<void>;
}

/** One database, and as many processes on it as a test wants. */
export class PeopleSetting {
  readonly #databases: PostgresDatabase[] = [];
  readonly #feeds: RunningFeed[] = [];

  constructor(readonly database: FreshDatabase) {}

  async process(options: { masterKey?: Buffer } = {}): Promise<PeopleProcess> {
    const database = new PostgresDatabase(this.database.url, { max: 8 });
    this.#databases.push(database);
    await migrate(database.pool, 'people', vaultMigrations);
    const keys = new DataKeys(database, options.masterKey ?? masterKey);
    const vault = new EncryptedVault(keys);
    const store = new SealingEventStore(createPostgresEventStore(database.pool), vault);
    const feed = new RunningFeed({ transport: new LocalTransport(), pool: database.pool, store });
    this.#feeds.push(feed);
    for (const projection of peopleProjections) feed.register(projection);
    await feed.start();
    const clock = { now: () => '2026-11-23T12:00:00.000Z' };
    const people = buildPeopleDirectory({ store, vault, keys, database, feed, clock, pseudonymKey });
    const settled = async () => {
      if (!(await feed.settled(await store.head()))) throw new Error('The feed did not settle.');
    };
    return { store, vault, keys, people, feed, settled };
  }

  /** Everything in every table of the database, as text. */
  async dump(): Promise<string> {
    const { rows } = await this.database.pool.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const { rows: lines } = await this.database.pool.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
      texts.push(name, ...lines.map(({ line }) => line));
    }
    return texts.join('\n');
  }

  async query<R extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    return (await this.database.pool.query<R>(sql, [...params])).rows;
  }

  async close(): Promise<void> {
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
    await Promise.all(this.#databases.map((database) => database.close()));
    await this.database.stop();
  }
}
