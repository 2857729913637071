/**
 * gaussian-grid: a mixture of 25 Gaussians with means {-4,-2,0,2,4}² and equal weights, 100,000 points to train on and
 * 100,000 to measure on, drawn once. The toy of the ALI and AIM papers (AIM, section 4.1).
 */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { type DatasetSource, pointDataset, resolveOptions } from './dataset.js';

const defaults = {
  /** Standard deviation of each Gaussian, along both axes. */
  sigma: 0.05,
  /** Points in the train split. */
  train: 100_000,
  /** Points in the test split, the papers' validation set. */
  test: 100_000,
};

const AXIS = [-4, -2, 0, 2, 4];

/** The 25 means [x, y]; a point's label is the index of its mean. */
export const gridMeans: readonly (readonly [x: number, y: number])[] = AXIS.flatMap((x) =>
  AXIS.map((y) => [x, y] as const),
);

export const gaussianGrid: DatasetSource = {
  name: 'gaussian-grid',
  summary: '25 Gaussians on a 5x5 grid in the plane, the toy of the ALI and AIM papers',
  defaults,
  async open({ split, options, seed }) {
    const { sigma, ...counts } = resolveOptions('gaussian-grid', defaults, options);
    const count = counts[split];
    if (!Number.isInteger(count) || count < 1 || sigma < 0)
      throw new AlixError('bad-option', 'gaussian-grid needs at least 1 point and a sigma of at least 0', {
        found: `${count} points, sigma ${sigma}`,
      });
    const random = createRandom(seed).split('gaussian-grid').split(split);
    const labels = Uint8Array.from({ length: count }, () => random.integer(0, gridMeans.length - 1));
    const noise = random.normal(2 * count);
    const points = noise.map((e, i) => (gridMeans[labels[i >> 1] as number]?.[i & 1] as number) + sigma * e);
    return pointDataset({ name: 'gaussian-grid', dimensions: 2, points, labels, classes: gridMeans.length });
  },
};
