import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { launchPostgres } from '#libs/platform/embedded-postgres.js';
import { dataFolder, postmasterOf, removeDataFolder, until } from './service-process.js';

/** A PostgreSQL that a service reaches by `DATABASE_URL`, and so does not start again by itself. */
export interface OwnPostgres {
  readonly url: string;
  /** In order, whoever is connected: nobody listens any more. */
  stop(): Promise<void>;
  /** At the address it had. */
  start(): Promise<void>;
  /** All its processes stand still: connections stay, and are not answered. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** As a council's database server would be set: what is committed is on the disk. */
const settings = { fsync: 'on', synchronous_commit: 'on', max_connections: '100' };

export const ownPostgres = async (): Promise<OwnPostgres> => {
  const dataDir = await dataFolder();
  const home = join(dataDir, 'postgres');
  const launch = () => launchPostgres({ home, database: 'homeward', settings, log: () => undefined });
  const { url } = await launch();
  let frozen: readonly number[] = [];
  const thaw = (): Promise<void> => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    frozen = [];
    return Promise.resolve();
  };
  return {
    url,
    stop: async () => {
      const postmaster = await postmasterOf(dataDir);
      process.kill(postmaster, 'SIGINT');
      await until(() => !isAlive(postmaster));
    },
    start: async () => {
      const again = await launch();
      if (again.url !== url) throw new Error('PostgreSQL came back at another address.');
    },
    freeze: async () => {
      const postmaster = await postmasterOf(dataDir);
      // The one that makes new processes first; those that it had just made are there a moment later.
      process.kill(postmaster, 'SIGSTOP');
      await pause(50);
      frozen = [postmaster, ...(await childrenOf(postmaster))];
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    },
    thaw,
    remove: async () => {
      await thaw();
      await removeDataFolder(dataDir);
    },
  };
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const childrenOf = async (parent: number): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }),
  );
  return pids.map(Number).filter((_, at) => parents[at] === parent);
};
