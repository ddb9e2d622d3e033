import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres } from '#libs/platform/embedded-postgres.js';
import { freePort } from '#libs/platform/ports.js';
import { projectRoot } from '#libs/platform/root.js';

/** Where the built service is: `dist` of this checkout, which `npm test` has brought up to date; another build for trying things out. */
export const root = process.env['FAULT_ROOT'] ?? projectRoot;
export const node = join(projectRoot, 'node_modules', '.bin', 'node');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly milliseconds: number;
}

/** The real service in a process of its own. */
export interface ServiceProcess {
  readonly pid: number;
  readonly url: string;
  readonly mllpPort: number;
  /** `kill -9`: nothing is finished, nothing said. */
  kill(): Promise<Exit>;
  /** SIGTERM, as a supervisor stops a service. */
  terminate(): Promise<Exit>;
  readonly exited: Promise<Exit>;
}

export interface ServiceOptions {
  readonly dataDir: string;
  readonly httpPort?: number;
  readonly mllpPort?: number;
  /** More of the environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Everything that services started here ever wrote: what must hold no name. */
export const written: string[] = [];

export const dataFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'homeward-fault-'));

/** Stops the embedded PostgreSQL of a data folder if it was left running, then removes the folder. */
export const removeDataFolder = async (dataDir: string): Promise<void> => {
  const left = await startEmbeddedPostgres({ dataDir, log: () => undefined }).catch(() => undefined);
  await left?.stop();
  await rm(dataDir, { recursive: true, force: true });
};

const environment = (options: ServiceOptions, ports: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
    HOMEWARD_DEMO: 'users',
    HTTP_HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    DATA_DIR: options.dataDir,
    ...ports,
    ...options.env,
  };
  for (const name of Object.keys(env)) if (env[name] === undefined) Reflect.deleteProperty(env, name);
  return env;
};

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  output(): string;
}

const run = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Running => {
  const begun = performance.now();
  const child = spawn(node, [file, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const mine: string[] = [];
  const hear = (chunk: Buffer): void => {
    mine.push(chunk.toString());
    written.push(chunk.toString());
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, milliseconds: performance.now() - begun }));
  });
  return { child, exited, output: () => mine.join('') };
};

const pidOf = (child: ChildProcess): number => {
  if (child.pid === undefined) throw new Error('The process did not start.');
  return child.pid;
};

/** Starts the service and waits until it says that it is ready. */
export const startServiceProcess = async (options: ServiceOptions): Promise<ServiceProcess> => {
  const httpPort = options.httpPort ?? (await freePort());
  const mllpPort = options.mllpPort ?? (await freePort());
  const ports = { HTTP_PORT: String(httpPort), MLLP_PORT: String(mllpPort) };
  const { child, exited, output } = run(
    join(root, 'dist', 'apps', 'homeward', 'main.js'),
    [],
    environment(options, ports),
  );
  const url = `http://127.0.0.1:${String(httpPort)}`;
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    const asked = performance.now();
    child.kill(signal);
    return { ...(await exited), milliseconds: performance.now() - asked };
  };
  let gone = false;
  void exited.then(() => (gone = true));
  await until(
    () => {
      if (gone) throw new Error(`The service ended before it was ready: ${output()}`);
      return output().includes('Homeward is ready');
    },
    90_000,
    output,
  );
  return {
    pid: pidOf(child),
    url,
    mllpPort,
    kill: () => end('SIGKILL'),
    terminate: () => end('SIGTERM'),
    exited,
  };
};

/** Runs the service, or one command of the command line, to its end; `meanwhile` may kill it. */
export const runToEnd = async (
  what: 'main' | 'cli',
  args: readonly string[],
  options: ServiceOptions,
  meanwhile: (child: { pid: number; ended(): boolean }) => Promise<void> = () => Promise.resolve(),
): Promise<Exit & { readonly output: string }> => {
  const { child, exited, output } = run(
    join(root, 'dist', 'apps', 'homeward', `${what}.js`),
    args,
    environment(options),
  );
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await meanwhile({ pid: pidOf(child), ended });
  return { ...(await exited), output: output() };
};

/** Waits for a condition; throws with what `context` says when it does not come in time. */
export const until = async (
  met: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
  context: () => string = () => '',
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!(await met())) {
    if (Date.now() > deadline) throw new Error(`Not within ${String(timeoutMs)} ms. ${context().slice(-4000)}`);
    await pause(25);
  }
};

/** The process id of the embedded PostgreSQL of a data folder. */
export const postmasterOf = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'), 10);

/** The address of the embedded PostgreSQL of a data folder; it must have been started before. */
export const databaseUrlOf = async (dataDir: string): Promise<string> => {
  const [password, port] = await Promise.all(
    ['password', 'port'].map((name) => readFile(join(dataDir, 'postgres', name), 'utf8')),
  );
  return `postgres://postgres:${(password ?? '').trim()}@127.0.0.1:${(port ?? '').trim()}/homeward`;
};
