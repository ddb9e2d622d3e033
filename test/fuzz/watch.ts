import { Worker } from 'node:worker_threads';
import type { ParserName } from './parsers/parsers.js';
import { headLength, sharedLength, type Order, type Report } from './worker.js';

/** No input may keep a thread so long, however busy the machine is. */
const hangsAfterMs = 60_000;
const lookEveryMs = 500;
/** More than any message of half a megabyte needs. */
const memory = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

export interface Watched {
  readonly inputs: number;
  readonly seconds: number;
  readonly report: Report;
}

/** Runs a parser in a thread of its own, with bounded memory, and tells what became of it: also when the thread dies or hangs. */
export const watch = (name: ParserName, seed: number, seconds: number): Promise<Watched> => {
  const shared = new SharedArrayBuffer(sharedLength);
  const head = new Int32Array(shared, 0, 2);
  const order: Order = { name, seed, seconds, shared };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: order, resourceLimits: memory });
  const begun = performance.now();
  return new Promise((resolve) => {
    let seen = { n: 0, at: begun };
    const settle = (report: Report): void => {
      clearInterval(looking);
      void worker.terminate();
      const inputs = Atomics.load(head, 0);
      resolve({ inputs, seconds: (performance.now() - begun) / 1000, report });
    };
    const dead = (fault: string): void => {
      const bytes = new Uint8Array(shared, headLength, Atomics.load(head, 1)).slice();
      settle({ kind: 'fault', n: Atomics.load(head, 0) - 1, fault, bytes });
    };
    const looking = setInterval(() => {
      const n = Atomics.load(head, 0);
      // Until the first input it gets ready, which on a busy machine takes as long as it takes.
      if (n === 0 || n !== seen.n) seen = { n, at: performance.now() };
      else if (performance.now() - seen.at > hangsAfterMs) dead('hangs');
    }, lookEveryMs);
    worker.on('message', settle);
    worker.on('error', (error: NodeJS.ErrnoException) =>
      dead(`ends its thread: ${error.code ?? error.name} ${error.message}`),
    );
    worker.on('exit', (code) => dead(`ends its thread: exit code ${String(code)}`));
  });
};
