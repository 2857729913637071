/**
 * The input gradient of a convolution whose input has few channels, and transposed convolution to few: an image of 1 or 3. Of one pixel
 * of each stride x stride square ("sub-pixel", Shi et al. 2016, arXiv:1609.05158, section 2.2) the gradient is an ordinary convolution
 * of dy; of all of them it is one with stride^2 times the channels, whose results are then put in their places. oneDNN's kernel
 * for the gradient leaves most of its width unused there (measured on 100x14x14x64 to 28x28x1: 3.1 ms, this way 1.6; on
 * 100x32x32x64 to 64x64x3: 18 and 12).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Window } from '../../layers/ops.js';
import { execute, reshaped } from './kernel.js';

type Size = readonly number[];
type Pair = readonly [number, number];
type Conv = (x: tf.Tensor, weight: tf.Tensor, window: Window) => tf.Tensor;

/** Channels of all pixels of a square together, and features of dy, between which it is the faster way. */
const [MOST_CHANNELS, LEAST_FEATURES] = [16, 16];

/** One axis of the convolution over dy. */
interface Axis {
  /** Row i: which of the kernel's taps (or -1 for none) meets pixel q of a square at tap t, i = t * stride + q. */
  readonly taps: readonly number[];
  readonly length: number;
  readonly padding: Pair;
}

/**
 * A pixel s m + q takes dy at m + d from the kernel's tap q + p - s d, p the padding before.
 *
 * @returns undefined where the size is no multiple of the stride, or dy would have to be cut
 */
function axisOf(size: number, dySize: number, kernel: number, stride: number, [before]: Pair): Axis | undefined {
  const first = Math.ceil((before - kernel + 1) / stride);
  const last = Math.floor((stride - 1 + before) / stride);
  const after = last + size / stride - dySize;
  if (size % stride !== 0 || first > 0 || after < 0) return undefined;
  const length = last - first + 1;
  const taps = Array.from({ length: length * stride }, (_, i) => {
    const tap = (i % stride) + before - stride * (first + Math.floor(i / stride));
    return tap >= 0 && tap < kernel ? tap : -1;
  });
  return { taps, length, padding: [-first, after] };
}

/** Numbers of rows of the kernel, [kh * kw, C * F] and a row of zeros below, in the order [th, sh, tw, sw]. */
const places = new Map<string, tf.Tensor>();

function placesOf(rows: Axis, columns: Axis, [height, width]: Pair): tf.Tensor {
  const all = rows.taps.flatMap((a) => columns.taps.map((b) => (a < 0 || b < 0 ? height * width : a * width + b)));
  const key = all.join();
  const made = places.get(key) ?? tf.keep(tf.tensor1d(all, 'int32'));
  places.set(key, made);
  return made;
}

/** The weight [kh,kw,C,F] as the filter [th,tw,F,s*s*C] of the convolution over dy. */
function filterOf(weight: tf.Tensor, rows: Axis, columns: Axis, stride: number): tf.Tensor {
  const [kh = 0, kw = 0, channels = 0, features = 0] = weight.shape;
  const taps = tf.pad(tf.reshape(weight, [kh * kw, channels * features]), [
    [0, 1],
    [0, 0],
  ]);
  const gathered = tf.gather(taps, placesOf(rows, columns, [kh, kw]) as tf.Tensor1D);
  const apart = tf.reshape(gathered, [rows.length, stride, columns.length, stride, channels, features]);
  const filter = tf.transpose(apart, [0, 2, 5, 1, 3, 4]);
  return tf.reshape(filter, [rows.length, columns.length, features, stride * stride * channels]);
}

const identities = new Map<string, tf.Tensor>();

/** The filter of a weight [kh,kw,C,kh*kw*C] that is an identity. */
function identityFilter(kernel: Size, rows: Axis, columns: Axis, stride: number): tf.Tensor {
  const key = [kernel, rows.taps, columns.taps].join(';');
  const side = kernel.reduce((product, n) => product * n, 1);
  const made =
    identities.get(key) ??
    tf.keep(tf.tidy(() => filterOf(tf.reshape(tf.eye(side), [...kernel, side]), rows, columns, stride)));
  identities.set(key, made);
  return made;
}

/** dx [N,H,W,C] = shape of dy [N,h,w,F] and weight [kh,kw,C,F]; undefined where the usual kernel is to be taken. */
export function phasesOf(shape: Size, weight: tf.Tensor, dy: tf.Tensor, window: Window, conv: Conv) {
  const [n = 0, height = 0, width = 0, channels = 0] = shape;
  const [kh = 0, kw = 0, , features = 0] = weight.shape;
  const [stride, other] = window.stride;
  const isSuited =
    stride > 1 && stride === other && channels * stride ** 2 <= MOST_CHANNELS && features >= LEAST_FEATURES;
  if (!isSuited || n === 0) return undefined;
  const rows = axisOf(height, dy.shape[1] ?? 0, kh, stride, window.padding[0]);
  const columns = axisOf(width, dy.shape[2] ?? 0, kw, stride, window.padding[1]);
  if (!rows || !columns) return undefined;
  const taps = kh * kw * channels;
  // where all taps together are fewer than the features, a product makes them first, and what is left is to sum them in place
  const isFewer = 2 * taps <= features;
  const pixels = [reshaped(dy, [dy.size / features, features]), reshaped(weight, [taps, features])];
  const read = isFewer
    ? reshaped(execute('MatMul', pixels, { transpose_a: false, transpose_b: true }), [...dy.shape.slice(0, 3), taps])
    : dy;
  const filter = isFewer
    ? identityFilter([kh, kw, channels], rows, columns, stride)
    : filterOf(weight, rows, columns, stride);
  const squares = conv(read, filter, { stride: [1, 1], padding: [rows.padding, columns.padding] });
  return execute('DepthToSpace', [squares], { block_size: stride, data_format: 'NHWC' });
}
