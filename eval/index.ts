/** The API of evaluation: metrics as pure functions, and the building blocks of reports. */

export {
  type ClassErrors,
  classErrors,
  classShares,
  differenceByChance,
  likeliest,
  shareDifference,
  shareEntropy,
} from './class-shares.js';
export {
  type CompatTool,
  type Conventions,
  checkCompat,
  compatTools,
  conventionOf,
  conventionsOf,
  conventionWords,
  fScore,
  type KernelConvention,
  kernelOptions,
  type MetricConventions,
  metricLine,
  type ScoreConvention,
  scoreOptions,
} from './compat.js';
export { type DecoderDensity, type DecoderDensityName, decoderDensities } from './decoder-densities.js';
export { bernoulli, discretisedGaussian, gaussian, logNormalInterval, standardNormal } from './densities.js';
export * from './evaluation/index.js';
export {
  bundleExtractor,
  distanceName,
  type Extractor,
  type OnnxExtractorOptions,
  type OnnxFile,
  onnxExtractor,
  scoreName,
} from './extractor.js';
export { featureErrors } from './feature-errors.js';
export {
  checkSameExtractor,
  decodeFeatureFile,
  type ExtractorIdentity,
  encodeFeatureFile,
  type FeatureFile,
  imagesDigest,
  mergeFeatureFiles,
} from './feature-file.js';
export {
  collectSample,
  type FeatureSample,
  mergeSamples,
  type SampleCollector,
  sampledFeatures,
} from './feature-sample.js';
export {
  collectStatistics,
  covariance,
  type FeatureStatistics,
  featureStatistics,
  mergeStatistics,
  type StatisticsCollector,
} from './feature-statistics.js';
export type { Features } from './features.js';
export { decodeFidFile, encodeFidFile } from './fid-file.js';
export {
  type DistanceAtInfinity,
  type DistanceAtInfinityOptions,
  distanceAtInfinity,
} from './fid-infinity.js';
export {
  type FeatureDistance,
  type FrechetDistance,
  featureDistance,
  featureDistanceInTurns,
  frechetDistance,
  type Gaussian,
} from './frechet.js';
export {
  type FeatureDistanceInterval,
  type FeatureDistanceIntervalOptions,
  featureDistanceInterval,
  type MeasuredFeatures,
} from './frechet-interval.js';
export { type JackknifedDistance, jackknifedDistance } from './frechet-jackknife.js';
export { type InceptionScore, type InceptionScoreOptions, inceptionScore } from './inception-score.js';
export { inceptionScoreInterval } from './inception-score-interval.js';
export { type InnerProducts, innerProducts, roughProducts } from './inner-products.js';
export {
  type InpaintingErrors,
  type InpaintingSummary,
  inpaintingErrors,
  summariseInpainting,
} from './inpainting.js';
export { bootstrap, type Interval, jackknife, meanInterval, shareInterval } from './intervals.js';
export {
  type KernelDistance,
  type KernelDistanceOptions,
  kernelDistance,
  type PolynomialKernel,
  paperKernel,
  randomSubsets,
  type Subset,
} from './kid.js';
export { type KernelDistanceOfAll, kernelDistanceOfAll } from './kid-interval.js';
export {
  collectLatents,
  type LatentCollector,
  type LatentMoments,
  latentMoments,
  mergeLatents,
} from './latent-moments.js';
export {
  type ActiveUnits,
  activeUnits,
  activeUnitsOf,
  type CodeReconstruction,
  codeReconstruction,
  diagnosticsOf,
  type LatentDiagnostics,
  latentDiagnostics,
  unitDivergence,
  unitDivergences,
} from './latents.js';
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
export { classifyByNeighbours, type NeighbourOptions } from './nearest-neighbours.js';
export {
  type OwnNumber,
  type PaperNumber,
  type PaperQuestion,
  type PapersTableRow,
  paperNumbers,
  papersTable,
} from './papers/papers.js';
export type { PaperMetric } from './papers/sources.js';
export { onnxPerceptual, type Perceptual, perceptualName } from './perceptual.js';
export * from './points/index.js';
export {
  expectedCoverage,
  type PrecisionRecall,
  type PrecisionRecallOptions,
  precisionRecall,
  type Ties,
} from './prdc.js';
export { type PrincipalComponents, principalComponents, project } from './principal-components.js';
export { type PsnrSummary, psnr, summarisePsnr } from './psnr.js';
export * from './report.js';
export { resizeBicubic, type Size } from './resize-bicubic.js';
export { type ResizeFilter, type ResizeName, resizeFilters, resizeNames } from './resize-filters.js';
export { type SsimOptions, ssim } from './ssim.js';
export { type Moments, mergeMoments, momentsOf, noMoments, variance } from './statistics.js';
export { type Labelled, type SvmProtocolOptions, type SvmProtocolResult, svmProtocol } from './svm-protocol.js';
