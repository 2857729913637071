/** inpaint: images with a hole, and what the model puts there. */
import { batches, batchSize, type Images, imageValues, type RunOptions } from './batches.js';
import { encoderOf, imageOf } from './bundle.js';
import { concat } from './concat.js';
import { decodeBatch } from './decode.js';
import { descend } from './descend.js';
import { AlixError } from './io/errors.js';
import { type Masks, maskSource } from './mask.js';
import type { Model } from './model.js';
import { checkRefine, type RefineSettings } from './refine.js';

export type { MaskArray, Masks } from './mask.js';

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
   * How many pixels into the hole the seam is smoothed, 0 to 64; 0 by default. What the decoder is off at the nearest known pixels is
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
   * [n]: how far the decoder is off at the pixels it was told: mean squared error over them, pixels in [0,1]. Where it is large, the model
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
 * Images with their hidden pixels made up by the model. What lies under a mask is never looked at.
 *
 * A mask that hides nothing gives the image back as it was, with its code; one that hides all is an error.
 *
 * ```ts
 * const hole = boxMask(28, 28, { x: 7, y: 7, width: 14, height: 14 });
 * const { pixels, knownMse } = await model.inpaint({ data, n: 1000 }, hole, { refine: 50 });
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
    pixels: concat(
      Uint8Array,
      parts.map((part) => part.pixels),
    ),
    latent: concat(
      Float32Array,
      parts.map((part) => part.latent),
    ),
    knownMse: concat(
      Float64Array,
      parts.map((part) => part.knownMse),
    ),
  };
}

/** The same as a stream of batches, for more images than fit into memory. */
export async function* inpaintBatches(
  model: Model,
  images: Images,
  masks: Masks,
  options: InpaintOptions = {},
): AsyncGenerator<InpaintingBatch> {
  throw new AlixError('internal', 'not written yet');
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
