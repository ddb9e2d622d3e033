/**
 * `npm run fuzz -- [--seconds 60] [--seed n] [hl7|fhir|cloudevents]`: builds, and throws generated and mutated bytes at the parsers
 * of ward events, on the project's own Node.
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { prepare, root, runBuilt } from '../../apps/homeward/bin/prepare.mjs';

const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };

process.chdir(root);
prepare();
const built = spawnSync('swc', ['test/fuzz', '--out-dir', 'dist', '--quiet', '--ignore', '**/*.spec.ts'], {
  cwd: root,
  env,
  stdio: ['ignore', 2, 2],
});
if (built.status === 0) runBuilt('test/fuzz/main.js', process.argv.slice(2));
else process.exit(1);
