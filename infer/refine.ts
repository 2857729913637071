/** refine: codes moved until the decoder's image is as near to the target as it gets. What it needs is refine.onnx. */
import { batches, batchSize, type Images, imageValues, type RunOptions } from './batches.js';
import { encoderOf, imageOf, latentOf } from './bundle.js';
import { field } from './concat.js';
import { checkLatent, decodeBatch } from './decode.js';
import { descend } from './descend.js';
import { describeValue } from './describe-value.js';
import { AlixError } from './io/errors.js';
import type { Model } from './model.js';
import { countOf, perImage } from './per-image.js';
import { meanSquaredErrors } from './squared-error.js';

/** How the descent goes. */
export interface RefineSettings {
  /** Steps of Adam, at least 0; 50 by default. Each costs about three runs of the decoder. */
  readonly steps?: number | undefined;
  /** Above 0, at most 10; 0.1 by default: with a normal prior, a tenth of a standard deviation. β₁ is 0.9, β₂ 0.999, ε 1e-8. */
  readonly learningRate?: number | undefined;
  /** Called at each evaluation of a batch: with step 0 at the start, with `steps` at the end. */
  readonly onStep?: ((step: RefineStep) => void) | undefined;
}

/** How far one batch has come. */
export interface RefineStep {
  readonly step: number;
  readonly steps: number;
  /** The place of the batch's first image among all. */
  readonly first: number;
  /** Images of the batch. */
  readonly n: number;
  /** Mean over the batch of the loss at this step, which may be above the best so far. */
  readonly loss: number;
}

export interface RefineOptions extends RefineSettings, RunOptions {
  /**
   * Where the descent begins: 'encoder' (the mean of q(z|x), the default), 'zero' (the prior's mean), or codes, float32 [n,d], or
   * [d] for all images. Without an encoder one of the latter is needed.
   */
  readonly start?: 'encoder' | 'zero' | Float32Array | undefined;
  /**
   * What each pixel's error counts: float32 [n,H,W], or [H,W] for all images; finite and at least 0, by default 1. An image of zero weight
   * throughout has loss 0 and keeps the code that it began with.
   */
  readonly weight?: Float32Array | undefined;
}

/** Refined codes, and what the decoder makes of them. Rows are in the order of the images. */
export interface Refined {
  readonly n: number;
  readonly names: readonly string[];
  /** float32 [n,d]: the best codes of the descent */
  readonly latent: Float32Array;
  /** float32 [n,H,W,C] in [0,1] */
  readonly image: Float32Array;
  /** uint8 [n,H,W,C] */
  readonly pixels: Uint8Array;
  /** [n], mean squared error of each whole image, as `reconstruct` gives it: without weights, pixels in [0,1] */
  readonly mse: Float64Array;
  /** float32 [n]: the loss where the descent began, sum w (x-t)² / sum (w C) over an image's pixels, in [0,1]² */
  readonly lossBefore: Float32Array;
  /** float32 [n]: the loss at `latent`, never above `lossBefore` */
  readonly loss: Float32Array;
}

/** One batch of them, with the originals beside. */
export interface RefinedBatch extends Refined {
  /** uint8 [n,H,W,C]: the target */
  readonly originals: Uint8Array;
}

/**
 * Codes whose images are nearer to the targets than the encoder's: gradient descent on the decoder's squared error, a fixed number of
 * steps of Adam for each image. The code kept is the best that the descent came by. Where the prior is uniform, codes stay
 * within [-1,1], the start too: each step is projected there. A row whose loss or gradient stops being finite keeps its best code.
 *
 * The same input gives the same codes on one device; `batch` changes the last digits at most.
 *
 * ```ts
 * const { loss, lossBefore } = await model.refine({ data: pixels, n: 200 }, { steps: 50 });
 * console.log(meanAndStd(lossBefore).mean, meanAndStd(loss).mean); // 0.0326 0.0090, of a DALI of 6 epochs on MNIST
 * ```
 * @throws AlixError 'no-graph' where the model has no refine.onnx, or is to begin at the encoder and has none; 'bad-option',
 *   'bad-latent', 'bad-weight', 'bad-image', 'not-finite', 'interrupted', ...
 */
export async function refine(model: Model, images: Images, options: RefineOptions = {}): Promise<Refined> {
  const parts: Refined[] = [];
  // without the originals, which would otherwise stay in memory
  for await (const { originals: _, ...part } of refineBatches(model, images, options)) parts.push(part);
  const names = parts.flatMap((part) => part.names);
  const floats = (key: 'latent' | 'image' | 'lossBefore' | 'loss') => field(Float32Array, parts, key);
  return {
    n: names.length,
    names,
    latent: floats('latent'),
    image: floats('image'),
    pixels: field(Uint8Array, parts, 'pixels'),
    mse: field(Float64Array, parts, 'mse'),
    lossBefore: floats('lossBefore'),
    loss: floats('loss'),
  };
}

/** The same as a stream of batches, for more images than fit into memory. */
export async function* refineBatches(
  model: Model,
  images: Images,
  options: RefineOptions = {},
): AsyncGenerator<RefinedBatch> {
  const { start = 'encoder', weight } = options;
  checkRefine(model, options);
  batchSize(options);
  const { height, width } = imageOf(model.bundle);
  const d = latentOf(model.bundle).size;
  const values = imageValues(model.bundle);
  if (start === 'encoder') encoderOf(model.bundle);
  const starts = start === 'encoder' || start === 'zero' ? undefined : startCodes(start, d);
  if (weight !== undefined) checkWeight(weight);
  const weights = perImage(weight ?? new Float32Array(height * width).fill(1), {
    size: height * width,
    code: 'bad-weight',
    what: 'not weights of the pixels of the images',
  });
  starts?.end(countOf(images));
  weights.end(countOf(images));
  let first = 0;
  for await (const { names, data, n } of batches(model.bundle, images, options)) {
    const from =
      starts?.rows(first, n) ??
      (start === 'zero' ? new Float32Array(n * d) : ((await model.run('encoder', data, n)).mean as Float32Array));
    const begun = { latent: from, target: data, weight: weights.rows(first, n), n, first };
    const { latent, loss, lossBefore } = await descend(model, begun, options);
    const { image, pixels } = await decodeBatch(model, latent, n);
    const mse = meanSquaredErrors(data, image, values);
    yield { n, names, originals: data, latent, image, pixels, mse, loss, lossBefore };
    first += n;
  }
  starts?.end(first);
  weights.end(first);
}

/** What the verbs that refine on request are told: 0 steps are none, of which no refine.onnx is needed. @throws AlixError 'bad-option' for neither steps nor settings */
export function refineSettings(refine: number | RefineSettings | undefined): RefineSettings | undefined {
  if (refine === undefined || refine === 0) return undefined;
  if (typeof refine === 'object' && refine !== null) return refine;
  if (typeof refine === 'number') return { steps: refine };
  throw new AlixError('bad-option', 'refine is a number of steps, or how it goes', {
    where: 'refine',
    expected: 'a number, or { steps, learningRate, onStep }',
    found: describeValue(refine),
  });
}

/** @throws AlixError 'no-graph' or 'bad-option' where a model cannot be refined so */
export function checkRefine(model: Model, { steps = 50, learningRate = 0.1 }: RefineSettings): void {
  const { bundle } = model;
  imageOf(bundle);
  if (!model.has('refine'))
    throw new AlixError('no-graph', 'this model has no refine.onnx, which refinement descends', {
      where: bundle.name,
      remedy: 'export the model again: older exports have none',
    });
  if (!Number.isInteger(steps) || steps < 0)
    throw new AlixError('bad-option', 'refinement takes a whole number of steps, at least 0', { found: `${steps}` });
  if (!(learningRate > 0 && learningRate <= 10))
    throw new AlixError('bad-option', 'a learning rate is above 0 and at most 10', { found: `${learningRate}` });
}

function startCodes(start: unknown, d: number) {
  if (!(start instanceof Float32Array))
    throw new AlixError('bad-option', 'no such start', {
      expected: "'encoder', 'zero', or float32 codes",
      found: describeValue(start),
    });
  checkLatent(start, d);
  return perImage(start, { size: d, code: 'bad-latent', what: 'not codes for the images to begin at' });
}

function checkWeight(weight: Float32Array): void {
  const isArray = weight instanceof Float32Array;
  const bad = isArray ? weight.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY)) : 0;
  if (!isArray || bad >= 0)
    throw new AlixError('bad-weight', 'weights are finite numbers of at least 0', {
      expected: 'float32',
      found: isArray ? `${weight[bad]} at ${bad}` : describeValue(weight),
    });
}
