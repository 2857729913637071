/**
 * numpy.random.RandomState, of which numpy keeps the streams as they are for good (NEP 19): torch-fidelity seeds one with 2020, and
 * clean-fid uses the global one.
 */
import { mersenneTwister, type Shuffler } from './mt19937.js';

/**
 * `RandomState(seed).permutation(n)`, call by call; `choice(n, size, replace=False)` is the first `size` of one.
 *
 * @throws AlixError 'bad-seed'
 */
export function numpyShuffler(seed: number): Shuffler {
  const next = mersenneTwister(seed);
  return {
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        // draws beyond i are thrown away, of the fewest bits that hold it
        const mask = 0xffffffff >>> Math.clz32(i);
        let j = (next() & mask) >>> 0;
        while (j > i) j = (next() & mask) >>> 0;
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
  };
}
