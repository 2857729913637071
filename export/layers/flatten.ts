import { toFlat } from '../value.js';
import type { LayerExport } from './layer.js';

export const flatten: LayerExport<Record<string, never>> = { emit: (x, _layer, { graph }) => toFlat(graph, x) };
