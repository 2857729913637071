/** torch's generator on the CPU, which torchmetrics draws from whatever its seed is. */
import { mersenneTwister, type Shuffler } from './mt19937.js';

/**
 * `torch.randperm(n)` on the CPU after `torch.manual_seed(seed)`, call by call; checked with torch 2.13.
 *
 * @throws AlixError 'bad-seed'
 */
export function torchShuffler(seed: number): Shuffler {
  const next = mersenneTwister(seed);
  return {
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = 0; i < n - 1; i++) {
        const j = i + (next() % (n - i));
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
  };
}
