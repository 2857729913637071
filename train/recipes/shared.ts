/** The settings that the recipes of one paper share over its data sets. */
import type { PartialConfig } from '../config.js';

export const ALI = 'ALI (Dumoulin et al. 2017)';
export const GALI = 'GALI (Dandi et al. 2020)';

/** The optimiser of ALI's tables; their beta2 of 1e-3 is 0.999 in today's convention. */
export const ali = {
  batch: 100,
  optimiser: { learningRate: 1e-4, beta1: 0.5 },
  initialiser: { weights: 'normal', deviation: 0.01 },
  batchNormMomentum: 0.05,
} as const satisfies PartialConfig;

/** What GALI's scripts have alike; they leave batch norm at PyTorch's momentum. */
export const gali = {
  batch: 100,
  length: { epochs: 100 },
  initialiser: { weights: 'normal', deviation: 0.01 },
  batchNormMomentum: 0.1,
} as const satisfies PartialConfig;
