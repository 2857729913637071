/** x * factor + offset with fixed numbers, such as from the range of one network to that of another. */
import type { LayerKind } from './layer.js';

export interface RescaleArgs {
  readonly factor: number;
  readonly offset: number;
}

export const rescale: LayerKind<RescaleArgs> = {
  shape: (input) => input,
  parameters: () => [],
  flops: (input) => 2 * input.reduce((product, n) => product * n, 1),
  forward: (x, { factor, offset }, _parameters, { ops }) => ops.rescale(x, factor, offset),
};
