/**
 * @alix/export: trained networks to ONNX graphs and model bundles.
 *
 * ```ts
 * const { parity } = await exportBundle(model, 'models/mnist-dali', { load });
 * ```
 */
export { type ExportOptions, exportBundle, graphFiles, type LoadedModel, type TrainedModel } from './bundle.js';
export { decoderGraph, encoderGraph, networkGraph } from './graph.js';
export { type Graph, IR_VERSION, OPSET, onnxBytes } from './onnx.js';
export { type Codes, type Forward, PARITY_TOLERANCE, type Parity } from './parity.js';
export type { Weight, Weights } from './weights.js';
