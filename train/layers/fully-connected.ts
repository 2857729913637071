/** Fully connected layer; flattens what has more than one axis (channels last). */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerKind, Shape } from './layer.js';

const size = (shape: Shape) => shape.reduce((product, n) => product * n, 1);

export const fullyConnected: LayerKind<{ readonly features: number; readonly bias: boolean }> = {
  shape: (_input, { features }) => [features],
  parameters(input, { features, bias }) {
    const fanIn = size(input);
    return [
      { name: 'weight', shape: [fanIn, features], role: 'weight', trainable: true, fanIn },
      ...(bias ? [{ name: 'bias', shape: [features], role: 'bias', trainable: true, fanIn } as const] : []),
    ];
  },
  flops: (input, { features }) => 2 * size(input) * features,
  forward(x, _args, { weight, bias }, { ops }) {
    const flat = (x.rank === 2 ? x : ops.reshape(x, [x.shape[0] ?? 0, -1])) as Tensor2D;
    const y = ops.matmul(flat, weight as Tensor2D);
    return bias ? ops.bias(y, bias) : y;
  },
};
