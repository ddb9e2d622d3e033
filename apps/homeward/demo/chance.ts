import { congruential32 } from 'pure-rand/generator/congruential32';
import { uniformInt } from 'pure-rand/distribution/uniformInt';

/** Seeded chance: the same seed gives the same borough. */
export class Chance {
  private readonly generator;

  constructor(seed: number) {
    this.generator = congruential32(seed);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return uniformInt(this.generator, low, high);
  }

  oneIn(n: number): boolean {
    return this.between(1, n) === 1;
  }

  /** True in `percent` of cases. */
  percent(percent: number): boolean {
    return this.between(1, 100) <= percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** One of several by weight: `[[value, weight], …]`. */
  weighted<T>(items: readonly [readonly [T, number], ...(readonly [T, number])[]]): T {
    const total = items.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.between(1, total);
    for (const [value, weight] of items) {
      left -= weight;
      if (left <= 0) return value;
    }
    return items[0][0];
  }
}
