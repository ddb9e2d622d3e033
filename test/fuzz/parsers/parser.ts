import type { Outcome } from '../judge.js';

/** One way in for ward events, from the bytes to what they mean: no database, no network. */
export interface FuzzedParser {
  readonly corpus: () => readonly Buffer[];
  /** Whatever is thrown but a `Fault` is a fault too: refusals are values. */
  readonly read: (bytes: Buffer) => Outcome;
}
