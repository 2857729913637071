/** inpaint: images with a hole, and what the model puts there. */
import { batches, batchSize, type Images, type RunOptions } from './batches.js';
import { encoderOf, imageOf } from './bundle.js';
import { field } from './concat.js';
import { decodeBatch } from './decode.js';
import { descend } from './descend.js';
import { AlixError, throwIfAborted } from './io/errors.js';
import { type Masks, maskSource } from './mask.js';
import type { Model } from './model.js';
import { checkFeather, paste } from './paste.js';
import { countOf } from './per-image.js';
import { checkRefine, type RefineSettings, refineSettings } from './refine.js';

export type { MaskArray, Masks } from './mask.js';

/** Of encoding, decoding and pasting, where a model was not trained for masks. */
const ITERATIONS = 10;

export interface InpaintOptions extends RunOptions {
  /**
   * How often what was decoded is pasted into the hole and encoded again, at least 1. By default once through the encoder of masked images
   * where the model has one (masked_encoder.onnx), else 10 times, or once where refinement follows.
   * A number given here is taken through the plain encoder, whatever there is.
   */
  readonly iterations?: number | undefined;
  /** Steps of refinement after that, on the known pixels only, or how it goes; none by default. See refine.ts. */
  readonly refine?: number | RefineSettings | undefined;
  /**
   * How many pixels into the hole the seam is smoothed, 0 to 32; 0 by default. What the decoder is off at the nearest known pixels is
   * taken from the hole's pixels, less and less with the distance.
   */
  readonly feather?: number | undefined;
}

/** Inpainted images, in their order. */
export interface Inpainting {
  readonly n: number;
  readonly names: readonly string[];
  /** uint8 [n,H,W,C]: known pixels as they were given, bit for bit; hidden ones from the decoder */
  readonly pixels: Uint8Array;
  /** float32 [n,d]: the codes of the whole images */
  readonly latent: Float32Array;
  /**
   * [n], how far the decoder is off at the pixels it was told: mean squared error over them, pixels in [0,1]. Where it is large, the model
   * does not know such images, and what it puts into the hole means little.
   */
  readonly knownMse: Float64Array;
}

/** One batch of them, with what they were made from. */
export interface InpaintingBatch extends Inpainting {
  /** uint8 [n,H,W,C] */
  readonly originals: Uint8Array;
  /** uint8 [n,H,W]: 1 where hidden */
  readonly masks: Uint8Array;
}

/**
 * Images with their hidden pixels made up by the model. What lies under a mask is never looked at: model.json's `maskFill` stands there,
 * as near as a pixel can say it, when the plain encoder reads the image.
 *
 * A mask that hides nothing gives the image back as it was, with its code; one that hides all is an error.
 *
 * ```ts
 * const hole = boxMask(28, 28, { x: 7, y: 7, width: 14, height: 14 });
 * const { knownMse } = await model.inpaint({ data, n: 100 }, hole, { refine: 50 });
 * console.log(meanAndStd(knownMse).mean); // 0.0050, of a DALI of 6 epochs on MNIST
 * ```
 * @param masks uint8 or booleans, [n,H,W] or one [H,W] for all; not 0: hidden. Or a function that gives each image's
 * @throws AlixError 'bad-mask' for masks of another size or number, or one that hides the whole image; 'no-graph' where the model has no encoder,
 *   or none of refine.onnx and refinement was asked for; 'bad-option', 'bad-image', 'interrupted', ...
 */
export async function inpaint(
  model: Model,
  images: Images,
  masks: Masks,
  options: InpaintOptions = {},
): Promise<Inpainting> {
  const parts: Inpainting[] = [];
  for await (const { originals: _, masks: __, ...part } of inpaintBatches(model, images, masks, options))
    parts.push(part);
  const names = parts.flatMap((part) => part.names);
  return {
    n: names.length,
    names,
    pixels: field(Uint8Array, parts, 'pixels'),
    latent: field(Float32Array, parts, 'latent'),
    knownMse: field(Float64Array, parts, 'knownMse'),
  };
}

/** The same as a stream of batches, for more images than fit into memory. */
export async function* inpaintBatches(
  model: Model,
  images: Images,
  masks: Masks,
  options: InpaintOptions = {},
): AsyncGenerator<InpaintingBatch> {
  const { iterations, refine, feather = 0 } = options;
  const { height, width, channels } = imageOf(model.bundle);
  const known = maskSource(model.bundle, masks);
  const settings = refineSettings(refine);
  batchSize(options);
  checkFeather(feather);
  if (settings) checkRefine(model, settings);
  known.end(countOf(images));
  const guess = firstGuess(model, iterations ?? (settings ? 1 : undefined), iterations !== undefined);
  let first = 0;
  for await (const { names, data, n } of batches(model.bundle, images, options)) {
    const hidden = await known.of({ names, data, n }, first);
    const filled = fill(data, hidden, channels, model.bundle.maskFill);
    let latent = await guess(filled, hidden, n, options.signal);
    if (settings) {
      const weight = Float32Array.from(hidden, (bit) => 1 - bit);
      const begun = { latent, target: data, weight, n, first };
      ({ latent } = await descend(model, begun, { ...settings, signal: options.signal }));
    }
    const { image } = await decodeBatch(model, latent, n);
    const pixels = await paste(data, image, hidden, { height, width, channels }, feather);
    yield { n, names, originals: data, masks: hidden, pixels, latent, knownMse: knownErrors(data, image, hidden, n) };
    first += n;
  }
  known.end(first);
}

/** Codes of images with a hole. */
type Guess = (
  filled: Uint8Array,
  hidden: Uint8Array,
  n: number,
  signal: AbortSignal | undefined,
) => Promise<Float32Array>;

function firstGuess(model: Model, iterations = ITERATIONS, isAsked: boolean): Guess {
  if (!Number.isInteger(iterations) || iterations < 1)
    throw new AlixError('bad-option', 'iterations is a whole number of at least 1', { found: `${iterations}` });
  if (!isAsked && model.has('masked_encoder'))
    return async (filled, hidden, n) => {
      const inputs = { image: filled, mask: Float32Array.from(hidden) };
      return (await model.run('masked_encoder', inputs, n)).mean as Float32Array;
    };
  encoderOf(model.bundle);
  return async (filled, hidden, n, signal) => {
    let image = filled;
    for (let i = 1; ; i++) {
      throwIfAborted(signal);
      const latent = (await model.run('encoder', image, n)).mean as Float32Array;
      if (i === iterations) return latent;
      image = await paste(filled, (await decodeBatch(model, latent, n)).image, hidden, model.image);
    }
  };
}

/** The images with nothing of what is hidden in them. */
function fill(data: Uint8Array, hidden: Uint8Array, channels: number, value: number): Uint8Array {
  const byte = Math.round(255 * Math.max(0, Math.min(1, value)));
  return data.map((known, i) => (hidden[Math.floor(i / channels)] ? byte : known));
}

/** Mean squared error of each image over its known pixels, in float64. */
function knownErrors(data: Uint8Array, image: Float32Array, hidden: Uint8Array, n: number): Float64Array {
  const [values, size] = [data.length / n, hidden.length / n];
  const channels = values / size;
  return Float64Array.from({ length: n }, (_, row) => {
    let [sum, count] = [0, 0];
    for (let i = row * values; i < (row + 1) * values; i++) {
      if (hidden[Math.floor(i / channels)]) continue;
      sum += (data[i]! / 255 - image[i]!) ** 2;
      count++;
    }
    return sum / count;
  });
}

/** A rectangle of hidden pixels, cut at the image's borders: uint8 [height,width], 1 inside. */
export function boxMask(
  height: number,
  width: number,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return Number(x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height);
  });
}
