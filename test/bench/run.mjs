/**
 * `npm run bench`: installs what is missing here and in the checkout, builds, and runs the benches on the project's own Node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { prepare, root, runBuilt } from '../../apps/homeward/bin/prepare.mjs';

const here = join(root, 'test', 'bench');
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };

const run = (command, args, cwd) => {
  const done = spawnSync(command, args, { cwd, env, stdio: ['ignore', 2, 2] });
  if (done.status === 0) return;
  process.stderr.write(`Bench: ${command} ${args[0]} failed; see above.\n`);
  process.exit(1);
};

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

const isInstalled = () => {
  const record = join(here, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const there = packagesOf(record);
  return Object.entries(packagesOf(join(here, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || there[path]?.version === wanted.version,
  );
};

process.chdir(root);
prepare();
if (!isInstalled()) {
  process.stderr.write('Bench: installing the peers (npm install) …\n');
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], here);
}
const sources = ['test/bench', 'test/support', 'test/faults/support', 'test/e2e/ward.ts'];
run('swc', [...sources, '--out-dir', 'dist', '--quiet', '--ignore', '**/node_modules/**,**/*.spec.ts'], root);
runBuilt('test/bench/main.js', process.argv.slice(2));
