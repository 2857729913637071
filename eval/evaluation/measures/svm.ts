/** svm: few labels on top of the encoder's features, as ALI's Table 1 measures it. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { type Interval, shareInterval } from '../../intervals.js';
import { type SvmProtocolResult, svmProtocol } from '../../svm-protocol.js';
import { cacheKey, extractorOf } from '../common-recorders.js';
import { type LabelledPair, labelledPair, labelledPart } from '../labelled.js';
import type { Measure, Subject } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { labelledImages } from '../training.js';

const options = {
  of: { default: 'own', choices: ['own', 'extractor'], summary: "features: the model's own, or the extractor's" },
  draws: { default: 100, least: 2, summary: 'random choices of the labelled images' },
  size: { default: 1000, least: 2, summary: 'labelled images of a draw, as many of each class' },
  validation: { default: 10_000, least: 1, summary: 'training images that choose C' },
} as const satisfies MetricOptions;

interface Result {
  readonly mean: number;
  readonly interval: Interval;
  readonly of: string;
  readonly draws: number;
  readonly size: number;
  readonly n: { readonly pool: number; readonly validation: number; readonly test: number };
}

export const svm: Measure = {
  name: 'svm',
  summary: "test error after few labels, ALI's protocol on features.onnx; needs --train and labels",
  onRequest: true,
  options,
  async open(subject) {
    const { of, ...wanted } = optionsFor('svm', options, subject.settings);
    const features = await (of === 'own' ? ownFeatures : extracted)(subject);
    const { classes } = features.pair;
    return {
      recorders: features.pair.recorders,
      results: {
        async svm(recorded) {
          const { train, measured, shared, seen } = features.pair.of(recorded);
          const all = train.labels.length;
          // a training set smaller than the protocol's is shared out so that draws still differ
          const validation = Math.min(wanted.validation, Math.floor(all / 2));
          const size = Math.min(wanted.size, Math.floor((all - validation) / 2));
          if (size < 2 * classes)
            throw new AlixError('too-few', 'too few training images to draw labelled ones from', {
              expected: `at least ${8 * classes}, of ${classes} classes`,
              found: `${all}`,
            });
          const { errors, ...found } = await svmProtocol(
            labelledPart(train, validation, all),
            labelledPart(train, 0, validation),
            measured,
            {
              random: createRandom(subject.settings.seed).split('svm'),
              classes,
              draws: wanted.draws,
              size,
              signal: recorded.signal,
            },
          );
          const isShrunk = validation < wanted.validation || size < wanted.size;
          return {
            ...found,
            errors,
            interval: intervalOf(found),
            interval_of_draws: found.interval,
            of: features.name,
            d: features.d,
            shared,
            seen,
            ...(isShrunk && { note: `the protocol of the paper takes more: ${words(wanted)}; of ${all} images kept` }),
          };
        },
      },
      conventions: {
        svm: `${features.name}; L2-SVM, one class against the rest, C of powers of ten by validation images; training and test rows capped by feature_sample, chosen by the images' hashes; asked for ${words(wanted)}, ${wanted.draws} draws; the interval is for other draws and other test images, the latter's part as for one machine, which is the most that it can be`,
      },
    };
  },
  rows({ svm: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { mean, interval, of, draws, size, n } = found;
    const name = `SVM on ${of}, ${size} labels, ${draws} draws: error`;
    return [{ group: 'codes', name, value: mean, interval, n: `${n.test}`, better: 'lower' }];
  },
};

/**
 * The spread over draws alone would make any difference clear, as all draws are judged by the same test images: the distances of both
 * intervals' ends are squared and added (Zou & Donner 2008, "Construction of confidence limits about effect measures").
 */
function intervalOf({ mean, interval: draws, n }: Omit<SvmProtocolResult, 'errors'>): Interval {
  const images = shareInterval(mean * n.test, n.test, draws.confidence);
  const reach = (of: (one: Interval) => number) => Math.hypot(mean - of(draws), mean - of(images));
  return {
    ...images,
    low: Math.max(0, mean - reach(({ low }) => low)),
    high: Math.min(1, mean + reach(({ high }) => high)),
    standardError: Math.hypot(draws.standardError, images.standardError),
  };
}

const words = ({ size, validation }: { readonly size: number; readonly validation: number }) =>
  `${validation} validation images, draws of ${size}`;

interface FeaturesOf {
  readonly pair: LabelledPair;
  readonly d: number;
  readonly name: string;
}

/** @throws AlixError 'no-graph' where the model has no features.onnx */
async function ownFeatures(subject: Subject): Promise<FeaturesOf> {
  const { model, images, settings } = subject;
  labelledImages(subject);
  const { size: d } = await model.features({ data: await images.read(Uint32Array.of(0)), n: 1 });
  const pair = labelledPair(subject, 'own-features', d, settings.featureSample, (batch) => batch.ownFeatures());
  return { pair, d, name: 'features.onnx' };
}

function extracted(subject: Subject): FeaturesOf {
  const extractor = extractorOf(subject);
  const { identity, d } = extractor;
  const capacity = subject.settings.featureSample;
  const cached = cacheKey(extractor, capacity);
  const pair = labelledPair(subject, 'features', d, capacity, (batch) => batch.features(), cached);
  return { pair, d, name: `${identity.output} of ${identity.graph.slice(0, 8)}` };
}
