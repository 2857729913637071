/** The papers' SVHN rows. */
import type { PartialConfig } from '../config.js';
import type { Recipe } from './recipe.js';
import { ALI, ali, GALI, gali } from './shared.js';

const galiSvhn = {
  ...gali,
  data: { source: 'svhn' },
  optimiser: { learningRate: 2e-4, beta1: 0.5 },
} as const satisfies PartialConfig;

const svhnNets = (critic: string) => ({ name: 'gali-svhn', options: { critic } });

export const svhnRecipes: readonly Recipe[] = [
  {
    name: 'ali-svhn',
    title: 'ALI on SVHN',
    paper: ALI,
    table:
      'ALI Table 1 (v1): 19.14 % error of the L2-SVM with 1,000 labels; networks of Table 3; GALI Table 2 quotes 19.11',
    source: "ALI Table 3 in the authors' convention; the extra split",
    config: {
      ...ali,
      data: { source: 'svhn' },
      length: { epochs: 100 },
      objective: { name: 'ali', preset: 'authors' },
      architecture: { name: 'ali-svhn' },
    },
  },
  {
    name: 'ali-svhn-gali',
    title: "ALI on SVHN as GALI's baseline",
    paper: GALI,
    table: 'GALI Table 1 left, ALI: pixel MSE 0.023, feature MSE 0.0857; Table 2, ALI (baseline): 19.05 %',
    source: "GALI's networks with spectral norm; five critic steps to one, 300 epochs",
    config: {
      ...galiSvhn,
      length: { epochs: 300 },
      objective: { name: 'ali', preset: 'gali' },
      architecture: svhnNets('1'),
    },
  },
  {
    name: 'alice-svhn',
    title: "ALICE on SVHN as GALI's baseline",
    paper: GALI,
    table: 'GALI Table 1 left, ALICE: pixel MSE 0.0096, feature MSE 0.0736; Table 2: 18.89 %',
    source: 'ALI + MSE(x, G(z^)), weight 1; five critic steps to one, 300 epochs',
    config: {
      ...galiSvhn,
      length: { epochs: 300 },
      objective: { name: 'alice', preset: 'gali' },
      architecture: svhnNets('1'),
    },
  },
  {
    name: 'gali-4-svhn',
    title: 'GALI-4 on SVHN',
    paper: GALI,
    table: 'GALI Table 1 left, GALI-4: pixel MSE 0.0132, feature MSE 0.0717; Table 2: 16.58 %',
    source: "the authors' schedule: one to one, 100 epochs",
    config: { ...galiSvhn, objective: { name: 'gali-4', preset: 'authors' }, architecture: svhnNets('4') },
  },
  {
    name: 'gali-8-svhn',
    title: 'GALI-8 on SVHN',
    paper: GALI,
    table: 'GALI Table 1 left, GALI-8: pixel MSE 0.0095, feature MSE 0.066; Table 2: 15.82 %',
    source: "the authors' schedule: five critic steps to one, 300 epochs",
    config: {
      ...galiSvhn,
      length: { epochs: 300 },
      objective: { name: 'gali-8', preset: 'authors' },
      architecture: svhnNets('8'),
    },
  },
  {
    name: 'gali-pt-svhn',
    title: 'GALI-PT on SVHN',
    paper: GALI,
    table: 'GALI Table 1 left, GALI-PT: pixel MSE 0.0093, feature MSE 0.041; Table 2, supervised: 11.43 %',
    source: 'M is what classifier-svhn leaves in runs/classifier-svhn',
    config: {
      ...galiSvhn,
      objective: { name: 'gali-pt', preset: 'authors' },
      architecture: svhnNets('pt'),
      pretrained: { M: 'runs/classifier-svhn' },
    },
  },
  {
    name: 'classifier-svhn',
    title: 'classifier on SVHN',
    paper: GALI,
    source: "GALI's feature error and M on SVHN: the last hidden layer, 3,072 numbers",
    config: {
      data: { source: 'svhn' },
      batch: 100,
      length: { epochs: 20 },
      objective: { name: 'classifier' },
      architecture: { name: 'classifier-svhn' },
      optimiser: { learningRate: 1e-3, beta1: 0.9, schedule: 'exponential' },
      initialiser: { weights: 'he' },
    },
  },
];
