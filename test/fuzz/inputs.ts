import fc from 'fast-check';
import { chanceOf } from './chance.js';
import { longest, mutated } from './mutate.js';
import type { FuzzedParser } from './parsers/parser.js';

const anything = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 500 }).map((text) => Buffer.from(text, 'utf8')),
  fc.json({ maxDepth: 12 }).map((text) => Buffer.from(text, 'utf8')),
);

/** Of so many inputs one owes nothing to the corpus. */
const generatedOf = 64;

/** The inputs of a seed, by number: the same seed and number give the same bytes. */
export const inputsOf = ({ corpus }: FuzzedParser, seed: number): ((n: number) => Buffer) => {
  const whole = corpus();
  return (n) => {
    if (n < whole.length) return whole[n] ?? Buffer.alloc(0);
    const chance = chanceOf(Math.imul(seed + n * 0x9e3779b1, 0x85ebca6b) | 0);
    if (n % generatedOf > 0) return mutated(whole, chance);
    const [bytes = Buffer.alloc(0)] = fc.sample(anything, { seed: chance.below(0x7fffffff), numRuns: 1 });
    return bytes.subarray(0, longest);
  };
};
