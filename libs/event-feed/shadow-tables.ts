import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { comparePositions, type AllPage, type EventStore, type Position } from '../event-store/port.js';
import type { Projection } from './port.js';
import { readAhead } from './read-ahead.js';
import { ShadowNames } from './shadow-names.js';
import { transaction } from './transaction.js';

const shadowLocks = 7_240_313;
/** Nobody waits for its rows meanwhile: larger pages than the live ones. */
const pageSize = 5_000;

/** The tables of a projection a second time, in a schema of their own, folded from the log beside the live ones. */
export class ShadowTables {
  readonly names: ShadowNames;
  readonly #projection: Projection;
  readonly #store: EventStore;
  #position: Position;

  /** Tables that are there already, filled up to `position`. */
  constructor(projection: Projection, store: EventStore, names: ShadowNames, position: Position) {
    this.names = names;
    this.#projection = projection;
    this.#store = store;
    this.#position = position;
  }

  /** Makes empty shadow tables, lets `work` fill and use them, and drops what is left of them. */
  static async use<T>(
    pool: Pool,
    store: EventStore,
    projection: Projection,
    work: (shadow: ShadowTables) => Promise<T>,
  ): Promise<T> {
    const names = new ShadowNames(projection, `feed_shadow_${randomBytes(6).toString('hex')}`);
    const { schema } = names;
    // The lock says that this schema is in use; what a killed process left behind has none and is cleared away.
    const keeper = await pool.connect();
    try {
      await keeper.query(`SELECT pg_advisory_lock($1, hashtext($2))`, [shadowLocks, schema]);
      await dropLeftOvers(keeper);
      await names.make(keeper);
      return await work(new ShadowTables(projection, store, names, '0'));
    } finally {
      await keeper.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).catch(() => undefined);
      await keeper.query(`SELECT pg_advisory_unlock($1, hashtext($2))`, [shadowLocks, schema]).catch(() => undefined);
      keeper.release();
    }
  }

  get position(): Position {
    return this.#position;
  }

  /** Folds on, each page in its own transaction, to the head or to `limit`. */
  async foldOn(
    pool: Pool,
    limit: Position | undefined,
    skip: ReadonlySet<Position>,
    onPage: (readTo: Position) => void,
  ): Promise<void> {
    for await (const page of this.#pages()) {
      await transaction(pool, (tx) => this.#foldPage(tx, page, limit, skip));
      onPage(this.#position);
      if (limit !== undefined && comparePositions(this.#position, limit) >= 0) return;
    }
  }

  /** Folds on to an exact position in the given transaction. */
  async foldTo(tx: PoolClient, limit: Position, skip: ReadonlySet<Position>): Promise<void> {
    for await (const page of this.#pages()) {
      if (comparePositions(this.#position, limit) >= 0) return;
      await this.#foldPage(tx, page, limit, skip);
    }
  }

  #pages(): AsyncIterable<AllPage> {
    return readAhead(this.#store, this.#position, this.#projection.wants, pageSize);
  }

  /** Folds a page, not beyond `limit` and without the positions to skip. */
  async #foldPage(
    tx: PoolClient,
    page: AllPage,
    limit: Position | undefined,
    skip: ReadonlySet<Position>,
  ): Promise<void> {
    const within = limit === undefined ? page.events : page.events.filter(upTo(limit));
    const events = skip.size === 0 ? within : within.filter((event) => !skip.has(event.position));
    if (events.length > 0) await this.#projection.fold(events, this.names.client(tx));
    this.#position = limit !== undefined && comparePositions(page.readTo, limit) > 0 ? limit : page.readTo;
  }
}

const upTo =
  (limit: Position) =>
  ({ position }: { position: Position }): boolean =>
    comparePositions(position, limit) <= 0;

async function dropLeftOvers(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace WHERE nspname LIKE 'feed\\_shadow\\_%'`,
  );
  for (const { schema } of rows) {
    const { rows: free } = await client.query<{ free: boolean }>(
      `SELECT pg_try_advisory_lock($1, hashtext($2)) AS free`,
      [shadowLocks, schema],
    );
    if (free[0]?.free !== true) continue;
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query(`SELECT pg_advisory_unlock($1, hashtext($2))`, [shadowLocks, schema]);
  }
}
