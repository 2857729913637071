import type { LayerExport } from './layer.js';

/** Nothing: an exported network is past its training. */
export const dropout: LayerExport<{ readonly rate: number }> = { elementwise: true, emit: (x) => x };
