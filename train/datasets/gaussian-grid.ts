/**
 * gaussian-grid: a mixture of 25 Gaussians with means {-4,-2,0,2,4}² and equal weights, 100,000 points to train on and
 * 100,000 to measure on, drawn once. The toy of the ALI and AIM papers (AIM, section 4.1).
 */
import { gaussianMixture, gridOf, type Mean } from './gaussian-mixture.js';

/** The 25 means [x, y]; a point's label is the index of its mean. */
export const gridMeans: readonly Mean[] = gridOf([-4, -2, 0, 2, 4]);

export const gaussianGrid = gaussianMixture({
  name: 'gaussian-grid',
  summary: '25 Gaussians on a 5x5 grid in the plane, the toy of the ALI and AIM papers',
  defaults: { sigma: 0.05, train: 100_000, test: 100_000 },
  means: () => gridMeans,
});
