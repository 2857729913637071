/** Gemm. The weight's rows follow the order its input lies in, and its columns the order that the output is wanted in. */
import type { FullyConnectedArgs } from '@alix/train/layers/fully-connected';
import { effectiveWeight, foldedBias, foldedWeight } from '../fold.js';
import { channelsFirstOrder, plain, toFlat, type Value } from '../value.js';
import type { LayerExport } from './layer.js';

export const fullyConnected: LayerExport<FullyConnectedArgs> = {
  linear: true,
  emit(x, { args }, { graph, parameters, affine, name, reshapedTo }) {
    const { features, bias } = args;
    const flat = toFlat(graph, x);
    const inputs = flat.shape[0] ?? 0;
    const rows = flat.channelsFirst && channelsFirstOrder(flat.channelsFirst);
    const columns = reshapedTo && channelsFirstOrder(reshapedTo);

    const folded = foldedWeight(effectiveWeight(parameters, args), affine, (i) => i % features);
    const weight = new Float64Array(folded.length);
    for (let row = 0; row < inputs; row++) {
      const from = (rows?.[row] ?? row) * features;
      for (let column = 0; column < features; column++)
        weight[row * features + column] = folded[from + (columns?.[column] ?? column)] ?? 0;
    }
    const offsets = foldedBias(bias ? parameters('bias') : undefined, affine);
    const ordered = offsets && columns ? offsets.map((_, i) => offsets[columns[i] ?? 0] ?? 0) : offsets;
    const operands = [flat.name, graph.floats(`${name}.weight`, weight, [inputs, features])];
    if (ordered) operands.push(graph.floats(`${name}.bias`, ordered, [features]));

    const output: Value = plain(graph.node('Gemm', operands, name, ['N', features]), [features]);
    return reshapedTo ? { ...output, channelsFirst: reshapedTo } : output;
  },
};
