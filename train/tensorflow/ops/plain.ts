/** Layer operations from tfjs alone: slower, but differentiable twice. The reference that the fused ones are tested against. */
import * as tf from '@tensorflow/tfjs-core';
import type { Ops, Window } from '../../layers/ops.js';

/** Rows and columns that lie past the last whole window: a convolution never reads them. */
function padded(x: tf.Tensor4D, { padding: [rows, columns] }: Window): tf.Tensor4D {
  if (rows[0] + rows[1] + columns[0] + columns[1] === 0) return x;
  return tf.pad(x, [[0, 0], [...rows], [...columns], [0, 0]]);
}

/** The batch's mean and biased variance over all axes but the last. */
function moments(x: tf.Tensor) {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = tf.mean(x, axes);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), axes) };
}

export const plain: Ops = {
  name: 'plain',
  conv: (x, weight, window) => tf.conv2d(padded(x, window), weight, [...window.stride], 'valid'),
  transposedConv(x, weight, { stride, padding: [rows, columns] }, [height, width, features]) {
    const full = (n: number, axis: 0 | 1) => (n - 1) * stride[axis] + (weight.shape[axis] ?? 0);
    const h = Math.max(full(x.shape[1], 0), rows[0] + height);
    const w = Math.max(full(x.shape[2], 1), columns[0] + width);
    const shape: [number, number, number, number] = [x.shape[0], full(x.shape[1], 0), full(x.shape[2], 1), features];
    const y = tf.conv2dTranspose(x, weight, shape, [...stride], 'valid');
    const grown = tf.pad(y, [
      [0, 0],
      [0, h - shape[1]],
      [0, w - shape[2]],
      [0, 0],
    ]);
    return tf.slice(grown, [0, rows[0], columns[0], 0], [x.shape[0], height, width, features]);
  },
  matmul: (x, weight) => tf.matMul(x, weight),
  bias: (x, bias) => tf.add(x, bias),
  batchNorm(x, scale, shift, epsilon) {
    const { mean, variance } = moments(x);
    const n = x.size / (x.shape.at(-1) ?? 1);
    const y = tf.add(tf.mul(tf.sub(x, mean), tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))), shift);
    return { y, mean, variance: tf.mul(variance, n > 1 ? n / (n - 1) : 1) };
  },
  affine: (x, factor, offset) => tf.add(tf.mul(x, factor), offset),
  folded(scale, shift, mean, variance, epsilon) {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
    return [factor, tf.sub(shift, tf.mul(mean, factor))];
  },
  reshape: (x, shape) => tf.reshape(x, [...shape]),
  maxPieces: (x, pieces) =>
    tf.max(tf.reshape(x, [...x.shape.slice(0, -1), (x.shape.at(-1) ?? 0) / pieces, pieces]), -1),
  dropout: (x, uniform, rate) => tf.mul(x, tf.mul(tf.cast(tf.greaterEqual(uniform, rate), 'float32'), 1 / (1 - rate))),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softplus: (x) => tf.softplus(x),
  relu: (x) => tf.relu(x),
  leakyRelu: (x, slope) => tf.leakyRelu(x, slope),
};
