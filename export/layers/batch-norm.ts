/** A batch norm that nothing before it could take in: a factor and an offset per feature. */
import { batchNormAffine } from '../fold.js';
import { channelsFirstOrder, mapped, type Value } from '../value.js';
import type { LayerExport } from './layer.js';

export const batchNorm: LayerExport<Record<string, never>> = {
  emit(x, _layer, { graph, parameters, name }) {
    const { factor, offset } = batchNormAffine(parameters);
    const place = (values: Float64Array, as: string) => graph.floats(`${name}.${as}`, ...alongFeatures(values, x));
    const scaled = mapped(graph, x, 'Mul', `${name}.scaled`, { inputs: [place(factor, 'factor')] });
    return mapped(graph, scaled, 'Add', name, { inputs: [place(offset, 'offset')] });
  },
};

/** One number per feature, ordered and shaped so that it spreads over a value. */
function alongFeatures(values: Float64Array, { shape, channelsFirst }: Value): [Float64Array, number[]] {
  if (!channelsFirst) return [values, [values.length]];
  if (shape.length === 3) return [values, [values.length, 1, 1]];
  return [Float64Array.from(channelsFirstOrder(channelsFirst), (i) => values[i] ?? 0), [values.length]];
}
