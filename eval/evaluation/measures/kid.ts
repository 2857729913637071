/** kid: the kernel distance of features, over all pairs. */
import { AlixError } from '@alix/infer/io/errors';
import { sampledFeatures } from '../../feature-sample.js';
import type { Features } from '../../features.js';
import type { Interval } from '../../intervals.js';
import { kernelDistanceOfAll } from '../../kid-interval.js';
import { type Counts, compared, comparison, countsOf } from '../compared.js';
import type { Measure, RealSet } from '../measure.js';

type Result = Counts & { readonly value: number; readonly interval: Interval };

/** @throws AlixError 'no-sample' where the reference is a Gaussian alone */
export function realSample({ sample }: RealSet): Features {
  if (sample) return sampledFeatures(sample);
  throw new AlixError('no-sample', 'the reference is mean and covariance alone, without features', {
    remedy: 'give one that `alix eval features` wrote, ending in .safetensors',
  });
}

export const kid: Measure = {
  name: 'kid',
  summary: 'kernel distance of features; needs --extractor',
  open: (subject) => ({
    ...comparison(subject, 'kid', (real, fake) => kernelDistanceOfAll(realSample(real), sampledFeatures(fake.sample))),
    conventions: {
      kid: 'unbiased, all pairs of the sampled features, kernel (xy/d + 1)^3, float64, jackknife over 20 groups',
      paired:
        'reconstructions are not independent of the images that they are compared with: their kernel distance may be below 0',
    },
  }),
  rows: (results, { distance = 'FD' }) =>
    compared.flatMap((group) => {
      const found = results[`${group}.kid`] as Result | undefined;
      if (!found) return [];
      const { value, interval } = found;
      const name = distance.replace('FD', 'KD');
      return [{ group, name, value, interval, n: countsOf(found), better: 'lower' } as const];
    }),
};
