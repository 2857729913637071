/** kid: the kernel distance of features, over all pairs; over subsets where these are asked for, or a tool's convention. */
import { AlixError } from '@alix/infer/io/errors';
import { conventionOf, conventionsOf, type KernelConvention, kernelOptions, metricLine } from '../../compat.js';
import { sampledFeatures } from '../../feature-sample.js';
import type { Features } from '../../features.js';
import type { Interval } from '../../intervals.js';
import { kernelDistance } from '../../kid.js';
import { kernelDistanceOfAll } from '../../kid-interval.js';
import { type Counts, compared, comparison, countsOf } from '../compared.js';
import type { Measure, OpenMeasure, RealSet, ReferenceSet, Settings, Subject } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { orderedComparison } from '../ordered-rows.js';

type Result = Counts & { readonly value: number; readonly interval?: Interval };

const options = {
  subsets: { default: 0, least: 0, summary: 'random subsets whose distances are averaged; 0: all pairs of features' },
  size: { default: 1000, least: 2, summary: 'features of each set in a subset' },
} as const satisfies MetricOptions;

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
  options,
  open(subject) {
    const convention = conventionFor(subject.settings);
    return convention.subsets > 0 ? overSubsets(subject, convention) : overAllPairs(subject);
  },
  rows: (results, { distance = 'FD' }) =>
    compared.flatMap((group) => {
      const found = results[`${group}.kid`] as Result | undefined;
      if (!found) return [];
      const { value, interval } = found;
      const name = distance.replace('FD', 'KD');
      return [{ group, name, value, interval, n: countsOf(found), better: 'lower' } as const];
    }),
};

const paired =
  'reconstructions are not independent of the images that they are compared with: their kernel distance may be below 0';

function conventionFor(settings: Settings): KernelConvention {
  const { compat } = settings;
  const tool = compat ? conventionOf(compat, 'kid') : conventionsOf().metrics.kid!;
  return { ...tool, ...optionsFor('kid', options, settings, compat && { subsets: tool.subsets, size: tool.size }) };
}

function overAllPairs(subject: Subject): OpenMeasure {
  return {
    ...comparison(subject, 'kid', (real, fake, signal) =>
      kernelDistanceOfAll(realSample(real), sampledFeatures(fake.sample), { signal }),
    ),
    conventions: {
      kid: 'unbiased, all pairs of the sampled features, kernel (xy/d + 1)^3, float64, jackknife over 20 groups',
      paired,
    },
  };
}

function overSubsets(subject: Subject, convention: KernelConvention): OpenMeasure {
  const { seed } = subject.settings;
  const measured = async (real: Features, fake: Features, signal: AbortSignal | undefined) => {
    const n = { real: real.data.length / real.d, fake: fake.data.length / fake.d };
    const chosen = { ...kernelOptions(convention, n, real.d, seed), signal };
    const { mean: value, std, values, size, kernel } = await kernelDistance(real, fake, chosen);
    return { value, ...(convention.values.includes('std') && { std }), subsets: values.length, size, n, kernel };
  };
  return {
    ...orderedComparison(subject, 'kid', measured, refuseReference),
    conventions: { kid: `of all features, ${metricLine('kid', convention, seed)}`, paired },
  };
}

/** Subsets are drawn by the rows' places, and a reference keeps its rows by their hashes. */
function refuseReference({ name }: ReferenceSet): never {
  throw new AlixError(
    'bad-option',
    'subsets are drawn from the real images in their order, which a reference has not',
    {
      where: name,
      remedy: 'leave out --reference, or set kid.subsets=0',
    },
  );
}
