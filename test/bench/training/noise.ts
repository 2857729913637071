/** Streams of random numbers that are watched, or kept for somebody else. */
import type { Random } from '@alix/infer/io/random';

/** Just below 1: as a uniform number it is one that dropout keeps, at any rate. */
export const ALL_KEPT = 1 - 2 ** -24;

type Draw = (n: number) => Float32Array<ArrayBuffer>;

function wrapped(random: Random, normal: Draw, uniform: Draw): Random {
  return {
    normal,
    uniform,
    integer: (min, max) => random.integer(min, max),
    permutation: (n) => random.permutation(n),
    split: (name) => random.split(name),
    state: () => random.state(),
  };
}

/** The stream itself; adds to `spent` the milliseconds and the number of draws. */
export function timed(random: Random, spent: { ms: number; count: number }): Random {
  const watch =
    (draw: Draw): Draw =>
    (n) => {
      const start = performance.now();
      const numbers = draw(n);
      spent.ms += performance.now() - start;
      spent.count += 1;
      return numbers;
    };
  return wrapped(
    random,
    watch((n) => random.normal(n)),
    watch((n) => random.uniform(n)),
  );
}

/** Normal numbers are kept in `draws` as they are drawn; uniform ones drop nothing. */
export function kept(random: Random, draws: Float32Array[]): Random {
  return wrapped(
    random,
    (n) => {
      const numbers = random.normal(n);
      draws.push(numbers.slice());
      return numbers;
    },
    (n) => new Float32Array(n).fill(ALL_KEPT),
  );
}
