/** Layer operations from tfjs alone: slower, but differentiable twice. The reference that the fused ones are tested against. */
import * as tf from '@tensorflow/tfjs-core';
import type { Ops, Window } from '../../layers/ops.js';
import { detached } from './detached.js';

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

/** Unit vectors v [K,1] and u [F,1] of a matrix [K,F]; u is the one given, or the next of the power iteration. */
function singularVectors(matrix: tf.Tensor2D, u: tf.Tensor, iterate: boolean, epsilon: number): tf.Tensor2D[] {
  const unit = (x: tf.Tensor) => tf.div(x, tf.maximum(tf.norm(x), epsilon)) as tf.Tensor2D;
  const column = tf.reshape(u, [-1, 1]) as tf.Tensor2D;
  const v = unit(tf.matMul(matrix, column));
  return [v, iterate ? unit(tf.matMul(matrix, v, true, false)) : tf.clone(column)];
}

/** Every `stride`-th of the rows or columns, as often as `count`. */
const every = (x: tf.Tensor4D, axis: 1 | 2, index: (i: number) => number, count: number) =>
  tf.gather(
    x,
    tf.tensor1d(
      Array.from({ length: count }, (_, i) => index(i)),
      'int32',
    ),
    axis,
  );

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
  batchNorm(x, scale, shift, epsilon, parts = 1) {
    if (parts > 1) {
      const each = tf.split(x, parts).map((part) => plain.batchNorm(part, scale, shift, epsilon, 1));
      return { y: tf.concat(each.map(({ y }) => y)), statistics: each.flatMap(({ statistics }) => statistics) };
    }
    const { mean, variance } = moments(x);
    const n = x.size / (x.shape.at(-1) ?? 1);
    const y = tf.add(tf.mul(tf.sub(x, mean), tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))), shift);
    return { y, statistics: [{ mean, variance: tf.mul(variance, n > 1 ? n / (n - 1) : 1) }] };
  },
  affine: (x, factor, offset) => tf.add(tf.mul(x, factor), offset),
  folded(scale, shift, mean, variance, epsilon) {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
    return [factor, tf.sub(shift, tf.mul(mean, factor))];
  },
  spectralNorm(weight, u, iterate, epsilon) {
    const matrix = tf.reshape(weight, [-1, u.size]) as tf.Tensor2D;
    const [v, next] = detached(() => singularVectors(matrix, u, iterate, epsilon)) as [tf.Tensor2D, tf.Tensor2D];
    const sigma = tf.sum(tf.mul(v, tf.matMul(matrix, next)));
    return { weight: tf.div(weight, sigma), u: tf.reshape(next, [-1]) };
  },
  maxPool(x, size, stride) {
    const [rows, columns] = [1, 2].map((axis) => Math.floor(((x.shape[axis] ?? 0) - size) / stride) + 1);
    const taps = Array.from({ length: size }, (_, a) => every(x, 1, (i) => i * stride + a, rows ?? 0)).flatMap((part) =>
      Array.from({ length: size }, (_, b) => every(part, 2, (j) => j * stride + b, columns ?? 0)),
    );
    return taps.reduce((largest, tap) => tf.maximum(largest, tap));
  },
  resizeNearest(x, height, width) {
    const rows = every(x, 1, (i) => Math.floor((i * x.shape[1]) / height), height);
    return every(rows, 2, (j) => Math.floor((j * x.shape[2]) / width), width);
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
  rescale: (x, factor, offset) => tf.add(tf.mul(x, factor), offset),
  add: (a, b) => tf.add(a, b),
  subtract: (a, b) => tf.sub(a, b),
  multiply: (a, b) => tf.mul(a, b),
  divide: (a, b) => tf.div(a, b),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  sum: (x) => tf.sum(x, -1),
  columns: (x, from, count) => tf.slice(x, [0, from], [-1, count]),
  join: (parts) => tf.concat([...parts], -1),
};
