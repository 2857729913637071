/** What features say of two sets of images. */
import {
  expectedCoverage,
  type FeatureFile,
  featureDistance,
  kernelDistanceOfAll,
  meanInterval,
  precisionRecall,
  sampledFeatures,
  shareInterval,
} from '@alix/eval';

export const featureMetrics = ['fd', 'kid', 'prdc'] as const;
export type FeatureMetric = (typeof featureMetrics)[number];

export const distances: Readonly<Record<FeatureMetric, (real: FeatureFile, fake: FeatureFile) => Promise<object>>> = {
  fd: async (real, fake) => featureDistance(real.statistics, fake.statistics),
  kid: (real, fake) => kernelDistanceOfAll(sampledFeatures(real.sample), sampledFeatures(fake.sample)),
  async prdc(real, fake) {
    const { each, ...found } = await precisionRecall(sampledFeatures(real.sample), sampledFeatures(fake.sample));
    const { n, k } = found;
    const { balls, recalled, covered } = each;
    const share = (counts: ArrayLike<number>) =>
      shareInterval(Array.from(counts).filter((value) => value > 0).length, counts.length);
    return {
      ...found,
      expectedCoverage: expectedCoverage(n.real, n.fake, k),
      intervals: {
        precision: share(balls),
        recall: share(recalled),
        density: meanInterval(Array.from(balls, (count) => count / k)),
        coverage: share(covered),
      },
    };
  },
};
