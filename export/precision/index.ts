/** The precisions that weights can be stored in. */
import type { Precision } from '@alix/infer/bundle';
import type { Graph } from '../onnx.js';
import { float16Graph } from './float16.js';
import { int8Graph } from './int8.js';

/** A graph in each precision. */
export const inPrecision: Readonly<Record<Precision, (graph: Graph) => Graph>> = {
  float32: (graph) => graph,
  float16: float16Graph,
  int8: int8Graph,
};
