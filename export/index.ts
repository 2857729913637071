/**
 * @alix/export: trained networks to ONNX graphs and model bundles.
 *
 * ```ts
 * const { parity } = await exportRun(await openTrained('runs/mnist'), 'models/mnist-dali');
 * ```
 */
export { type Exported, type ExportOptions, exportBundle, graphFiles, type LoadedModel } from './bundle.js';
export {
  classifierGraph,
  criticGraph,
  criticObstacle,
  decoderGraph,
  encoderGraph,
  featuresGraph,
  maskedEncoderGraph,
  networkGraph,
} from './graph.js';
export {
  checkImport,
  type Imported,
  type ImportOptions,
  importBundle,
  type Manifest,
  type OpenGraph,
} from './import/index.js';
export type { Chains, TrainedModel } from './model.js';
export { type Graph, IR_VERSION, OPSET, onnxBytes } from './onnx.js';
export { type Arrays, type Forward, GRADIENT_TOLERANCE, PARITY_TOLERANCE, type Parity } from './parity.js';
export { refineGraph } from './refine.js';
export {
  type ExportableRun,
  type ExportRunOptions,
  exportRun,
  type GoldenSource,
  goldenSources,
  type HeldOut,
} from './run.js';
export type { Weight, Weights } from './weights.js';
