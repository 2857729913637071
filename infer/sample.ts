/** sample: new images, from the prior or from the posterior of an image. Every draw is fixed by its seed. */
import { batchSize, checkRoom, type Images, type RunOptions } from './batches.js';
import { type Bundle, encoderOf, imageOf, latentOf } from './bundle.js';
import { concat, field } from './concat.js';
import { decodeBatch } from './decode.js';
import { deterministicEncoder, encode, encodeBatches, reparametrise } from './encode.js';
import { AlixError, throwIfAborted } from './io/errors.js';
import { createRandom, type Random } from './io/random.js';
import type { Model } from './model.js';
import { countOf } from './per-image.js';

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
  const stream = sampleBatches(model, n, options);
  checkRoom(model.bundle, n, 'take them as a stream, from sampleBatches');
  return collect(stream, n, options.seed);
}

/** The same as a stream of batches; wrong options are refused at once, not at the first batch. */
export function sampleBatches(model: Model, n: number, options: SampleOptions): AsyncGenerator<Sample> {
  const random = randomOf(options);
  checkCount(n);
  batchSize(options);
  imageOf(model.bundle);
  return decodeDraws(model, n, priorDraws(model.bundle, random, options.truncate), options);
}

/** Images sampled from posteriors: `perImage` of the first image, then those of the next. */
export interface SampleGiven extends Sample {
  readonly perImage: number;
}

/**
 * Images from the posterior of each image given: z ~ q(z|x), then p(x|z).
 *
 * The first images of a larger `perImage` are those of a smaller one. Of `Images` the noise of each is fixed by the seed and the image's
 * name alone, so that order, batches and images left out change nothing; one bare image has the seed's own.
 *
 * ```ts
 * const { pixels, n } = await model.sampleGiven({ data: twoImages, n: 2 }, 8, { seed: 1 });
 * console.log(n); // 16: eight of the first image, eight of the second
 * ```
 * @param images uint8, H·W·C values of one image, or images
 * @throws AlixError 'deterministic-encoder' when the encoder has no variance; 'bad-image', 'bad-option', ...
 */
export async function sampleGiven(
  model: Model,
  images: Uint8Array | Images,
  perImage: number,
  options: SampleGivenOptions,
): Promise<SampleGiven> {
  const stream = sampleGivenBatches(model, images, perImage, options);
  checkRoom(model.bundle, (countOf(images) ?? 1) * perImage, 'take them as a stream, from sampleGivenBatches');
  const parts: Sample[] = [];
  for await (const part of stream) parts.push(part);
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  return { ...joined(parts, n, options.seed), perImage };
}

/** The same as a stream of batches; wrong options are refused at once, not at the first batch. */
export function sampleGivenBatches(
  model: Model,
  images: Uint8Array | Images,
  perImage: number,
  options: SampleGivenOptions,
): AsyncGenerator<Sample> {
  const random = randomOf(options);
  checkCount(perImage);
  batchSize(options);
  if (encoderOf(model.bundle).deterministic) throw deterministicEncoder(model.bundle, 'use reconstruct');
  if (images instanceof Uint8Array) return decodeGiven(model, images, perImage, random, options);
  const count = countOf(images);
  const total = count === undefined ? undefined : count * perImage;
  return decodeCodes(model, givenCodes(model, images, perImage, random, options), total, options);
}

/** The images of the draws of one image. */
async function* decodeGiven(
  model: Model,
  data: Uint8Array,
  perImage: number,
  random: Random,
  options: SampleGivenOptions,
): AsyncGenerator<Sample> {
  const { mean, logVariance } = await encode(model, { data, n: 1 }, { signal: options.signal });
  yield* decodeDraws(model, perImage, posteriorDraws(mean, logVariance!, random), options);
}

/** Whoever gives no options at all lacks the seed first of all. @throws AlixError 'bad-seed' */
function randomOf(options: SampleGivenOptions | undefined): Random {
  return createRandom(options?.seed as number | string);
}

/** The draws of every image, an image after another, in runs of at most a batch. */
async function* givenCodes(
  model: Model,
  images: Images,
  perImage: number,
  random: Random,
  { batch, signal, seed: _ }: SampleGivenOptions,
): AsyncGenerator<Float32Array> {
  const size = batchSize({ batch });
  const d = latentOf(model.bundle).size;
  // draws wait here until they fill a batch
  let waiting: Float32Array[] = [];
  let rows = 0;
  for await (const { names, mean, logVariance } of encodeBatches(model, images, { batch: size, signal })) {
    for (const [i, name] of names.entries()) {
      const row = (all: Float32Array) => all.subarray(i * d, (i + 1) * d);
      const draw = posteriorDraws(row(mean), row(logVariance!), random.split(name));
      for (let left = perImage; left > 0; ) {
        const n = Math.min(left, size - rows);
        waiting.push(draw(n));
        rows += n;
        left -= n;
        if (rows < size) continue;
        yield concat(Float32Array, waiting);
        waiting = [];
        rows = 0;
      }
    }
  }
  if (rows > 0) yield concat(Float32Array, waiting);
}

/** Draws of q(z|x) for one image. */
function posteriorDraws(mean: Float32Array, logVariance: Float32Array, random: Random): Draws {
  const repeat = (row: Float32Array, rows: number) =>
    new Float32Array(rows * row.length).map((_, i) => row[i % row.length]!);
  return (rows) => reparametrise(repeat(mean, rows), repeat(logVariance, rows), random.normal(rows * mean.length));
}

/** Gives float32 [n,d], the next n codes. How draws are cut into calls changes nothing. */
export type Draws = (n: number) => Float32Array;

/** Codes from the model's prior: standard normal, or uniform on [-1,1]; `truncate` as in SampleOptions. */
export function priorDraws(bundle: Bundle, random: Random, truncate: number | undefined): Draws {
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
  async function* codes(): AsyncGenerator<Float32Array> {
    for (let start = 0; start < total; start += size) yield draws(Math.min(size, total - start));
  }
  yield* decodeCodes(model, codes(), total, options);
}

/** The images of each run of codes. */
async function* decodeCodes(
  model: Model,
  codes: AsyncIterable<Float32Array>,
  total: number | undefined,
  { seed, signal, onProgress }: SampleGivenOptions,
): AsyncGenerator<Sample> {
  const d = latentOf(model.bundle).size;
  let done = 0;
  throwIfAborted(signal);
  for await (const latent of codes) {
    throwIfAborted(signal);
    const n = latent.length / d;
    yield { ...(await decodeBatch(model, latent, n)), latent, seed };
    done += n;
    onProgress?.(done, total);
  }
}

async function collect(stream: AsyncIterable<Sample>, n: number, seed: number | string): Promise<Sample> {
  const parts: Sample[] = [];
  for await (const part of stream) parts.push(part);
  return joined(parts, n, seed);
}

function joined(parts: readonly Sample[], n: number, seed: number | string): Sample {
  const floats = (key: 'image' | 'latent') => field(Float32Array, parts, key);
  return {
    n,
    seed,
    pixels: field(Uint8Array, parts, 'pixels'),
    image: floats('image'),
    latent: floats('latent'),
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
