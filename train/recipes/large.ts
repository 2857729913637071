/** The papers' SVHN, CelebA and Tiny ImageNet rows. */
import type { PartialConfig } from '../config.js';
import type { Recipe } from './recipe.js';

const ALI = 'ALI (Dumoulin et al. 2017)';
const GALI = 'GALI (Dandi et al. 2020)';

/** The optimiser of ALI's tables; their beta2 of 1e-3 is 0.999 in today's convention. */
const ali = {
  batch: 100,
  optimiser: { learningRate: 1e-4, beta1: 0.5 },
  initialiser: { weights: 'normal', deviation: 0.01 },
  batchNormMomentum: 0.05,
} as const satisfies PartialConfig;

/** GALI's code leaves batch norm at PyTorch's momentum. */
const galiSvhn = {
  data: { source: 'svhn' },
  batch: 100,
  length: { epochs: 100 },
  optimiser: { learningRate: 2e-4, beta1: 0.5 },
  initialiser: { weights: 'normal', deviation: 0.01 },
  batchNormMomentum: 0.1,
} as const satisfies PartialConfig;

const galiCeleba = {
  ...galiSvhn,
  data: { source: 'celeba' },
  optimiser: { learningRate: 4e-5, beta1: 0.5 },
} as const satisfies PartialConfig;

/** GALI's baselines on CelebA run faster than its own systems. */
const celebaBaseline = { ...galiCeleba, optimiser: { learningRate: 1e-4, beta1: 0.5 } } as const;

const svhnNets = (critic: string) => ({ name: 'gali-svhn', options: { critic } });
const celebaNets = (critic: string) => ({ name: 'gali-celeba', options: { critic } });

export const largeRecipes: readonly Recipe[] = [
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
    name: 'ali-celeba',
    title: 'ALI on CelebA',
    paper: ALI,
    table: 'ALI Table 4 (networks; the paper shows samples and reconstructions)',
    source: "ALI Table 4 in the authors' convention",
    config: {
      ...ali,
      data: { source: 'celeba' },
      length: { epochs: 123 },
      objective: { name: 'ali', preset: 'authors' },
      architecture: { name: 'ali-celeba' },
    },
  },
  {
    name: 'ali-tiny-imagenet',
    title: 'ALI on Tiny ImageNet',
    paper: ALI,
    table: 'ALI Table 5 (networks; the paper shows samples and reconstructions)',
    source: "ALI Table 5 in the authors' convention",
    config: {
      ...ali,
      data: { source: 'tiny-imagenet' },
      batch: 128,
      length: { epochs: 125 },
      objective: { name: 'ali', preset: 'authors' },
      architecture: { name: 'ali-tiny-imagenet' },
    },
  },
  {
    name: 'dali-celeba',
    title: 'DALI on CelebA',
    paper: 'AIM (ICLR 2019 submission); DALI',
    table: 'AIM Table 4 (networks; the paper shows samples and reconstructions)',
    source: 'AIM Table 4; CenterCrop 160, then 64x64',
    config: {
      data: { source: 'celeba' },
      batch: 100,
      length: { epochs: 300 },
      objective: { name: 'dali', preset: 'authors' },
      architecture: { name: 'aim-celeba' },
      optimiser: {
        learningRate: 2e-4,
        beta1: 0.5,
        schedule: 'inverse-sqrt-epoch',
        networks: { E: { schedule: 'constant' } },
      },
      initialiser: { weights: 'normal', deviation: 0.02 },
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
    name: 'ali-celeba-gali',
    title: "ALI on CelebA as GALI's baseline",
    paper: GALI,
    table: 'GALI Table 1 right, ALI: pixel MSE 0.074, feature MSE 0.307; Table 3 top: FID 24.49',
    source: "GALI's networks; one to one, 100 epochs, 1e-4",
    config: { ...celebaBaseline, objective: { name: 'ali', preset: 'gali-celeba' }, architecture: celebaNets('1') },
  },
  {
    name: 'alice-celeba',
    title: "ALICE on CelebA as GALI's baseline",
    paper: GALI,
    table: 'GALI Table 1 right, ALICE: pixel MSE 0.042, feature MSE 0.248; Table 3 top: FID 36.91',
    source: 'ALI + 0.02 MSE(x, G(z^)); one to one, 100 epochs, 1e-4',
    config: {
      ...celebaBaseline,
      objective: { name: 'alice', preset: 'gali-celeba' },
      architecture: celebaNets('1'),
    },
  },
  {
    name: 'gali-4-celeba',
    title: 'GALI-4 on CelebA',
    paper: GALI,
    table: 'GALI Table 1 right, GALI-4: pixel MSE 0.036, feature MSE 0.201; Table 3 top: FID 23.11',
    source: "the authors' schedule: one to one, 100 epochs, 4e-5",
    config: { ...galiCeleba, objective: { name: 'gali-4', preset: 'authors' }, architecture: celebaNets('4') },
  },
  {
    name: 'gali-pt-celeba',
    title: 'GALI-PT on CelebA',
    paper: GALI,
    table: 'GALI Table 1 right, GALI-PT: pixel MSE 0.032, feature MSE 0.131; Table 3 top: FID 10.13',
    source:
      'batch 20, 50 epochs. The authors take Inception for M, which alix does not ship: classifier-celeba stands in for it',
    config: {
      ...galiCeleba,
      batch: 20,
      length: { epochs: 50 },
      objective: { name: 'gali-pt', preset: 'authors' },
      architecture: celebaNets('pt'),
      pretrained: { M: 'runs/classifier-celeba' },
    },
  },
  {
    name: 'gali-mix-celeba',
    title: 'GALI-mix on CelebA',
    paper: GALI,
    table: 'GALI Table 3 bottom, GALI-mix: inpainting MSE 0.031, feature MSE 0.164',
    source: "the authors' schedule: one to one, 100 epochs, 4e-5",
    config: { ...galiCeleba, objective: { name: 'gali-mix', preset: 'authors' }, architecture: celebaNets('mix') },
  },
  {
    name: 'ali-celeba-masked',
    title: 'ALI on masked CelebA',
    paper: GALI,
    table: 'GALI Table 3 bottom, ALI: inpainting MSE 0.060, feature MSE 0.38',
    source: 'ali-celeba-gali whose encoder reads masked images, boxes as the paper has them (sides 1 to 64)',
    config: {
      ...celebaBaseline,
      objective: { name: 'ali', preset: 'gali-celeba', options: { masked: true } },
      architecture: celebaNets('1'),
    },
  },
  {
    name: 'alice-celeba-masked',
    title: 'ALICE on masked CelebA',
    paper: GALI,
    table: 'GALI Table 3 bottom, ALICE: inpainting MSE 0.047, feature MSE 0.32',
    source: 'alice-celeba whose encoder reads masked images; all of x, also under the box, has to come back',
    config: {
      ...celebaBaseline,
      objective: { name: 'alice', preset: 'gali-celeba', options: { masked: true } },
      architecture: celebaNets('1'),
    },
  },
  {
    name: 'gali-4-celeba-masked',
    title: 'GALI-4 on masked CelebA',
    paper: GALI,
    table: 'GALI Table 3 bottom, GALI-4: inpainting MSE 0.046, feature MSE 0.285',
    source: 'gali-4-celeba whose encoder reads masked images: M1(x), M2(G(E(M1(x)))), M3(G(z))',
    config: {
      ...galiCeleba,
      objective: { name: 'gali-4', preset: 'authors', options: { masked: true } },
      architecture: celebaNets('4'),
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
  {
    name: 'classifier-celeba',
    title: 'classifier of the attributes of CelebA',
    paper: GALI,
    source: "GALI's feature error on CelebA: the second fully connected layer, 256 numbers",
    config: {
      data: { source: 'celeba' },
      batch: 100,
      length: { epochs: 10 },
      objective: { name: 'classifier', preset: 'attributes' },
      architecture: { name: 'classifier-celeba' },
      optimiser: { learningRate: 1e-3, beta1: 0.9, schedule: 'exponential' },
      initialiser: { weights: 'he' },
    },
  },
];
