/** gaussian-nine: a mixture of 9 Gaussians with means {-2,0,2}² and equal weights, the toy of the first version of the ALI paper. */
import { gaussianMixture, gridOf, type Mean } from './gaussian-mixture.js';

/** The 9 means [x, y]; a point's label is the index of its mean. */
export const nineMeans: readonly Mean[] = gridOf([-2, 0, 2]);

export const gaussianNine = gaussianMixture({
  name: 'gaussian-nine',
  summary: "9 Gaussians on a 3x3 grid in the plane, the toy of the ALI paper's first version",
  defaults: { sigma: 0.05, train: 100_000, test: 100_000 },
  means: () => nineMeans,
});
