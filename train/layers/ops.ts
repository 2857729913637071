/**
 * The tensor operations that layers are written in. train/tensorflow/ops has them twice: 'plain' from tfjs, which can be
 * differentiated twice, and 'fused' from TensorFlow's own kernels, which is faster. Layers know neither.
 */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** Rows and columns added before and after: [[top, bottom], [left, right]]. */
export type ExplicitPadding = readonly [readonly [number, number], readonly [number, number]];

export interface Window {
  readonly stride: readonly [number, number];
  readonly padding: ExplicitPadding;
}

export interface Ops {
  readonly name: 'plain' | 'fused';
  /** [N,H,W,C] * [kh,kw,C,F] -> [N,H',W',F] */
  conv(x: Tensor4D, weight: Tensor4D, window: Window): Tensor4D;
  /** The input gradient of `conv`: [N,h,w,F] with weight [kh,kw,C,F] -> [N,H,W,C] = output */
  transposedConv(x: Tensor4D, weight: Tensor4D, window: Window, output: readonly [number, number, number]): Tensor4D;
  /** [N,I] x [I,O] -> [N,O] */
  matmul(x: Tensor2D, weight: Tensor2D): Tensor2D;
  /** Adds [C] along the last axis, or [H,W,C] to each example. */
  bias(x: Tensor, bias: Tensor): Tensor;
  /**
   * Normalises over all axes but the last with the batch's own statistics, those of each of its `parts` by itself; the variances
   * that it gives are the unbiased ones.
   */
  batchNorm(
    x: Tensor,
    scale: Tensor,
    shift: Tensor,
    epsilon: number,
    parts?: number,
  ): { y: Tensor; statistics: readonly { mean: Tensor; variance: Tensor }[] };
  /** x * factor + offset, both [C] along the last axis. */
  affine(x: Tensor, factor: Tensor, offset: Tensor): Tensor;
  /** The factor and offset of `affine` that normalise with given statistics: all [C]. */
  folded(scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, epsilon: number): [Tensor, Tensor];
  /**
   * The weight [...,F] as a matrix W [K,F] divided by v'Wu, and the u that belongs to it: with `iterate` the next of the power
   * iteration, else the one given. v = Wu / |Wu| from the u given; the gradient takes u and v for constants.
   */
  spectralNorm(weight: Tensor, u: Tensor, iterate: boolean, epsilon: number): { weight: Tensor; u: Tensor };
  /** The largest of each window [size, size] of [N,H,W,C], no padding; of equal ones the first takes the gradient. */
  maxPool(x: Tensor4D, size: number, stride: number): Tensor4D;
  /** Pixels (floor(i H / height), floor(j W / width)) of [N,H,W,C]. */
  resizeNearest(x: Tensor4D, height: number, width: number): Tensor4D;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  /** The largest of each `pieces` neighbours along the last axis. */
  maxPieces(x: Tensor, pieces: number): Tensor;
  /** x / (1 - rate) where uniform >= rate, 0 elsewhere. */
  dropout(x: Tensor, uniform: Tensor, rate: number): Tensor;
  sigmoid(x: Tensor): Tensor;
  tanh(x: Tensor): Tensor;
  softplus(x: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  leakyRelu(x: Tensor, slope: number): Tensor;
  /** x * factor + offset, numbers. */
  rescale(x: Tensor, factor: number, offset: number): Tensor;

  // arithmetic for layers that are formulas: shapes may differ by axes of size 1
  add(a: Tensor, b: Tensor): Tensor;
  subtract(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  divide(a: Tensor, b: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  log(x: Tensor): Tensor;
  /** Over the last axis, which goes. */
  sum(x: Tensor): Tensor;
  /** `count` columns of [N,d] from the column `from`. */
  columns(x: Tensor, from: number, count: number): Tensor;
  /** Side by side along the last axis. */
  join(parts: readonly Tensor[]): Tensor;
}
