/** critic and classify: images to logits. */
import { batches, type Images, type RunOptions } from './batches.js';
import { latentOf } from './bundle.js';
import { concat } from './concat.js';
import { checkLatent } from './decode.js';
import { AlixError } from './io/errors.js';
import type { Model } from './model.js';

/** Logits of images, in their order. */
export interface Critic {
  readonly n: number;
  readonly names: readonly string[];
  /** k, the logits of one image: 1 of most critics, n of an n-class one, the classes of a classifier. */
  readonly classes: number;
  /** float32 [n,k], before any sigmoid or softmax */
  readonly logit: Float32Array;
}

/**
 * What the critic says to images, and to the code of each where it reads pairs (x, z), as ALI's does.
 *
 * ```ts
 * const { mean } = await model.encode(images);
 * const { logit } = await model.critic(images, mean);
 * ```
 * @param latent float32 [n,d]; left out where the critic reads images alone
 * @throws AlixError 'no-graph' where the model has no critic.onnx; 'bad-latent', 'bad-input', 'bad-image', 'interrupted', ...
 */
export async function critic(
  model: Model,
  images: Images,
  latent?: Float32Array,
  options: RunOptions = {},
): Promise<Critic> {
  const d = latent ? latentOf(model.bundle).size : 0;
  if (latent) checkLatent(latent, d);
  let at = 0;
  const result = await logits(model, 'critic', images, options, (data, n) => {
    const codes = latent?.subarray(at * d, (at + n) * d);
    at += n;
    if (codes && codes.length !== n * d) throw wrongCount(latent!.length / d);
    return codes ? { image: data, latent: codes } : data;
  });
  if (latent && latent.length !== result.n * d) throw wrongCount(latent.length / d, result.n);
  return result;
}

/**
 * A classifier's logits.
 *
 * @throws AlixError 'no-graph' where the model has no classifier.onnx; 'bad-image', 'bad-bundle', 'interrupted', ...
 */
export function classify(model: Model, images: Images, options: RunOptions = {}): Promise<Critic> {
  return logits(model, 'classifier', images, options, (data) => data);
}

async function logits(
  model: Model,
  graph: 'critic' | 'classifier',
  images: Images,
  options: RunOptions,
  inputs: (data: Uint8Array, n: number) => Parameters<Model['run']>[1],
): Promise<Critic> {
  await model.prepare(graph);
  const names: string[] = [];
  const parts: Float32Array[] = [];
  for await (const batch of batches(model.bundle, images, options)) {
    parts.push((await model.run(graph, inputs(batch.data, batch.n), batch.n)).logit as Float32Array);
    for (const name of batch.names) names.push(name);
  }
  const logit = concat(Float32Array, parts);
  return { n: names.length, names, classes: names.length > 0 ? logit.length / names.length : 0, logit };
}

function wrongCount(found: number, expected?: number): AlixError {
  return new AlixError('bad-latent', 'the critic takes one code for each image', {
    ...(expected !== undefined && { expected: `${expected} codes` }),
    found: `${found} codes`,
  });
}
