/** fd: the Fréchet distance of features. */
import { AlixError } from '@alix/infer/io/errors';
import { sampledFeatures } from '../../feature-sample.js';
import { covariance } from '../../feature-statistics.js';
import { type FrechetDistance, featureDistanceInTurns, frechetDistance, type Gaussian } from '../../frechet.js';
import { featureDistanceInterval, type MeasuredFeatures } from '../../frechet-interval.js';
import type { Interval } from '../../intervals.js';
import { type Counts, compared, comparison, countsOf } from '../compared.js';
import type { Measure, RealSet } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import type { FeatureSet } from '../store.js';

/** Up to so many features the interval, about forty products of matrices of that size, takes seconds. */
const FEW_FEATURES = 1024;

const options = {
  interval: {
    default: 'auto',
    choices: ['auto', 'yes', 'no'],
    summary: `an interval of the distance at this number of images; auto: up to ${FEW_FEATURES} features, half a minute for 2048`,
  },
} as const satisfies MetricOptions;

type Result = Counts & { readonly value: number; readonly interval?: Interval };

/** Why there is no interval, in words. */
const reasons = {
  'few-images': 'fewer than two images per feature',
  'few-rows': 'fewer than 100 sampled rows',
  'dependent-features': 'features that follow from others',
} as const;

export const fd: Measure = {
  name: 'fd',
  summary: 'Fréchet distance of features, named after the extractor; needs --extractor',
  options,
  open(subject) {
    const { interval } = optionsFor('fd', options, subject.settings);
    const isWanted = interval === 'yes' || (interval === 'auto' && (subject.extractor?.d ?? 0) <= FEW_FEATURES);
    return {
      ...comparison(subject, 'fd', (real, fake, signal) => distance(real, fake, isWanted, signal)),
      conventions: {
        fd: "covariances with ddof 1, of all images; the interval is the delta method's, of the distance at this number of images: what a finite number adds to it is not in it; reconstructions are taken as independent of their images, which makes theirs too wide",
      },
    };
  },
  rows: (results, { distance = 'FD' }) =>
    compared.flatMap((group) => {
      const found = results[`${group}.fd`] as Result | undefined;
      if (!found) return [];
      const { value, interval } = found;
      return [{ group, name: distance, value, interval, n: countsOf(found), better: 'lower' } as const];
    }),
};

async function distance(
  { statistics, sample, gaussian }: RealSet,
  fake: FeatureSet,
  isWanted: boolean,
  signal: AbortSignal | undefined,
): Promise<object> {
  const { n, d, mean } = fake.statistics;
  if (!statistics && !gaussian) throw new AlixError('no-sample', 'the reference is empty');
  const found = statistics
    ? await featureDistanceInTurns(statistics, fake.statistics, { signal })
    : {
        ...frechetDistance(gaussian!, { mean, covariance: covariance(fake.statistics) }),
        n: { fake: n },
        d,
        fewSamples: n <= d,
      };
  if (!isWanted) return found;
  const real = statistics ? sample && { statistics, sample: sampledFeatures(sample) } : gaussian!;
  return { ...found, ...(real && (await estimated(found, real, fake, signal))) };
}

async function estimated(
  found: FrechetDistance,
  real: MeasuredFeatures | Gaussian,
  { statistics, sample }: FeatureSet,
  signal: AbortSignal | undefined,
): Promise<object> {
  const fake = { statistics, sample: sampledFeatures(sample) };
  const { interval, reason, rows } = await featureDistanceInterval(found, real, fake, { signal });
  return interval ? { interval, interval_rows: rows } : reason ? { no_interval: reasons[reason] } : {};
}
