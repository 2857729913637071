/** How many threads a run's step can use. */
import type { Design } from './design.js';

/** Floating-point operations of a step below which handing work to a second thread takes longer than doing it. */
const SMALL_STEP = 2e9;
/** Passes through each network in a step, there and back, about. */
const PASSES = 6;

/**
 * 1 for networks so small that a step is the calls of its operations (measured on the 25-Gaussian grid of AIM: 28 ms with one
 * thread, 38 with two), undefined for all cores.
 */
export function usualThreads({ networks, config }: Design): 1 | undefined {
  const flops = [...networks.values()].reduce((sum, network) => sum + network.flops, 0);
  return flops * config.batch * PASSES < SMALL_STEP ? 1 : undefined;
}
