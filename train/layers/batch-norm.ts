/** Batch normalisation over all axes but the last. Ioffe & Szegedy 2015, Algorithms 1 and 2. */
import type { LayerKind } from './layer.js';

/** Added to the variance, as PyTorch and the papers' codes do. */
export const BATCH_NORM_EPSILON = 1e-5;

export const batchNorm: LayerKind<Record<string, never>> = {
  shape: (input) => input,
  parameters(input) {
    const shape = [input.at(-1) ?? 0];
    return [
      { name: 'scale', shape, role: 'scale', trainable: true, fanIn: 1 },
      { name: 'shift', shape, role: 'shift', trainable: true, fanIn: 1 },
      { name: 'running_mean', shape, role: 'running-mean', trainable: false, fanIn: 1 },
      { name: 'running_variance', shape, role: 'running-variance', trainable: false, fanIn: 1 },
    ];
  },
  flops: (input) => 4 * input.reduce((product, n) => product * n, 1),
  forward(x, _args, parameters, { ops, training, parts, observe }, path) {
    const { scale, shift } = parameters;
    if (!scale || !shift) throw new Error(`${path} lacks a parameter`);
    if (training) {
      const { y, statistics } = ops.batchNorm(x, scale, shift, BATCH_NORM_EPSILON, parts);
      for (const { mean, variance } of statistics) observe(path, mean, variance);
      return y;
    }
    const { running_mean: mean, running_variance: variance } = parameters;
    if (!mean || !variance) throw new Error(`${path} lacks its running statistics`);
    return ops.affine(x, ...ops.folded(scale, shift, mean, variance, BATCH_NORM_EPSILON));
  },
};
