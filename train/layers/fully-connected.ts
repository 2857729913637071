/** Fully connected layer; flattens what has more than one axis (channels last). */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerKind, Shape } from './layer.js';
import { spectralParameters, spectralWeight } from './spectral.js';

const size = (shape: Shape) => shape.reduce((product, n) => product * n, 1);

export interface FullyConnectedArgs {
  readonly features: number;
  readonly bias: boolean;
  /** The weight is divided by its largest singular value. */
  readonly spectral?: true;
}

export const fullyConnected: LayerKind<FullyConnectedArgs> = {
  shape: (_input, { features }) => [features],
  parameters(input, args) {
    const { features, bias } = args;
    const fanIn = size(input);
    return [
      { name: 'weight', shape: [fanIn, features], role: 'weight', trainable: true, fanIn },
      ...(bias ? [{ name: 'bias', shape: [features], role: 'bias', trainable: true, fanIn } as const] : []),
      ...spectralParameters(args),
    ];
  },
  flops: (input, { features }) => 2 * size(input) * features,
  forward(x, _args, parameters, context, path) {
    const { ops } = context;
    const flat = (x.rank === 2 ? x : ops.reshape(x, [x.shape[0] ?? 0, -1])) as Tensor2D;
    const y = ops.matmul(flat, spectralWeight(parameters, context, path) as Tensor2D);
    return parameters.bias ? ops.bias(y, parameters.bias) : y;
  },
};
