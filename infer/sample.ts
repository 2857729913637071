/** sample: new images, from the prior or from the posterior of an image. Every draw is fixed by its seed. */
import type { RunOptions } from './batches.js';
import type { Bundle } from './bundle.js';
import { decode } from './decode.js';
import { encode, reparametrise } from './encode.js';
import { AlixError } from './io/errors.js';
import { createRandom, type Random } from './io/random.js';
import type { Model } from './model.js';

export interface SampleGivenOptions extends RunOptions {
  /** Any whole number or text; the same seed gives the same codes on every platform. */
  readonly seed: number | string;
}

export interface SampleOptions extends SampleGivenOptions {
  /**
   * Keeps every value of a code within ±truncate: for a normal prior values outside are drawn anew (at least 0.01), a
   * uniform prior shrinks to [-truncate, truncate] (at most 1). Less gives more typical and less varied images.
   */
  readonly truncate?: number | undefined;
}

/** Sampled images. */
export interface Sample {
  readonly n: number;
  /** uint8 [n,H,W,C] */
  readonly pixels: Uint8Array;
  /** float32 [n,H,W,C] in [0,1] */
  readonly image: Float32Array;
  /** float32 [n,d]: the codes they were decoded from */
  readonly latent: Float32Array;
  readonly seed: number | string;
}

/**
 * n images from the prior. The first images of a larger n are those of a smaller one.
 *
 * ```ts
 * const { pixels, latent } = await model.sample(64, { seed: 1 });
 * ```
 * @throws AlixError 'bad-option', 'bad-seed', 'bad-bundle', 'bad-graph', 'interrupted', ...
 */
export async function sample(model: Model, n: number, options: SampleOptions): Promise<Sample> {
  checkCount(n);
  const latent = drawPrior(model.bundle, n, createRandom(options.seed), options.truncate);
  return { ...(await decode(model, latent, options)), latent, seed: options.seed };
}

/**
 * n images from the posterior of one: z ~ q(z|x), then p(x|z).
 *
 * @param image uint8, H·W·C values
 * @throws AlixError 'deterministic-encoder' when the encoder has no variance; 'bad-image', 'bad-option', ...
 */
export async function sampleGiven(
  model: Model,
  image: Uint8Array,
  n: number,
  options: SampleGivenOptions,
): Promise<Sample> {
  checkCount(n);
  const { seed, signal } = options;
  if (model.bundle.encoder.deterministic)
    throw new AlixError(
      'deterministic-encoder',
      'the encoder of this model is deterministic: it has no q(z|x) to sample',
      {
        where: model.bundle.name,
        remedy: 'use reconstruct',
      },
    );
  const { mean, logVariance } = await encode(model, { data: image, n: 1 }, { signal });
  const d = mean.length;
  const noise = createRandom(seed).normal(n * d);
  const repeat = (row: Float32Array) => new Float32Array(n * d).map((_, i) => row[i % d]!);
  const latent = reparametrise(repeat(mean), repeat(logVariance!), noise);
  return { ...(await decode(model, latent, options)), latent, seed };
}

/** float32 [n,d] from the model's prior: standard normal, or uniform on [-1,1]; `truncate` as in SampleOptions. */
export function drawPrior(bundle: Bundle, n: number, random: Random, truncate?: number): Float32Array {
  const length = n * bundle.latent.size;
  const uniform = bundle.latent.prior === 'uniform';
  checkTruncate(truncate, uniform);
  if (uniform) return random.uniform(length).map((u) => (truncate ?? 1) * (2 * u - 1));
  const latent = random.normal(length);
  if (truncate === undefined) return latent;
  // a stream of its own, so that the values kept are those that no truncation would give
  const again = random.split('truncate');
  return latent.map((value) => {
    let draw = value;
    while (Math.abs(draw) > truncate) draw = again.normal(1)[0]!;
    return draw;
  });
}

function checkCount(n: number): void {
  if (!Number.isInteger(n) || n < 1)
    throw new AlixError('bad-option', 'a number of samples is a whole number of at least 1', { found: `${n}` });
}

function checkTruncate(truncate: number | undefined, uniform: boolean): void {
  if (truncate === undefined) return;
  const [low, high] = uniform ? [0, 1] : [0.01, Number.POSITIVE_INFINITY];
  if (!(truncate >= low && truncate <= high))
    throw new AlixError('bad-option', 'truncate is out of range', {
      expected: uniform ? '0 to 1 (the prior is uniform)' : 'at least 0.01 (the prior is normal)',
      found: `${truncate}`,
    });
}
