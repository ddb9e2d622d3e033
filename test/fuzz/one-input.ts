import { Fault, Judge } from './judge.js';
import type { FuzzedParser } from './parsers/parser.js';

/** Of the processor, not of the clock: a busy machine is no fault of a parser. */
const mostMs = 2000;

export interface Tried {
  /** What was found, in one line; nothing when all is as it should be. */
  readonly fault: string | undefined;
  readonly kind: string;
  readonly ms: number;
}

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** One input through the parser and past the judge. */
export const faultIn = (parser: FuzzedParser, judge: Judge, bytes: Buffer): Tried => {
  const before = cpuMs();
  try {
    const outcome = parser.read(bytes);
    const ms = cpuMs() - before;
    judge.judge(outcome);
    return { fault: ms > mostMs ? `took ${ms.toFixed(0)} ms` : undefined, kind: outcome.kind, ms };
  } catch (error) {
    return { fault: lineOf(error), kind: 'fault', ms: cpuMs() - before };
  }
};

const lineOf = (error: unknown): string => {
  if (error instanceof Fault) return error.message;
  if (!(error instanceof Error)) return 'threw what is no error';
  const [, where = ''] = /\n\s+at (.*)/.exec(error.stack ?? '') ?? [];
  return `threw ${error.name}: ${error.message.slice(0, 200)} (${where.trim()})`;
};

/** What two faults have in common that are one: the beginning of what is said of them. */
const signOf = (fault: string): string => fault.slice(0, 24);

/** The same fault with less of the input, as far as two seconds go. */
export const minimised = (parser: FuzzedParser, bytes: Buffer, fault: string): Buffer => {
  const sign = signOf(fault);
  const until = performance.now() + 2000;
  let least = bytes;
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < least.length && performance.now() < until;) {
      const less = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      const again = faultIn(parser, new Judge(), less).fault;
      if (again !== undefined && signOf(again) === sign) least = less;
      else at += size;
    }
  return least;
};
