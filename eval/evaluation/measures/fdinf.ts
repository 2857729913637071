/** fdinf: the Fréchet distance of samples, extrapolated to infinitely many of them. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { sampledFeatures } from '../../feature-sample.js';
import { type DistanceAtInfinity, distanceAtInfinity } from '../../fid-infinity.js';
import { featureRecorders } from '../common-recorders.js';
import { countsOf } from '../compared.js';
import type { Measure, RealSet } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';

/** Up to so many features the interval's distances, eleven times as many, take seconds. */
const FEW_FEATURES = 256;

const options = {
  points: { default: 15, least: 2, summary: 'distances that the line goes through' },
  groups: {
    default: 10,
    least: 0,
    summary: `groups of the interval, from 10 on; 0: none. Not given: none beyond ${FEW_FEATURES} features, where it takes long`,
  },
} as const satisfies MetricOptions;

export const fdinf: Measure = {
  name: 'fdinf',
  summary: 'Fréchet distance for infinitely many samples; needs --extractor, and takes minutes for 2048 features',
  // 15 distances of 2048 features are minutes
  onRequest: true,
  options,
  open(subject) {
    const { real, fresh } = featureRecorders(subject);
    const { reference, settings, extractor } = subject;
    const { points, groups: given } = optionsFor('fdinf', options, settings);
    const isSlow = extractor!.d > FEW_FEATURES && settings.options['fdinf.groups'] === undefined;
    const groups = isSlow ? 0 : given;
    return {
      recorders: [real, fresh],
      results: {
        'samples.fdinf': (recorded) =>
          distanceAtInfinity(statisticsOf(reference ?? recorded.of(real)), sampledFeatures(recorded.of(fresh).sample), {
            random: createRandom(settings.seed).split('fdinf'),
            points,
            groups,
            signal: recorded.signal,
          }),
      },
      conventions: {
        fdinf: `${points} distances of growing parts of the sampled features, in a random order by the seed, on a line over 1/N, at 1/N = 0; the real images as many as there are`,
      },
    };
  },
  rows({ 'samples.fdinf': result }, { distance = 'FD' }) {
    const found = result as DistanceAtInfinity | undefined;
    if (!found) return [];
    const { value, interval } = found;
    const name = `${distance} for infinitely many samples`;
    return [{ group: 'samples', name, value, interval, n: countsOf(found), better: 'lower' }];
  },
};

/** @throws AlixError 'no-sample' where a file says mean and covariance, and not of how many images */
function statisticsOf({ statistics }: RealSet): NonNullable<RealSet['statistics']> {
  if (statistics) return statistics;
  throw new AlixError('no-sample', 'the reference does not say of how many images it is', {
    remedy: 'give one that `alix eval features` wrote, ending in .safetensors',
  });
}
