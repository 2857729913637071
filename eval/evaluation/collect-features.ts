/** Features of a data set as a file keeps them: what `alix eval features` writes, in pages too. */
import { throwIfAborted } from '@alix/infer/io/errors';
import type { Extractor } from '../extractor.js';
import type { FeatureFile } from '../feature-file.js';
import { digests } from './batches.js';
import { digestStore } from './common-recorders.js';
import type { EvalImages } from './images.js';
import { featuresStore } from './store.js';

export interface CollectFeaturesOptions {
  /** Images per run of the graph; 64 where it is not given. */
  readonly batch?: number;
  /** Rows that are kept at most; 5000 where it is not given. */
  readonly featureSample?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told how many images are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** @throws AlixError 'interrupted', 'not-finite', 'run-failed', ... */
export async function collectFeatures(
  images: EvalImages,
  { identity, d, extract }: Extractor,
  { batch = 64, featureSample = 5000, signal, onProgress }: CollectFeaturesOptions = {},
): Promise<FeatureFile> {
  const features = featuresStore(d, featureSample).start();
  const digest = digestStore.start();
  for (let start = 0; start < images.n; start += batch) {
    throwIfAborted(signal);
    const n = Math.min(batch, images.n - start);
    const pixels = await images.read(Uint32Array.from({ length: n }, (_, i) => start + i));
    const keys = await digests(pixels, n);
    features.add(await extract(pixels, n), keys);
    digest.add(keys, keys);
    onProgress?.(start + n);
  }
  return { extractor: identity, images: digest.state(), ...features.state() };
}
