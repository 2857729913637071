/** The API of evaluation: metrics as pure functions, and the building blocks of reports. */

export { bernoulli, discretisedGaussian, gaussian, logNormalInterval, standardNormal } from './densities.js';
export {
  collectStatistics,
  covariance,
  type FeatureStatistics,
  featureStatistics,
  mergeStatistics,
  type StatisticsCollector,
} from './feature-statistics.js';
export type { Features } from './features.js';
export {
  type FeatureDistance,
  type FrechetDistance,
  featureDistance,
  frechetDistance,
  type Gaussian,
} from './frechet.js';
export { type InceptionScore, type InceptionScoreOptions, inceptionScore } from './inception-score.js';
export { type InnerProducts, innerProducts } from './inner-products.js';
export {
  type KernelDistance,
  type KernelDistanceOptions,
  kernelDistance,
  type PolynomialKernel,
  paperKernel,
  randomSubsets,
  type Subset,
} from './kid.js';
export {
  bitsPerDimension,
  elbo,
  flow,
  importanceWeighted,
  logWeights,
  type Measured,
  type NegativeLogLikelihood,
} from './likelihood.js';
export { classify, type LinearSvm, type SvmProblem, svmProblem, trainLinearSvm } from './linear-svm.js';
export { type ModeCoverage, modeCoverage } from './modes.js';
export {
  byError,
  constantImageErrors,
  type ErrorSummary,
  imageErrors,
  type MeanAndStd,
  summariseErrors,
} from './mse.js';
export {
  expectedCoverage,
  type PrecisionRecall,
  type PrecisionRecallOptions,
  precisionRecall,
  type Ties,
} from './prdc.js';
export * from './report.js';
export { type Moments, mergeMoments, momentsOf, noMoments, variance } from './statistics.js';
