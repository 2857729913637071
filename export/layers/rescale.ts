import type { RescaleArgs } from '@alix/train/layers/rescale';
import { mapped } from '../value.js';
import type { LayerExport } from './layer.js';

export const rescale: LayerExport<RescaleArgs> = {
  elementwise: true,
  emit(x, { args: { factor, offset } }, { graph, name }) {
    const scaled = mapped(graph, x, 'Mul', `${name}.scaled`, { inputs: [graph.scalar(factor)] });
    return mapped(graph, scaled, 'Add', name, { inputs: [graph.scalar(offset)] });
  },
};
