/** reconstruct: images through the encoder's mean and the decoder, and how far they come back from where they were. */
import { batches, type Images, imageValues, type RunOptions } from './batches.js';
import { encoderOf } from './bundle.js';
import { field } from './concat.js';
import { decodeBatch } from './decode.js';
import type { Model } from './model.js';
import { type RefineSettings, refineBatches, refineSettings } from './refine.js';
import { meanSquaredErrors } from './squared-error.js';

export { meanAndStd, meanSquaredError } from './squared-error.js';

export interface ReconstructOptions extends RunOptions {
  /** Steps of refinement from the encoder's mean on, or how it goes; none by default. See refine.ts. */
  readonly refine?: number | RefineSettings | undefined;
}

/** Reconstructions of all images. Rows are in the order of the images. */
export interface Reconstruction {
  readonly n: number;
  readonly names: readonly string[];
  /** uint8 [n,H,W,C] */
  readonly pixels: Uint8Array;
  /** float32 [n,d]: the codes, means of q(z|x), or what these were refined to */
  readonly latent: Float32Array;
  /**
   * [n], mean squared error of each image, over its H·W·C values, of the decoder's float image against the original
   * divided by 255, both in [0,1], summed in float64
   */
  readonly mse: Float64Array;
}

/** One batch of them, with the originals beside. */
export interface ReconstructionBatch extends Reconstruction {
  /** uint8 [n,H,W,C]: what was reconstructed */
  readonly originals: Uint8Array;
}

/**
 * Images to their reconstructions, all in memory at the end.
 *
 * ```ts
 * const { pixels, mse } = await model.reconstruct({ data, n });
 * const { mean, std } = meanAndStd(mse);
 * ```
 * @throws AlixError 'bad-image', 'bad-bundle', 'bad-graph', 'no-graph', 'interrupted', ...
 */
export async function reconstruct(
  model: Model,
  images: Images,
  options: ReconstructOptions = {},
): Promise<Reconstruction> {
  const parts: Reconstruction[] = [];
  for await (const { n, names, pixels, latent, mse } of reconstructBatches(model, images, options))
    parts.push({ n, names, pixels, latent, mse });
  const names = parts.flatMap((part) => part.names);
  return {
    n: names.length,
    names,
    pixels: field(Uint8Array, parts, 'pixels'),
    latent: field(Float32Array, parts, 'latent'),
    mse: field(Float64Array, parts, 'mse'),
  };
}

/** The same as a stream of batches, for more images than fit into memory. */
export async function* reconstructBatches(
  model: Model,
  images: Images,
  options: ReconstructOptions = {},
): AsyncGenerator<ReconstructionBatch> {
  const settings = refineSettings(options.refine);
  if (settings) {
    for await (const { n, names, originals, pixels, latent, mse } of refineBatches(model, images, {
      ...options,
      ...settings,
    }))
      yield { n, names, originals, pixels, latent, mse };
    return;
  }
  const values = imageValues(model.bundle);
  encoderOf(model.bundle);
  for await (const { names, data, n } of batches(model.bundle, images, options)) {
    const latent = (await model.run('encoder', data, n)).mean as Float32Array;
    const { image, pixels } = await decodeBatch(model, latent, n);
    const mse = meanSquaredErrors(data, image, values);
    yield { n, names, originals: data, pixels, latent, mse };
  }
}
