/** Batches of a pass, with what is computed of them on demand, and once. */
import type { Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { sha256 } from '@alix/infer/io/sha256';
import { priorDraws } from '@alix/infer/sample';
import type { Extractor } from '../extractor.js';
import type { EvalImages } from './images.js';
import type { ImageBatch, SampleBatch, Subject } from './measure.js';

/** A function whose value is computed at the first call. */
function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}

const lacking = (what: string) => new AlixError('no-extractor', `there is no ${what}`, { remedy: 'name one' });

function needed(extractor: Extractor | undefined, what: string): Extractor {
  if (extractor) return extractor;
  throw lacking(what);
}

/** Images `start` to `start + n` of a data set. */
export async function imageBatch(
  { model, extractor, classifier, settings }: Subject,
  images: EvalImages,
  start: number,
  n: number,
  signal: AbortSignal,
): Promise<ImageBatch> {
  const pixels = await images.read(Uint32Array.from({ length: n }, (_, i) => start + i));
  const keys = await digests(pixels, n);
  const { batch, seed } = settings;
  const own = { data: pixels, n, names: keys };
  const codes = once(async () => {
    const isRandom = model.bundle.encoder?.deterministic === false;
    const sample = isRandom ? { seed } : undefined;
    const { mean, logVariance, latent } = await model.encode(own, { batch, signal, sample });
    return { mean, ...(logVariance && { logVariance }), drawn: latent ?? mean };
  });
  const reconstruction = once(async () => model.decode((await codes()).mean, { batch, signal }));
  const made = once(async () => (await reconstruction()).pixels);
  return {
    start,
    n,
    pixels,
    keys,
    labels: images.labels?.subarray(start, start + n),
    codes,
    reconstruction,
    features: once(async () => needed(extractor, 'extractor').extract(pixels, n)),
    reconstructedFeatures: once(async () => needed(extractor, 'extractor').extract(await made(), n)),
    logits: once(async () => needed(classifier, 'classifier').extract(pixels, n)),
    reconstructedLogits: once(async () => needed(classifier, 'classifier').extract(await made(), n)),
    ownFeatures: once(async () => (await model.features(own, { batch, signal })).features),
  };
}

/** Samples `start` to `start + n` of a run of them, whose codes are `latent`. */
export function sampleBatch(
  { model, extractor, classifier, settings }: Subject,
  latent: Float32Array,
  start: number,
  signal: AbortSignal,
): SampleBatch {
  const n = latent.length / model.latent.size;
  const { batch } = settings;
  const keys = Array.from({ length: n }, (_, i) => `${start + i}`);
  const image = once(() => model.decode(latent, { batch, signal }));
  const pixels = async () => (await image()).pixels;
  return {
    start,
    n,
    latent,
    keys,
    image,
    features: once(async () => needed(extractor, 'extractor').extract(await pixels(), n)),
    logits: once(async () => needed(classifier, 'classifier').extract(await pixels(), n)),
    encoded: once(async () => (await model.encode({ data: await pixels(), n }, { batch, signal })).mean),
  };
}

/** Codes of the prior, float32 [n,d]: those of `model.sample` with this seed. */
export function priorCodes(model: Model, n: number, seed: number): Float32Array {
  return priorDraws(model.bundle, createRandom(seed), undefined)(n);
}

/** What names each image, whatever the data set and the order: sha256 of its pixels, hexadecimal. @param pixels uint8 [n,...] */
export async function digests(pixels: Uint8Array, n: number): Promise<string[]> {
  const size = pixels.length / n;
  return Promise.all(Array.from({ length: n }, (_, i) => sha256(pixels.slice(i * size, (i + 1) * size))));
}
