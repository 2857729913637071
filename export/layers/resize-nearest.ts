/** Rows and columns gathered by whole numbers: Resize would find them by dividing floats, and runtimes round those differently. */
import type { ResizeArgs } from '@alix/train/layers/resize-nearest';
import type { GraphBuilder } from '../builder.js';
import { dimsOf, type Value } from '../value.js';
import type { LayerExport } from './layer.js';

export const resizeNearest: LayerExport<ResizeArgs> = {
  emit(x, { args: { height, width } }, { graph, name }) {
    const rows = gathered(graph, x, 0, height, `${name}.rows`);
    return gathered(graph, rows, 1, width, name);
  },
};

function gathered(graph: GraphBuilder, x: Value, axis: 0 | 1, size: number, name: string): Value {
  const n = x.shape[axis] ?? 0;
  if (n === size) return x;
  const shape = x.shape.map((old, a) => (a === axis ? size : old));
  const result: Value = { ...x, shape, ...(x.channelsFirst ? { channelsFirst: shape } : {}) };
  const index = graph.integers(Array.from({ length: size }, (_, i) => Math.floor((i * n) / size)));
  const attributes = { axis: { int: axis + (x.channelsFirst ? 2 : 1) } };
  return { ...result, name: graph.node('Gather', [x.name, index], name, ['N', ...dimsOf(result)], attributes) };
}
