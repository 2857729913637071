import type { Shape } from '@alix/train/spec';
import { toShape } from '../value.js';
import type { LayerExport } from './layer.js';

export const reshape: LayerExport<{ readonly shape: Shape }> = {
  emit: (x, { args }, { graph, name }) => toShape(graph, x, args.shape, name),
};
