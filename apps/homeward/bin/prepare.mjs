/**
 * Brings a checkout into a state that runs: dependencies installed as the lockfile says, TypeScript built into `dist`.
 * Plain Node ≥ 20 and nothing else, because it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
const modules = join(root, 'node_modules');
const bin = (name) => join(modules, '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const say = (text) => process.stderr.write(`${text}\n`);

const fail = (text) => {
  say(text);
  process.exit(1);
};

const run = (command, args, env = process.env) => {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  return done.status === 0;
};

/** npm writes its own record of the tree when an install has ended well: every package the lockfile asks for must stand in it. */
const isInstalled = () => {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record) || !existsSync(bin('node')) || !existsSync(bin('swc'))) return false;
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  const there = packages(record);
  return Object.entries(packages(join(root, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || wanted.link || there[path]?.version === wanted.version,
  );
};

const install = () => {
  if (isInstalled()) return;
  say('Homeward: installing what is missing (npm install) …');
  // Not `npm ci`: it refuses when a registry lacks the optional builds for other operating systems. `--no-save` keeps to the lockfile.
  const ask = () =>
    run('npm', ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  // Once more before giving up: an install cut short may leave folders that the next one trips over the first time.
  if (!ask() && !ask()) {
    fail('Homeward: npm install failed; see above. Is the npm registry reachable, and Node at least 20?');
  }
  if (!existsSync(bin('node')))
    fail('Homeward: the npm package "node" did not install its binary; npm must be allowed to run its install script.');
};

const newest = (folder) => {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.endsWith('.spec.ts')) continue;
    latest = Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return latest;
};

const stamp = join(root, 'dist', '.built');
const isBuilt = () =>
  existsSync(stamp) &&
  statSync(stamp).mtimeMs >=
    Math.max(newest(join(root, 'libs')), newest(join(root, 'apps')), statSync(join(root, '.swcrc')).mtimeMs);

/** Builds beside the old output and swaps at the end, so that a build cut short never leaves a half one. */
const build = () => {
  if (isBuilt()) return;
  say('Homeward: building …');
  const started = new Date();
  const fresh = join(root, `.dist-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  const args = ['libs', 'apps', '--out-dir', fresh, '--copy-files', '--quiet', '--ignore', '**/*.spec.ts'];
  if (!run(bin('swc'), args, { ...process.env, PATH: `${join(modules, '.bin')}:${process.env.PATH}` })) {
    rmSync(fresh, { recursive: true, force: true });
    fail('Homeward: the build failed; see above.');
  }
  writeFileSync(join(fresh, '.built'), `${started.toISOString()}\n`);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(dirname(join(root, 'dist')), { recursive: true });
  renameSync(fresh, join(root, 'dist'));
};

export const prepare = () => {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Homeward needs Node 20 or newer; this is ${process.version}.`);
  install();
  build();
};

/** Runs a built file on the project's own Node, passing signals on; the exit code is the child's. Its channel tells the service when we are killed. */
export const runBuilt = (file, args = [], env = {}) => {
  // kafkajs counts a pause from a time that never was: harmless, and not worth a warning.
  const quietly = '--disable-warning=TimeoutNegativeWarning';
  // On a machine with much memory V8 lets the young generation grow, and 200 MB more stay resident for no gain in speed.
  const small = '--max-semi-space-size=8';
  const child = spawn(bin('node'), [quietly, small, join(root, 'dist', file), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`Homeward: could not start: ${error.message}`));
  child.on('exit', (code, signal) =>
    process.exit(signal === null ? (code ?? 1) : 128 + (signal === 'SIGKILL' ? 9 : 15)),
  );
};
