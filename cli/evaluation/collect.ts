/** Features of images as they come: their statistics, a sample by what the images hold, and what names the set. */
import { createHash } from 'node:crypto';
import { collectSample, collectStatistics, type ExtractorIdentity, type FeatureFile, imagesDigest } from '@alix/eval';

export interface FeatureCollector {
  /** @param pixels uint8 [n,...] @param features float32 [n,d] @param keys of the sample; by the pixels where they are left out */
  add(pixels: Uint8Array, features: Float32Array, keys?: readonly string[]): void;
  file(): FeatureFile;
}

/** @param capacity rows of the sample at most */
export function collectFeatures(extractor: ExtractorIdentity, d: number, capacity: number): FeatureCollector {
  const statistics = collectStatistics(d);
  const sample = collectSample(d, capacity);
  let images = imagesDigest([]);
  return {
    add(pixels, features, keys) {
      const n = features.length / d;
      const size = pixels.length / n;
      const digests = Array.from({ length: n }, (_, i) =>
        createHash('sha256')
          .update(pixels.subarray(i * size, (i + 1) * size))
          .digest('hex'),
      );
      statistics.add(features);
      sample.add(keys ?? digests, features);
      images = imagesDigest([images, ...digests]);
    },
    file: () => ({ extractor, images, statistics: statistics.statistics(), sample: sample.sample() }),
  };
}
