import type { Bench } from './bench.js';
import { append } from './measures/append.js';
import { boardAsOf } from './measures/board-as-of.js';
import { board } from './measures/board.js';
import { command } from './measures/command.js';
import { growth } from './measures/growth.js';
import { metrics } from './measures/metrics.js';
import { mllp } from './measures/mllp.js';
import { project } from './measures/project.js';
import { rebuild } from './measures/rebuild.js';
import { start } from './measures/start.js';
import { viewers } from './measures/viewers.js';

/** All benches; what one leaves prepared (a log with its projections built) the next ones find. */
export const benches: readonly Bench[] = [
  append,
  command,
  mllp,
  project,
  board,
  viewers,
  rebuild,
  boardAsOf,
  start,
  metrics,
  growth,
];
