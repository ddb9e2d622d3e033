#!/usr/bin/env node
import { prepare, root, runBuilt } from './prepare.mjs';

/** `start.mjs` starts everything in one process; `start.mjs intake` (discharge, brokerage, reablement, insights) one context. */
const apps = ['homeward', 'intake', 'discharge', 'brokerage', 'reablement', 'insights'];
const [app = 'homeward', ...args] = process.argv.slice(2);
if (!apps.includes(app)) {
  process.stderr.write(`There is no service named ${app}. There are: ${apps.join(', ')}.\n`);
  process.exit(1);
}
process.chdir(root);
prepare();
runBuilt(`apps/${app}/main.js`, args);
