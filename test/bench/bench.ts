import type { Ground } from './ground/ground.js';
import type { Measured } from './measured.js';

/** What a bench is given. */
export interface Run {
  readonly ground: Ground;
  /** How large, in the unit of the bench; `fallback` without `--size`. */
  size(fallback: number): number;
  /** How long each round lasts; `fallback` without `--seconds`. */
  seconds(fallback: number): number;
  /** For whoever watches: what is done now, and how far it is. */
  progress(what: string, done?: number, total?: number): void;
}

export interface Bench {
  readonly name: string;
  /** What is measured and against what, one line. */
  readonly says: string;
  /** What `--size` and `--seconds` mean here, with their defaults. */
  readonly knobs: string;
  run(run: Run): Promise<readonly Measured[]>;
}

export const rounds = 5;
