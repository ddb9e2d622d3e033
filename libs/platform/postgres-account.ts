import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How the programs of PostgreSQL are started: by whom, and through which launcher. */
export interface PostgresAccount {
  /** Set when we are root and PostgreSQL must be somebody else. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Put before the program and its arguments. */
  readonly launcher: readonly string[];
}

/**
 * PostgreSQL refuses to run as root. As root (a container, a small server) it runs as the user `postgres`, else `nobody`;
 * where that user cannot reach the folder or the programs (a clone under `/root`), it gets the one capability to walk there.
 * @throws Error with what to do, when no way is left.
 */
export async function postgresAccount(paths: readonly string[]): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return { launcher: [] };
  const owner = (await idsOf('postgres')) ?? (await idsOf('nobody'));
  if (owner === undefined) {
    throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as. Create one.');
  }
  const closed = await firstClosedFolder(paths);
  if (closed === undefined) return { owner, launcher: [] };
  const launcher = [
    'setpriv',
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  try {
    await run('setpriv', [...launcher.slice(1), 'true']);
  } catch {
    throw new Error(`PostgreSQL does not run as root, and its user cannot enter ${closed}. Choose another folder.`);
  }
  return { owner, launcher };
}

/** Runs a program of PostgreSQL under the account and gives back what it printed. */
export async function runAs(account: PostgresAccount, program: string, args: readonly string[]): Promise<string> {
  const [command, ...rest] = [...account.launcher, program, ...args];
  const drop = account.launcher.length === 0 && account.owner !== undefined ? account.owner : {};
  const { stdout } = await run(command ?? program, rest, { ...drop, cwd: '/', env: { ...process.env, LC_ALL: 'C' } });
  return stdout;
}

async function idsOf(user: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return undefined;
  }
}

/** The first folder on the way to the paths that others may not walk through. */
async function firstClosedFolder(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    for (let folder = dirname(resolve(path)); folder !== dirname(folder); folder = dirname(folder)) {
      const { mode } = await stat(folder);
      if ((mode & 0o001) === 0) return folder;
    }
  }
  return undefined;
}
