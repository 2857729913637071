/** The largest of each group of neighbouring features: an axis of its own for the group, then its maximum. */
import { toPlain } from '../value.js';
import type { LayerExport } from './layer.js';

export const maxout: LayerExport<{ readonly pieces: number }> = {
  emit(x, { args: { pieces } }, { graph, name }) {
    const image = x.channelsFirst !== undefined && x.shape.length === 3;
    const input = image ? x : toPlain(graph, x);
    const features = (x.shape.at(-1) ?? 0) / pieces;
    const front = x.shape.slice(0, -1);
    const shape = [...front, features];
    const groups = image ? [features, pieces, ...front] : [...front, features, pieces];
    const grouped = graph.node('Reshape', [input.name, graph.integers([0, ...groups])], `${name}.groups`, [
      'N',
      ...groups,
    ]);
    const axes = graph.integers([image ? 2 : groups.length]);
    const dims = image ? [features, ...front] : shape;
    const largest = graph.node('ReduceMax', [grouped, axes], name, ['N', ...dims], { keepdims: { int: 0 } });
    return { name: largest, shape, ...(image ? { channelsFirst: shape } : {}) };
  },
};
