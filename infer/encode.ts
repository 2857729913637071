/** encode: images to codes, the encoder's mean and log-variance of q(z|x), and samples of it. */
import { batches, type Images, type RunOptions } from './batches.js';
import { type Bundle, encoderOf, latentOf } from './bundle.js';
import { concat, field } from './concat.js';
import { AlixError } from './io/errors.js';
import { createRandom } from './io/random.js';
import type { Model } from './model.js';

export interface EncodeOptions extends RunOptions {
  /**
   * Draws z ~ q(z|x) beside the mean. The noise of an image is fixed by the seed and the image's name alone, so that
   * batches, order and images left out change nothing.
   */
  readonly sample?: { readonly seed: number | string } | undefined;
}

/** The codes of one batch, or of all images. Rows are in the order of the images; d is the latent size. */
export interface Codes {
  readonly n: number;
  readonly names: readonly string[];
  /** float32 [n,d]: the code to use unless you have a reason */
  readonly mean: Float32Array;
  /**
   * float32 [n,d]: natural logarithm of the variance; absent if the encoder is deterministic, or its q(z|x) is no
   * Gaussian (a flow, or noise that goes in: the code is then where the Gaussian's mean, or no noise, leads)
   */
  readonly logVariance?: Float32Array;
  /** float32 [n,d]: a draw from q(z|x); only with `sample` */
  readonly latent?: Float32Array;
}

/**
 * Images to codes, all in memory at the end: 4·d bytes an image.
 *
 * ```ts
 * const { mean, names } = await model.encode({ data: pixels, n: 1000 }, { batch: 64 });
 * const row = mean.subarray(7 * d, 8 * d); // the code of image 7
 * ```
 * @throws AlixError 'bad-image', 'bad-bundle', 'bad-graph', 'no-graph', 'deterministic-encoder', 'interrupted', ...
 */
export async function encode(model: Model, images: Images, options: EncodeOptions = {}): Promise<Codes> {
  const parts: Codes[] = [];
  for await (const part of encodeBatches(model, images, options)) parts.push(part);
  const names = parts.flatMap((part) => part.names);
  return {
    n: names.length,
    names,
    mean: field(Float32Array, parts, 'mean'),
    ...(!encoderOf(model.bundle).deterministic && {
      logVariance: field(Float32Array, parts, 'logVariance'),
    }),
    ...(options.sample && {
      latent: field(Float32Array, parts, 'latent'),
    }),
  };
}

/** The same as a stream of batches, for more images than fit into memory. */
export async function* encodeBatches(model: Model, images: Images, options: EncodeOptions = {}): AsyncGenerator<Codes> {
  const { deterministic } = encoderOf(model.bundle);
  if (options.sample && deterministic) throw deterministicEncoder(model.bundle, 'use the means');
  const random = options.sample && createRandom(options.sample.seed);
  const d = latentOf(model.bundle).size;
  for await (const { names, data, n } of batches(model.bundle, images, options)) {
    const out = await model.run('encoder', data, n);
    const mean = out.mean as Float32Array;
    if (deterministic) {
      yield { n, names, mean };
      continue;
    }
    const logVariance = out.log_variance as Float32Array;
    if (!random) {
      yield { n, names, mean, logVariance };
      continue;
    }
    const noise = concat(
      Float32Array,
      names.map((name) => random.split(name).normal(d)),
    );
    yield { n, names, mean, logVariance, latent: reparametrise(mean, logVariance, noise) };
  }
}

/** z = μ + exp(½ log σ²) ε, value by value. */
export function reparametrise(mean: Float32Array, logVariance: Float32Array, noise: Float32Array): Float32Array {
  return mean.map((mu, i) => mu + Math.exp(0.5 * logVariance[i]!) * noise[i]!);
}

/** The error of every verb that would sample q(z|x) where there is none. */
export function deterministicEncoder({ name }: Bundle, remedy: string): AlixError {
  return new AlixError(
    'deterministic-encoder',
    "this model's encoder gives one code for an image: it has no variances of q(z|x) to sample with",
    { where: name, remedy },
  );
}
