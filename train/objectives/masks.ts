/** The masks of GALI's inpainting models: one box for each image, with something that no image has under it. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Noise } from './objective.js';

/** Under a mask, on the scale [-1,1]: darker than any image. */
export const FILL = -2;

/** The option of objectives whose encoder may be trained to inpaint, as GALI's Table 3 (bottom) trains its baselines. */
export const maskedOption = {
  /** True: a box of every image that E reads in training is hidden, a new one each time. */
  masked: false as boolean,
};

/** What lies under the masks of an objective with this option; undefined where it has none. */
export const fillOf = (options: typeof maskedOption): number | undefined => (options.masked ? FILL : undefined);

/**
 * What E is shown of an image: the image itself, or, with the option, the image with a box hidden. A new mask is drawn for every
 * image at each call, sides from 1 to the image's own: Dandi et al. 2021, "for every image input to the encoder".
 */
export function shownTo(
  { masked: isMasked }: typeof maskedOption,
  { range }: Pick<Batch, 'range'>,
  noise: Noise,
): (image: tf.Tensor) => tf.Tensor {
  if (!isMasked) return (image) => image;
  return (image) => masked(image, maskFor(noise, image.shape, 1), FILL, range);
}

/**
 * 1 in a box of each image, 0 around it: [N,H,W,1]. Height and width of the box are uniform over the whole numbers from
 * `smallest` to the image's own, its place over those where it fits. Dandi et al. 2021, "Mixed Images".
 *
 * @param noise one draw of uniform numbers [N,4]: height, width, top, left
 * @param shape of the images, [N,H,W,C]
 * @throws AlixError 'mismatch' for what are no images
 */
export function maskFor(noise: Noise, shape: readonly number[], smallest: number): tf.Tensor {
  const [n = 0, height = 0, width = 0] = shape;
  if (shape.length !== 4)
    throw new AlixError('mismatch', 'masks lie on images', {
      expected: 'data of height, width and channels',
      found: shape.slice(1).join('x'),
      remedy: 'choose an architecture of images, or an objective without masks',
    });
  const [tall, wide, down, across] = tf.split(noise.uniform([n, 4]), 4, 1) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const rows = tf.reshape(span(tall, down, height, smallest), [n, height, 1, 1]);
  const columns = tf.reshape(span(wide, across, width, smallest), [n, 1, width, 1]);
  return tf.mul(rows, columns);
}

/** 1 on a stretch of each row of [N,length]; `u` and `v` [N,1] in [0,1) decide its length and its place. */
function span(u: tf.Tensor, v: tf.Tensor, length: number, smallest: number): tf.Tensor {
  const size = tf.add(tf.floor(tf.mul(u, length - smallest + 1)), smallest);
  const start = tf.floor(tf.mul(v, tf.sub(length + 1, size)));
  const place = tf.reshape(tf.range(0, length), [1, length]);
  const inside = tf.logicalAnd(tf.greaterEqual(place, start), tf.less(place, tf.add(start, size)));
  return tf.cast(inside, 'float32');
}

/** `inside` where the mask is 1, `outside` where it is 0. */
export const mixed = (mask: tf.Tensor, inside: tf.Tensor, outside: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(mask, inside), tf.mul(tf.sub(1, mask), outside));

/** `image` with `fill`, a number on the scale [-1,1], where the mask is 1. */
export const masked = (image: tf.Tensor, mask: tf.Tensor, fill: number, [low, high]: Batch['range']): tf.Tensor =>
  mixed(mask, tf.scalar(low + ((fill + 1) / 2) * (high - low)), image);
