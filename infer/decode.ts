/** decode: codes to images. */
import { batchSize, type RunOptions } from './batches.js';
import { imageOf, latentOf } from './bundle.js';
import { field } from './concat.js';
import { describeValue } from './describe-value.js';
import { AlixError, throwIfAborted } from './io/errors.js';
import type { Model } from './model.js';

/** The images of one batch of codes, or of all. */
export interface Decoded {
  readonly n: number;
  /** float32 [n,H,W,C] in [0,1] */
  readonly image: Float32Array;
  /** uint8 [n,H,W,C]: the same, rounded to 0..255 */
  readonly pixels: Uint8Array;
}

/**
 * Codes to images.
 *
 * ```ts
 * const { pixels } = await model.decode(mean);
 * ```
 * @param latent float32 [n,d]; n follows from its length
 * @throws AlixError 'bad-latent' when the length is no multiple of d, or a value is not finite; 'bad-bundle', ...
 */
export async function decode(model: Model, latent: Float32Array, options: RunOptions = {}): Promise<Decoded> {
  const parts: Decoded[] = [];
  for await (const part of decodeBatches(model, latent, options)) parts.push(part);
  return {
    n: latent.length / latentOf(model.bundle).size,
    image: field(Float32Array, parts, 'image'),
    pixels: field(Uint8Array, parts, 'pixels'),
  };
}

/** The same as a stream of batches. */
export async function* decodeBatches(
  model: Model,
  latent: Float32Array,
  options: RunOptions = {},
): AsyncGenerator<Decoded> {
  imageOf(model.bundle);
  const d = latentOf(model.bundle).size;
  const size = batchSize(options);
  checkLatent(latent, d);
  const total = latent.length / d;
  for (let start = 0; start < total; start += size) {
    throwIfAborted(options.signal);
    const n = Math.min(size, total - start);
    yield await decodeBatch(model, latent.subarray(start * d, (start + n) * d), n);
    options.onProgress?.(start + n, total);
  }
}

/** One run of the decoder: float32 [n,d] to n images. */
export async function decodeBatch(model: Model, latent: Float32Array, n: number): Promise<Decoded> {
  const out = await model.run('decoder', latent, n);
  return { n, image: out.image as Float32Array, pixels: out.pixels as Uint8Array };
}

/** @throws AlixError 'bad-latent' for what is no whole number of codes of d values */
export function checkCodes(latent: Float32Array, d: number): void {
  if (!(latent instanceof Float32Array) || latent.length % d !== 0)
    throw new AlixError('bad-latent', 'not codes of the size that the model takes', {
      expected: `float32, a multiple of ${d} values`,
      found: describeValue(latent),
    });
}

/** @throws AlixError 'bad-latent' for what is no whole number of codes of d finite values */
export function checkLatent(latent: Float32Array, d: number): void {
  checkCodes(latent, d);
  const bad = latent.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new AlixError('bad-latent', `code ${Math.floor(bad / d)} holds a value that is not finite`, {
      found: `${latent[bad]} at ${bad % d}`,
    });
}
