/** Convolution, its two gradients, and how TensorFlow's kernels are asked for them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Window } from '../../layers/ops.js';
import { phasesOf } from './few-channels.js';
import { execute, sizes } from './kernel.js';
import { type Windows, windowsForward, windowsInputGradient, windowsWeightGradient } from './windows.js';

type Size = readonly number[];

/** What 'SAME' pads on one axis, odd pixel after. */
function same(n: number, kernel: number, stride: number): readonly [number, number] {
  const total = Math.max((Math.ceil(n / stride) - 1) * stride + kernel - n, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * How a window runs on an input [N,H,W,C]: as 'SAME' or 'VALID' where it is one of them, else as 'VALID' on an input that
 * is padded first. TensorFlow's own 'EXPLICIT' leaves oneDNN's fast gradients (measured: 24 ms instead of 6).
 */
function scheme(input: Size, weight: Size, { stride, padding: [rows, columns] }: Window) {
  const [, height = 0, width = 0] = input;
  const expected = [...same(height, weight[0] ?? 0, stride[0]), ...same(width, weight[1] ?? 0, stride[1])];
  const given = [...rows, ...columns];
  const hasPadding = given.some((n) => n > 0);
  const isSame = hasPadding && given.every((n, i) => n === expected[i]);
  const isPadded = hasPadding && !isSame;
  const padding: 'SAME' | 'VALID' = isSame ? 'SAME' : 'VALID';
  const attributes = {
    strides: [1, ...stride, 1],
    padding,
    explicit_paddings: [],
    data_format: 'NHWC',
    dilations: [1, 1, 1, 1],
  };
  const windows: Windows = { stride, padding };
  return { attributes, windows, isPadded, pads: [[0, 0], [...rows], [...columns], [0, 0]] as [number, number][] };
}

/** [N,H,W,C] * [kh,kw,C,F] -> [N,h,w,F] */
export function forwardConv(x: tf.Tensor, weight: tf.Tensor, window: Window): tf.Tensor {
  const { attributes, windows, isPadded, pads } = scheme(x.shape, weight.shape, window);
  const padded = isPadded ? tf.pad(x, pads) : x;
  return windowsForward(padded, weight, windows) ?? execute('Conv2D', [padded, weight], attributes);
}

/** The gradient of `forwardConv` by its input [N,H,W,C] = shape, and the transposed convolution of dy [N,h,w,F]. */
export function inputGradient(shape: Size, weight: tf.Tensor, dy: tf.Tensor, window: Window): tf.Tensor {
  const phases = phasesOf(shape, weight, dy, window, forwardConv);
  if (phases) return phases;
  const { attributes, windows, isPadded, pads } = scheme(shape, weight.shape, window);
  const padded = isPadded ? shape.map((n, axis) => n + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0)) : shape;
  const dx =
    windowsInputGradient(padded, weight, dy, windows) ??
    execute('Conv2DBackpropInput', [sizes(padded), weight, dy], attributes);
  return isPadded
    ? tf.slice(
        dx,
        pads.map(([before]) => before),
        [...shape],
      )
    : dx;
}

/** The gradient of `forwardConv` by its weight [kh,kw,C,F] = shape. */
export function weightGradient(x: tf.Tensor, shape: Size, dy: tf.Tensor, window: Window): tf.Tensor {
  const { attributes, windows, isPadded, pads } = scheme(x.shape, shape, window);
  const padded = isPadded ? tf.pad(x, pads) : x;
  return (
    windowsWeightGradient(padded, shape, dy, windows) ??
    execute('Conv2DBackpropFilter', [padded, sizes(shape), dy], attributes)
  );
}
