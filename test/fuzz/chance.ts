import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers that look like chance and are the same for the same seed. */
export interface Chance {
  /** 0 to `below` - 1. */
  below(below: number): number;
  /** True once in `n` times. */
  once(n: number): boolean;
  of<T>(list: readonly T[]): T;
}

export const chanceOf = (seed: number): Chance => {
  const generator = xoroshiro128plus(seed);
  const below = (limit: number): number => (limit <= 1 ? 0 : uniformInt(generator, 0, limit - 1));
  return {
    below,
    once: (n) => below(n) === 0,
    of: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error('Nothing to choose from.');
      return list[below(list.length)] as T;
    },
  };
};
