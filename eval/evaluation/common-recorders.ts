/** Quantities that several metrics read. */

import { AlixError } from '@alix/infer/io/errors';
import type { Extractor } from '../extractor.js';
import { imagesDigest } from '../feature-file.js';
import { imageErrors } from '../mse.js';
import { ofImages, ofSamples, type Recorder, type Subject } from './measure.js';
import { type FeatureSet, featuresStore, rowsStore, type Store } from './store.js';

const textOf = new TextDecoder();
const bytesOf = new TextEncoder();

/** The digest of a set of images: see `imagesDigest`. */
export const digestStore: Store<readonly string[], string> = {
  start() {
    let digest = imagesDigest([]);
    return {
      add: (keys) => {
        digest = imagesDigest([digest, ...keys]);
      },
      state: () => digest,
    };
  },
  merge: (a, b) => imagesDigest([a, b]),
  encode: (digest) => {
    const data = bytesOf.encode(digest);
    return new Map([['digest', { shape: [data.length], data }]]);
  },
  decode: (tensors) => textOf.decode(tensors.get('digest')?.data as Uint8Array),
};

export const digestOfImages: Recorder<string> = ofImages('digest', digestStore, ({ keys }) => keys);

/** float64 [n]: mean squared errors of reconstructions. */
export const errorsOfImages: Recorder<Float64Array> = ofImages('errors', rowsStore(1), async (batch) =>
  imageErrors(batch.pixels, (await batch.reconstruction()).image, batch.n),
);

/** Where there is no extractor distances cannot be had. @throws AlixError 'bad-option' */
export function extractorOf({ extractor }: Subject): Extractor {
  if (extractor) return extractor;
  throw new AlixError('bad-option', 'features are compared, and there is nothing that makes them', {
    remedy: 'name an --extractor',
  });
}

/** Where there is no classifier classes cannot be told. @throws AlixError 'bad-option' */
export function classifierOf({ classifier }: Subject): Extractor {
  if (classifier) return classifier;
  throw new AlixError('bad-option', 'classes are told apart, and there is nothing that does', {
    remedy: 'name a --classifier',
  });
}

/** What a recorder of real images depends on but the images. */
export function cacheKey({ identity }: Extractor, ...more: readonly unknown[]): string {
  return JSON.stringify([identity.graph, identity.output, identity.preprocessing, ...more]);
}

/** Features of the images, of their reconstructions and of samples. @throws AlixError 'bad-option' */
export function featureRecorders(subject: Subject): Readonly<Record<'real' | 'made' | 'fresh', Recorder<FeatureSet>>> {
  const extractor = extractorOf(subject);
  const capacity = subject.settings.featureSample;
  const store = featuresStore(extractor.d, capacity);
  const cached = cacheKey(extractor, capacity);
  return {
    real: ofImages('features', store, (batch) => batch.features(), { cached }),
    made: ofImages('reconstructed-features', store, (batch) => batch.reconstructedFeatures()),
    fresh: ofSamples('features', store, (batch) => batch.features()),
  };
}
