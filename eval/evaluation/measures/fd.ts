/** fd: the Fréchet distance of features. */

import { AlixError } from '@alix/infer/io/errors';
import { covariance } from '../../feature-statistics.js';
import { featureDistance, frechetDistance } from '../../frechet.js';
import type { Interval } from '../../intervals.js';
import { type Counts, compared, comparison, countsOf } from '../compared.js';
import type { Measure, RealSet } from '../measure.js';
import type { FeatureSet } from '../store.js';

type Result = Counts & { readonly value: number; readonly interval?: Interval };

export const fd: Measure = {
  name: 'fd',
  summary: 'Fréchet distance of features, named after the extractor; needs --extractor',
  open: (subject) => ({
    ...comparison(subject, 'fd', distance),
    conventions: { fd: 'covariances with ddof 1, of all images' },
  }),
  rows: (results, { distance = 'FD' }) =>
    compared.flatMap((group) => {
      const found = results[`${group}.fd`] as Result | undefined;
      if (!found) return [];
      const { value, interval } = found;
      return [{ group, name: distance, value, interval, n: countsOf(found), better: 'lower' } as const];
    }),
};

function distance({ statistics, gaussian }: RealSet, fake: FeatureSet): object {
  if (statistics) return featureDistance(statistics, fake.statistics);
  if (!gaussian) throw new AlixError('no-sample', 'the reference is empty');
  const { n, d, mean } = fake.statistics;
  const found = frechetDistance(gaussian, { mean, covariance: covariance(fake.statistics) });
  return { ...found, n: { fake: n }, d, fewSamples: n <= d };
}
