import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './database.js';

const lockClass = 741_100;
const lockNumber = (instanceId: string): number => createHash('sha256').update(instanceId).digest().readInt32BE(0);

/**
 * This process, as others can see it: while it lives, a connection of its own holds an advisory lock. When the process is
 * killed, PostgreSQL lets go of the lock at once, and what it had begun may be taken over without waiting for a timeout.
 */
export class Instance {
  readonly id = randomUUID();
  private client: pg.Client | undefined;
  private stopped = false;

  constructor(private readonly database: Database) {}

  async start(): Promise<void> {
    void this.keep(await this.hold());
  }

  async isAlive(instanceId: string): Promise<boolean> {
    if (instanceId === this.id) return true;
    const { rows } = await this.database.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objid = $2::bigint::oid AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [lockClass, lockNumber(instanceId) >>> 0],
    );
    return rows.length > 0;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client?.end().catch(() => undefined);
  }

  /** One connection at a time, however often the database goes: each one's end is heard once. */
  private async keep(first: Held): Promise<void> {
    let held: Held | undefined = first;
    while (!this.stopped) {
      await held?.gone;
      if (!this.stopped) await pause(500, undefined, { ref: false });
      held = this.stopped ? undefined : await this.hold().catch(() => undefined);
    }
  }

  private async hold(): Promise<Held> {
    const client = new pg.Client({ ...this.database.pool.options, application_name: 'homeward-instance' });
    const gone = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
    });
    this.client = client;
    try {
      await client.connect();
      if (this.stopped) throw new Error('This process ends.');
      await client.query('SELECT pg_advisory_lock($1, $2)', [lockClass, lockNumber(this.id)]);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return { gone };
  }
}

/** The connection that holds the lock, until it breaks. */
interface Held {
  readonly gone: Promise<void>;
}
