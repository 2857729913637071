/** Rows as they are stored to the numbers that networks take: the architecture's range, dequantisation, mirror images, augmentation. */
import type { Random } from '@alix/infer/io/random';
import { unitOfByte } from '../datasets/dataset.js';
import type { Rows } from '../datasets/row-source.js';
import { type Augmentation, augmented } from './augment.js';

/** Plain data, for the worker. */
export interface Preparation {
  /** Of one row: [H,W,C] of images, [d] of points. */
  readonly shape: readonly number[];
  /** What images are brought to; points stay as they are. */
  readonly range: readonly [low: number, high: number];
  /** Images v in 0..255 become (v + u) / 256 with u uniform in [0,1), before they are brought to the range. */
  readonly dequantise: boolean;
  /** Each image is mirrored left to right with probability 1/2. */
  readonly flip: boolean;
  /** Turns and shifts, before mirroring; undefined for none. */
  readonly augment?: Augmentation;
}

/**
 * @param stored images uint8 [n,H,W,C], points float32 [n,d]
 * @param random of this minibatch alone: the stream of each name is drawn from its beginning
 * @returns float32 [n,...shape]
 */
export function prepare(stored: Rows, preparation: Preparation, random: Random): Float32Array<ArrayBuffer> {
  if (stored instanceof Float32Array) return stored;
  const { shape, dequantise, flip, augment } = preparation;
  const moved = augment ? augmented(stored, shape, augment, random.split('augmentation')) : stored;
  const pixels = flip ? mirrored(moved, shape, random.split('flips')) : moved;
  return dequantise
    ? dequantised(pixels, preparation.range, random.split('dequantisation'))
    : scaled(pixels, preparation.range);
}

/** v/255 in the range, rounded to float32 after the product and after the sum, as runs of every version have had it. */
function scaled(pixels: Uint8Array, [low, high]: Preparation['range']): Float32Array<ArrayBuffer> {
  const isUnit = low === 0 && high === 1;
  const table = isUnit ? unitOfByte : unitOfByte.map((v) => Math.fround(v * (high - low)) + low);
  const out = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) out[i] = table[pixels[i] as number] as number;
  return out;
}

function dequantised(pixels: Uint8Array, [low, high]: Preparation['range'], random: Random): Float32Array<ArrayBuffer> {
  const out = random.uniform(pixels.length);
  const scale = (high - low) / 256;
  for (let i = 0; i < out.length; i++) out[i] = ((pixels[i] as number) + (out[i] as number)) * scale + low;
  return out;
}

/** Each image with probability 1/2 with its columns in reverse. */
function mirrored(pixels: Uint8Array, [height = 1, width = 1, channels = 1]: readonly number[], random: Random) {
  const size = height * width * channels;
  const out = pixels.slice();
  for (let image = 0; image < pixels.length; image += size) {
    if (random.integer(0, 1) === 0) continue;
    for (let row = image; row < image + size; row += width * channels)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++)
          out[row + (width - 1 - x) * channels + c] = pixels[row + x * channels + c] as number;
  }
  return out;
}
