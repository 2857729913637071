/** The papers' CelebA rows. */
import type { PartialConfig } from '../config.js';
import type { Recipe } from './recipe.js';
import { ALI, ali, GALI, gali } from './shared.js';

const galiCeleba = {
  ...gali,
  data: { source: 'celeba' },
  optimiser: { learningRate: 4e-5, beta1: 0.5 },
} as const satisfies PartialConfig;

/** GALI's baselines on CelebA run faster than its own systems. */
const celebaBaseline = { ...galiCeleba, optimiser: { learningRate: 1e-4, beta1: 0.5 } } as const;

const celebaNets = (critic: string) => ({ name: 'gali-celeba', options: { critic } });

export const celebaRecipes: readonly Recipe[] = [
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
    name: 'dali-celeba',
    title: 'DALI on CelebA',
    paper: 'AIM (ICLR 2019 submission); DALI',
    table: 'AIM Table 4 (networks; the paper shows samples and reconstructions)',
    source: 'AIM Table 4; CenterCrop 160, then 64x64',
    config: {
      data: { source: 'celeba', options: { crop: 'centre-160' } },
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
