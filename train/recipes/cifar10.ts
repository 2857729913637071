/** The papers' CIFAR-10 rows. AIM and DALI work at 64x64. */
import type { PartialConfig } from '../config.js';
import type { Recipe } from './recipe.js';
import { ali } from './shared.js';

const AIM = 'AIM (ICLR 2019 submission); DALI';

/** AIM Table 4's optimiser. */
const aim = {
  data: { source: 'cifar10', options: { size: 64 } },
  architecture: { name: 'aim-celeba' },
  batch: 100,
  length: { epochs: 300 },
  optimiser: { learningRate: 2e-4, beta1: 0.5, schedule: 'inverse-sqrt-epoch' },
  initialiser: { weights: 'normal', deviation: 0.02 },
} as const satisfies PartialConfig;

/** The authors' code keeps the encoder's rate constant. */
const optimiser = { ...aim.optimiser, networks: { E: { schedule: 'constant' } } } as const;

const aliCifar = {
  ...ali,
  data: { source: 'cifar10', options: { train: 'train-without-validation' } },
  architecture: { name: 'ali-cifar10' },
  length: { epochs: 6475 },
} as const satisfies PartialConfig;

export const cifarRecipes: readonly Recipe[] = [
  {
    name: 'dali-cifar10',
    title: 'DALI on CIFAR-10 at 64x64',
    paper: AIM,
    table: 'AIM Table 1, CIFAR-10, AIM: MSE 0.019, Inception Score 6.45; DALI Table 1, DALI: FID 28.4',
    source: 'AIM Table 4; images resized to 64x64',
    config: { ...aim, objective: { name: 'dali', preset: 'authors' }, optimiser },
  },
  {
    name: 'dali-l2-cifar10',
    title: 'DALI-l2 (AIM-) on CIFAR-10 at 64x64',
    paper: AIM,
    table: 'AIM Table 1, CIFAR-10, AIM-: MSE 0.037, Inception Score 6.324; DALI Table 1, DALI-l2: FID 29.2',
    source: 'AIM Table 4 without the head of the variance',
    config: {
      ...aim,
      optimiser,
      objective: { name: 'dali-l2', preset: 'authors' },
      architecture: { name: 'aim-celeba', options: { encoder: 'deterministic' } },
    },
  },
  {
    name: 'gan-cifar10',
    title: 'GAN on CIFAR-10 at 64x64',
    paper: AIM,
    table: 'AIM Table 1 and DALI Table 1, CIFAR-10, GAN: Inception Score 6.287, FID 37.1',
    source: "AIM Table 4's generator and critic",
    config: { ...aim, objective: { name: 'gan', preset: 'authors' } },
  },
  {
    name: 'ali-cifar10',
    title: 'ALI on CIFAR-10',
    paper: 'ALI (Dumoulin et al. 2017); AIM; DALI',
    table:
      'ALI Table 2 (networks); AIM Table 1, CIFAR-10, ALI: MSE 0.672, Inception Score 5.93 (quoted from ALICE); DALI Table 1, ALI: FID 58.9',
    source: "ALI Table 2 in the authors' convention; the first 45,000 images",
    config: { ...aliCifar, objective: { name: 'ali', preset: 'authors' } },
  },
  {
    name: 'alice-cifar10',
    title: 'ALICE on CIFAR-10',
    paper: 'ALICE (Li et al. 2017); AIM; DALI',
    table: "AIM Table 1, CIFAR-10, ALICE: MSE 0.416, Inception Score 6.015; the ALICE authors' README: lambda 1e-6",
    source:
      "the authors' code: l1, swapped labels, probabilities without a logarithm, batch 64, 101 epochs; ALI's networks and normal codes of 64 in the place of its uniform ones of 256",
    config: {
      ...aliCifar,
      objective: { name: 'alice', preset: 'authors', options: { lambdaX: 1e-6, lambdaZ: 1e-6 } },
      batch: 64,
      length: { epochs: 101 },
    },
  },
  {
    name: 'classifier-cifar10',
    title: 'classifier on CIFAR-10',
    source: "alix's own: a small classifier for two cores; its scores compare with no others",
    config: {
      data: { source: 'cifar10' },
      batch: 100,
      length: { epochs: 10 },
      objective: { name: 'classifier' },
      architecture: { name: 'classifier-cifar10' },
      optimiser: { learningRate: 1e-3, beta1: 0.9, schedule: 'exponential' },
      initialiser: { weights: 'he' },
      flip: true,
      augment: { rotate: 0, shift: 3, share: 1 },
      evaluationRows: 10_000,
    },
  },
];
