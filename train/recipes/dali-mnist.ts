import type { Recipe } from './recipe.js';

export const daliMnist: Recipe = {
  name: 'dali-mnist',
  title: 'DALI on MNIST',
  paper: 'AIM (ICLR 2019 submission); DALI',
  table: 'AIM Table 1, MNIST, AIM; DALI Table 1, DALI: MSE 0.026 +- 0.018, Inception Score 9.483 +- 0.020',
  source:
    "the networks and the optimiser of AIM Table 3; updates and the encoder's constant learning rate as in the authors' code",
  config: {
    objective: { name: 'dali', preset: 'authors' },
    architecture: { name: 'aim-mnist' },
    data: { source: 'mnist' },
    batch: 100,
    length: { epochs: 400 },
    optimiser: {
      learningRate: 2e-4,
      beta1: 0.5,
      schedule: 'inverse-sqrt-epoch',
      networks: { E: { schedule: 'constant' } },
    },
    initialiser: { weights: 'normal', deviation: 0.02 },
  },
};
