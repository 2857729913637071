/** All that both doors give: the verbs, their types, and the pure functions beside them. */
export { addDirection, analogy, difference, meanCode } from './arithmetic.js';
export type { ImageArray, Images, NamedImage, RunOptions } from './batches.js';
export type { Critic } from './critic.js';
export { type Decoded, decodeBatches } from './decode.js';
export { type Codes, type EncodeOptions, encodeBatches } from './encode.js';
export { type Features, featureBatches } from './features.js';
export { checkGraph } from './graph-check.js';
export {
  boxMask,
  type Inpainting,
  type InpaintingBatch,
  type InpaintOptions,
  inpaintBatches,
  type MaskArray,
  type Masks,
} from './inpaint.js';
export {
  type InterpolateOptions,
  type Interpolation,
  interpolateCodes,
  type Path,
} from './interpolate.js';
export { type Manifold, type ManifoldOptions, manifoldCodes } from './manifold.js';
export {
  type CodeBlocks,
  CodeIndex,
  type CodesModel,
  checkCodesModel,
  type Distance,
  distances,
  type Neighbours,
  type SearchOptions,
  searchBlocks,
} from './neighbours.js';
export { normalQuantile } from './normal-quantile.js';
export {
  meanAndStd,
  meanSquaredError,
  type Reconstruction,
  type ReconstructionBatch,
  type ReconstructOptions,
  reconstructBatches,
} from './reconstruct.js';
export {
  type Refined,
  type RefinedBatch,
  type RefineOptions,
  type RefineSettings,
  type RefineStep,
  refineBatches,
} from './refine.js';
export {
  type Sample,
  type SampleGiven,
  type SampleGivenOptions,
  type SampleOptions,
  sampleBatches,
  sampleGivenBatches,
} from './sample.js';
