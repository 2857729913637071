/** features: images to the numbers that classifiers and distances are built on. */
import { batches, type Images, type RunOptions } from './batches.js';
import { field } from './concat.js';
import type { Model } from './model.js';

/** The features of one batch, or of all images. Rows are in the order of the images. */
export interface Features {
  readonly n: number;
  readonly names: readonly string[];
  /** f, the numbers of one image. */
  readonly size: number;
  /** float32 [n,f] */
  readonly features: Float32Array;
}

/**
 * Images to features: the encoder's last three hidden layers (after batch norm, before the activation), each flattened
 * channels last, then the mean of q(z|x); of a classifier, its last hidden layer.
 *
 * ```ts
 * const { features, size } = await model.features({ data: pixels, n: 1000 });
 * ```
 * @throws AlixError 'no-graph' where the model has no features.onnx; 'bad-image', 'bad-bundle', 'interrupted', ...
 */
export async function features(model: Model, images: Images, options: RunOptions = {}): Promise<Features> {
  const parts: Features[] = [];
  for await (const part of featureBatches(model, images, options)) parts.push(part);
  const names = parts.flatMap((part) => part.names);
  return {
    n: names.length,
    names,
    size: parts[0]?.size ?? 0,
    features: field(Float32Array, parts, 'features'),
  };
}

/** The same as a stream of batches. */
export async function* featureBatches(
  model: Model,
  images: Images,
  options: RunOptions = {},
): AsyncGenerator<Features> {
  await model.prepare('features');
  for await (const { names, data, n } of batches(model.bundle, images, options)) {
    const out = (await model.run('features', data, n)).features as Float32Array;
    yield { n, names, size: out.length / n, features: out };
  }
}
