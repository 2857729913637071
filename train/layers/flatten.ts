import type { LayerKind } from './layer.js';

/** One axis from all of them, channels fastest. */
export const flatten: LayerKind<Record<string, never>> = {
  shape: (input) => [input.reduce((product, n) => product * n, 1)],
  parameters: () => [],
  flops: () => 0,
  forward: (x, _args, _parameters, { ops }) => ops.reshape(x, [x.shape[0] ?? 0, -1]),
};
