import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#libs/platform/embedded-postgres.js';

/** Connections of each side: as many as the service takes by default (`DATABASE_POOL`). */
export const poolSize = 16;

/** Keys of the benches: what one process sealed another opens. */
export const keys = { MASTER_KEY: '11'.repeat(32), PSEUDONYM_KEY: '22'.repeat(32) } as const;

/**
 * What every bench stands on: a PostgreSQL of its own with the settings of `npm start` (fsync on), in a folder of its own, and
 * a list of what must be ended, whatever happens.
 */
export class Ground {
  readonly #endings: (() => Promise<unknown>)[] = [];
  #server: Promise<EmbeddedPostgres> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    /** `DATA_DIR` of this run. */
    readonly folder: string,
    /** Where services leave CPU profiles when they stop. */
    readonly profiles: string | undefined,
  ) {}

  /** In a temporary folder, removed in the end; or in one that is kept, with what was prepared in it. */
  static async open(kept?: string, profiles?: string): Promise<Ground> {
    const ground = new Ground(kept ?? (await mkdtemp(join(tmpdir(), 'homeward-bench-'))), profiles);
    if (kept === undefined) ground.defer(() => rm(ground.folder, { recursive: true, force: true }));
    return ground;
  }

  /** Done by `close`, the last deferred first. Gives how to do it sooner. */
  defer(ending: () => Promise<unknown>): () => Promise<void> {
    let done: Promise<void> | undefined;
    const once = (): Promise<void> => (done ??= Promise.resolve(ending()).then(() => undefined));
    this.#endings.push(once);
    return once;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** The server, started at first use and again after `stopServer`. */
  async server(): Promise<EmbeddedPostgres> {
    if (this.#server === undefined) {
      this.#server = startEmbeddedPostgres({ dataDir: this.folder, log: () => undefined });
      this.defer(() => this.stopServer());
    }
    return this.#server;
  }

  async stopServer(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await (await server)?.stop();
  }

  async addressOf(database: string): Promise<string> {
    const url = new URL((await this.server()).url);
    url.pathname = `/${database}`;
    return url.href;
  }

  async hasDatabase(name: string): Promise<boolean> {
    return this.#asAdministrator(async (client) => {
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      return rowCount === 1;
    });
  }

  /** An empty database of this name, in the place of one that may be there. Gives its address. */
  async freshDatabase(name: string): Promise<string> {
    await this.#asAdministrator(async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    });
    return this.addressOf(name);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.#asAdministrator((client) =>
      client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`),
    );
  }

  async renameDatabase(from: string, to: string): Promise<void> {
    await this.#asAdministrator((client) =>
      client.query(`ALTER DATABASE ${client.escapeIdentifier(from)} RENAME TO ${client.escapeIdentifier(to)}`),
    );
  }

  /** A pool that is ended in the end. */
  pool(url: string, max = poolSize): pg.Pool {
    const pool = new pg.Pool({ connectionString: url, max });
    // A connection that breaks while idle (the server stops below it) must not end the run.
    pool.on('error', () => undefined);
    this.defer(() => (pool.ended ? Promise.resolve() : pool.end()));
    return pool;
  }

  /** Writes all that is dirty to disk now, so that no side pays for what another left behind. */
  async settleDisk(): Promise<void> {
    await this.#asAdministrator((client) => client.query('CHECKPOINT'));
  }

  async serverVersion(): Promise<string> {
    return this.#asAdministrator(async (client) => {
      const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
      return rows[0]?.server_version ?? '?';
    });
  }

  async #asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: await this.addressOf('postgres') });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async #end(): Promise<void> {
    for (const ending of this.#endings.reverse()) {
      await ending().catch((error: unknown) => process.stderr.write(`While clearing up: ${String(error)}\n`));
    }
  }
}
