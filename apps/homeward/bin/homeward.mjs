#!/usr/bin/env node
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('apps/homeward/cli.js', process.argv.slice(2));
