/** sample: new images, from the prior or from the posterior of an image. Every draw is fixed by its seed. */
import { batchSize, type RunOptions } from './batches.js';
import { type Bundle, encoderOf, imageOf, latentOf } from './bundle.js';
import { concat } from './concat.js';
import { decodeBatch } from './decode.js';
import { deterministicEncoder, encode, reparametrise } from './encode.js';
import { AlixError, throwIfAborted } from './io/errors.js';
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
  return collect(sampleBatches(model, n, options), n, options.seed);
}

/** The same as a stream of batches; wrong options are refused at once, not at the first batch. */
export function sampleBatches(model: Model, n: number, options: SampleOptions): AsyncGenerator<Sample> {
  checkCount(n);
  batchSize(options);
  imageOf(model.bundle);
  return decodeDraws(model, n, priorDraws(model.bundle, createRandom(options.seed), options.truncate), options);
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
  return collect(await sampleGivenBatches(model, image, n, options), n, options.seed);
}

/** The same as a stream of batches; what cannot work is refused at once. */
export async function sampleGivenBatches(
  model: Model,
  image: Uint8Array,
  n: number,
  options: SampleGivenOptions,
): Promise<AsyncGenerator<Sample>> {
  checkCount(n);
  batchSize(options);
  if (encoderOf(model.bundle).deterministic) throw deterministicEncoder(model.bundle, 'use reconstruct');
  const random = createRandom(options.seed);
  const { mean, logVariance } = await encode(model, { data: image, n: 1 }, { signal: options.signal });
  const repeat = (row: Float32Array, rows: number) =>
    new Float32Array(rows * row.length).map((_, i) => row[i % row.length]!);
  const draw = (rows: number) =>
    reparametrise(repeat(mean, rows), repeat(logVariance!, rows), random.normal(rows * mean.length));
  return decodeDraws(model, n, draw, options);
}

/** Gives float32 [n,d], the next n codes. How draws are cut into calls changes nothing. */
type Draws = (n: number) => Float32Array;

/** Codes from the model's prior: standard normal, or uniform on [-1,1]; `truncate` as in SampleOptions. */
function priorDraws(bundle: Bundle, random: Random, truncate: number | undefined): Draws {
  const latent = latentOf(bundle);
  const uniform = latent.prior === 'uniform';
  checkTruncate(truncate, uniform);
  if (uniform) return (n) => random.uniform(n * latent.size).map((u) => (truncate ?? 1) * (2 * u - 1));
  if (truncate === undefined) return (n) => random.normal(n * latent.size);
  // a stream of its own, so that the values kept are those that no truncation would give
  const again = random.split('truncate');
  return (n) =>
    random.normal(n * latent.size).map((value) => {
      let draw = value;
      while (Math.abs(draw) > truncate) draw = again.normal(1)[0]!;
      return draw;
    });
}

async function* decodeDraws(
  model: Model,
  total: number,
  draws: Draws,
  options: SampleGivenOptions,
): AsyncGenerator<Sample> {
  const size = batchSize(options);
  // before anything of the size that model.json states is drawn
  await model.prepare('decoder');
  for (let start = 0; start < total; start += size) {
    throwIfAborted(options.signal);
    const n = Math.min(size, total - start);
    const latent = draws(n);
    yield { ...(await decodeBatch(model, latent, n)), latent, seed: options.seed };
    options.onProgress?.(start + n, total);
  }
}

async function collect(stream: AsyncIterable<Sample>, n: number, seed: number | string): Promise<Sample> {
  const parts: Sample[] = [];
  for await (const part of stream) parts.push(part);
  const joined = <K extends 'image' | 'latent'>(key: K) => parts.map((part) => part[key]);
  return {
    n,
    seed,
    pixels: concat(
      Uint8Array,
      parts.map((part) => part.pixels),
    ),
    image: concat(Float32Array, joined('image')),
    latent: concat(Float32Array, joined('latent')),
  };
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
