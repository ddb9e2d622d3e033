import pg from 'pg';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { PreparedStatement } from './prepared.js';
import { transaction } from './transaction.js';

/** PostgreSQL, as read models and technical registers use it. The log has its own port. */
export abstract class Database {
  abstract readonly pool: Pool;

  /** One transaction: committed when `work` resolves, rolled back when it throws. */
  tx<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return transaction(this.pool, work);
  }

  query<R extends QueryResultRow>(
    sql: string | PreparedStatement,
    params?: readonly unknown[],
  ): Promise<QueryResult<R>> {
    return typeof sql === 'string'
      ? this.pool.query<R>(sql, params ? [...params] : undefined)
      : this.pool.query<R>(sql);
  }
}

/**
 * No statement of the service takes longer (ms): one that does is stuck, or was asked for by mistake. What may (a rebuild, a comparison
 * of whole tables, a migration) lifts it for its transaction by `SET LOCAL statement_timeout TO 0`.
 */
const longestStatementMs = 60_000;

export class PostgresDatabase extends Database {
  override readonly pool: Pool;

  constructor(url: string, options: { max?: number; name?: string } = {}) {
    super();
    this.pool = new pg.Pool({
      connectionString: url,
      max: options.max ?? 16,
      application_name: options.name ?? 'homeward',
      connectionTimeoutMillis: 5000,
      statement_timeout: longestStatementMs,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    });
    // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
    this.pool.on('error', () => undefined);
    // So would that of one that breaks in somebody's hands between two statements: the next statement tells him.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
