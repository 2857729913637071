/** Random choices of the fuzzer: all of them come from the seed, the format and the index of an input. */
import { createRandom } from '@alix/infer/io/random';

export interface Chance {
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  pick<T>(all: readonly T[]): T;
  /** True with probability p. */
  is(p: number): boolean;
  bytes(n: number): Uint8Array;
}

export function chanceOf(format: string, seed: number, index: number): Chance {
  const random = createRandom(seed).split(`${format}:${index}`);
  const below = (n: number) => random.integer(0, Math.max(0, n - 1));
  return {
    below,
    pick: (all) => all[below(all.length)]!,
    is: (p) => random.uniform(1)[0]! < p,
    bytes: (n) => Uint8Array.from({ length: n }, () => below(256)),
  };
}
