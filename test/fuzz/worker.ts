import { parentPort, workerData } from 'node:worker_threads';
import { inputsOf } from './inputs.js';
import { Judge } from './judge.js';
import { longest } from './mutate.js';
import { faultIn, minimised } from './one-input.js';
import { parsers, type ParserName } from './parsers/parsers.js';

export interface Order {
  readonly name: ParserName;
  readonly seed: number;
  readonly seconds: number;
  /** Where the input in hand stands, for whoever finds this thread dead: its number, its length, and its bytes. */
  readonly shared: SharedArrayBuffer;
}

export type Report =
  | { readonly kind: 'done'; readonly counts: Readonly<Record<string, number>>; readonly slowestMs: number }
  | { readonly kind: 'fault'; readonly n: number; readonly fault: string; readonly bytes: Uint8Array };

export const headLength = 8;
export const sharedLength = headLength + longest;

/** Goes through the inputs of a seed until its time is over or one is a fault. */
const work = ({ name, seed, seconds, shared }: Order): Report => {
  const parser = parsers[name];
  const judge = new Judge();
  const inputOf = inputsOf(parser, seed);
  const head = new Int32Array(shared, 0, 2);
  const place = new Uint8Array(shared, headLength);
  const counts: Record<string, number> = {};
  let slowestMs = 0;
  const until = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < until; n += 1) {
    const bytes = inputOf(n);
    place.set(bytes);
    Atomics.store(head, 1, bytes.length);
    Atomics.store(head, 0, n + 1);
    const { fault, kind, ms } = faultIn(parser, judge, bytes);
    slowestMs = Math.max(slowestMs, ms);
    if (fault !== undefined) return { kind: 'fault', n, fault, bytes: minimised(parser, bytes, fault) };
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { kind: 'done', counts, slowestMs };
};

parentPort?.postMessage(work(workerData as Order));
