/**
 * Convolutions as products with the windows of their input as rows (im2col). oneDNN goes through the whole weight for each image: where
 * there are many weights and few windows, a product is the faster way (measured, forward and weight gradient: 100x8x8x512 to
 * 4x4x1024 in 137 and 139 ms instead of 177 and 290; 200x4x4x256 to 1x1x512 in 4 and 4 instead of 12 and 16).
 */
import type * as tf from '@tensorflow/tfjs-core';
import { execute, reshaped } from './kernel.js';
import { product, productTransposed } from './products.js';

type Size = readonly number[];

/** Weights from which on the windows of several positions are worth a copy, and the most numbers of such a copy (256 MB). */
const [MANY_WEIGHTS, MOST_COPIED] = [2 ** 22, 2 ** 26];

export interface Windows {
  readonly stride: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

const count = (shape: Size) => shape.reduce((product, n) => product * n, 1);
/** [kh,kw,C,F] as a matrix. */
const matrix = (weight: tf.Tensor) => reshaped(weight, [count(weight.shape.slice(0, 3)), weight.shape[3] ?? 0]);
const rowsOf = (dy: tf.Tensor) => reshaped(dy, [count(dy.shape.slice(0, 3)), dy.shape[3] ?? 0]);

/** One window, which is all of the input: a fully connected layer. */
const isWhole = (input: Size, kernel: Size, output: Size, { padding }: Windows) =>
  padding === 'VALID' && output[1] === 1 && output[2] === 1 && input[1] === kernel[0] && input[2] === kernel[1];

function isSuited(input: Size, kernel: Size, output: Size, windows: Windows): boolean {
  if (isWhole(input, kernel, output, windows)) return true;
  const copied = count(output.slice(0, 3)) * count(kernel.slice(0, 3));
  return count(kernel) >= MANY_WEIGHTS && copied <= MOST_COPIED;
}

/** Every window of x [N,H,W,C] as a row: [N*h*w, kh*kw*C]. */
function windowsOf(x: tf.Tensor, kernel: Size, output: Size, windows: Windows): tf.Tensor {
  const shape = [count(output.slice(0, 3)), count(kernel.slice(0, 3))];
  if (isWhole(x.shape, kernel, output, windows)) return reshaped(x, shape);
  const [height = 0, width = 0] = kernel;
  const patches = execute('ExtractImagePatches', [x], {
    ksizes: [1, height, width, 1],
    strides: [1, ...windows.stride, 1],
    rates: [1, 1, 1, 1],
    padding: windows.padding,
  });
  return reshaped(patches, shape);
}

/** The size that a window leaves on one axis. */
const positions = (n: number, kernel: number, stride: number, padding: Windows['padding']): number =>
  padding === 'SAME' ? Math.ceil(n / stride) : Math.floor((n - kernel) / stride) + 1;

/** y [N,h,w,F] of x [N,H,W,C] and weight [kh,kw,C,F]; undefined where the usual kernel is to be taken. */
export function windowsForward(x: tf.Tensor, weight: tf.Tensor, windows: Windows): tf.Tensor | undefined {
  const { stride, padding } = windows;
  const size = (axis: 0 | 1) => positions(x.shape[axis + 1] ?? 0, weight.shape[axis] ?? 0, stride[axis], padding);
  const output = [x.shape[0] ?? 0, size(0), size(1), weight.shape[3] ?? 0];
  if (!isSuited(x.shape, weight.shape, output, windows)) return undefined;
  return reshaped(product(windowsOf(x, weight.shape, output, windows), matrix(weight)), output);
}

/** dW [kh,kw,C,F] = shape of x [N,H,W,C] and dy [N,h,w,F]; undefined where the usual kernel is to be taken. */
export function windowsWeightGradient(x: tf.Tensor, shape: Size, dy: tf.Tensor, windows: Windows) {
  if (!isSuited(x.shape, shape, dy.shape, windows)) return undefined;
  return reshaped(product(windowsOf(x, shape, dy.shape, windows), rowsOf(dy), true, false), shape);
}

/** dx [N,H,W,C] = shape where the only window is the whole of x; else undefined. */
export function windowsInputGradient(shape: Size, weight: tf.Tensor, dy: tf.Tensor, windows: Windows) {
  if (!isWhole(shape, weight.shape, dy.shape, windows)) return undefined;
  return reshaped(productTransposed(rowsOf(dy), matrix(weight)), shape);
}
