/** When several inputs are worth one pass through a network instead of a pass each. */
import type { PlannedNetwork } from './spec.js';
import { size } from './spec.js';

/** Below this many numbers copying costs less than calling each operation once more. */
const FEW = 2 ** 18;

/**
 * One pass reads the weights once and sums their gradients as it goes; but batch norm, whose statistics are those of each input
 * by itself, then has to cut what it reads and to put it together again.
 *
 * @param rows examples of all inputs together
 */
export function worthJoining(networks: readonly PlannedNetwork[], rows: number): boolean {
  const weights = networks.reduce((sum, { parameterCount }) => sum + parameterCount, 0);
  const layers = networks.flatMap(({ blocks }) => blocks.flatMap((block) => block.layers));
  const normalised = layers.reduce((sum, { kind, input }) => sum + (kind === 'batch-norm' ? size(input) : 0), 0);
  return normalised * rows <= Math.max(weights, FEW);
}
