/**
 * `npm test`: installs what is missing, builds, then checks types, lint, format, boundaries and advisories, throws bytes at the
 * parsers for a minute, and runs every suite.
 * `npm test -- <path or pattern…>` runs only the specs that match. The last line counts: `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { prepare, root } from '../apps/homeward/bin/prepare.mjs';

process.chdir(root);
prepare();

const patterns = process.argv.slice(2);
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
  TZ: 'UTC',
};
const count = { passed: 0, failed: 0, skipped: 0 };

const run = (command, args, extra = {}) =>
  spawnSync(command, args, { cwd: root, env: { ...env, ...extra }, stdio: 'inherit' }).status === 0;

const step = (title, ok) => {
  count[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? '✓' : '✗'} ${title}`);
};

/** Advisories of high and critical severity fail; a registry that offers no advisories is said, and counts as skipped. */
const audit = () => {
  const done = spawnSync('npm', ['audit', '--audit-level=high', '--json'], { cwd: root, env, encoding: 'utf8' });
  let report;
  try {
    report = JSON.parse(done.stdout);
  } catch {
    report = {};
  }
  if (report.metadata?.vulnerabilities === undefined) {
    count.skipped += 1;
    console.log('- npm audit: skipped, the registry answered no advisories');
    return;
  }
  const { high = 0, critical = 0 } = report.metadata.vulnerabilities;
  step(`npm audit: ${high} high, ${critical} critical`, high + critical === 0);
};

if (patterns.length === 0) {
  step('types', run('tsc', ['--noEmit']));
  step('lint', run('eslint', ['apps', 'libs', 'test', '--max-warnings', '0']));
  step('format', run('prettier', ['--check', '--log-level', 'warn', '.']));
  step('boundaries', run('depcruise', ['--config', 'test/boundaries.cjs', '--output-type', 'err', 'apps', 'libs']));
  audit();
  const seed = process.env.PROPERTY_SEED === undefined ? [] : ['--seed', process.env.PROPERTY_SEED];
  step('fuzz: 20 s a parser', run('node', ['test/fuzz/run.mjs', '--seconds', '60', ...seed]));
}

const folder = mkdtempSync(join(tmpdir(), 'homeward-jest-'));
const report = join(folder, 'report.json');
// Two side by side: many suites wait for servers that come and go, and none is timed.
const ok = run('node', [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '-c',
  'test/jest.config.mjs',
  `--maxWorkers=${patterns.length > 0 ? 1 : 2}`,
  '--json',
  `--outputFile=${report}`,
  ...patterns,
]);
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  count.passed += result.numPassedTests;
  count.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  count.skipped += result.numPendingTests;
  if (result.numTotalTests === 0) count.failed += 1;
  for (const suite of result.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'failed') console.log(`✗ ${suite.name.replace(root, '')}: ${test.fullName}`);
      if (test.status === 'pending') console.log(`- skipped ${suite.name.replace(root, '')}: ${test.fullName}`);
    }
  }
} catch (error) {
  count.failed += 1;
  console.log(`✗ jest gave no report: ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });
run('node', ['test/support/stop-postgres.mjs']);
run('node', ['test/support/stop-kafka.mjs']);
if (!ok && count.failed === 0) count.failed += 1;
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed === 0 ? 0 : 1);
