/** The papers' MNIST rows. */
import type { PartialConfig } from '../config.js';
import { daliMnist } from './dali-mnist.js';
import type { Recipe } from './recipe.js';

const AIM = 'AIM (ICLR 2019 submission); DALI';

/** AIM Table 3's optimiser. */
const aim = daliMnist.config;

/** ALICE's own MNIST networks were not read: ALI's loss family on alix's 28x28 networks, at twice their width. */
const joint = {
  data: { source: 'mnist' },
  batch: 100,
  length: { epochs: 400 },
  architecture: { name: 'small-28-joint', options: { width: 48, latent: 32 } },
  optimiser: { learningRate: 1e-4, beta1: 0.5 },
  initialiser: { weights: 'normal', deviation: 0.02 },
} as const satisfies PartialConfig;

const asVae = {
  data: { source: 'mnist' },
  batch: 100,
  length: { epochs: 200 },
  optimiser: { learningRate: 1e-4, beta1: 0.9 },
  initialiser: { weights: 'xavier' },
} as const satisfies PartialConfig;
const asVaeSource =
  'Adam 1e-4 and Xavier as printed; networks, latent size, ratio of updates and beta1 are not, and are ours';

export const mnistRecipes: readonly Recipe[] = [
  daliMnist,
  {
    name: 'dali-l2-mnist',
    title: 'DALI-l2 (AIM-) on MNIST',
    paper: AIM,
    table: 'AIM Table 1, MNIST, AIM-; DALI Table 1, DALI-l2: MSE 0.028, Inception Score 9.331',
    source: 'the networks and the optimiser of AIM Table 3; the encoder reads the features of the critic, as in DALI',
    config: {
      ...aim,
      objective: { name: 'dali-l2', preset: 'authors' },
      architecture: { name: 'aim-mnist', options: { encoder: 'deterministic' } },
    },
  },
  {
    name: 'dali-f-mnist',
    title: 'DALI-f on MNIST',
    paper: 'DALI',
    source:
      "no row of its own: the authors' script, with its sum over dimensions, warm-up over 32 epochs and clip of 1",
    config: {
      ...aim,
      objective: { name: 'dali-f', preset: 'authors' },
      optimiser: { ...aim.optimiser, clipValue: 1 },
    },
  },
  {
    name: 'dali-2d-mnist',
    title: 'DALI on MNIST with a 2-D latent',
    paper: AIM,
    table: 'AIM Figure 4: codes of the test set and the manifold',
    source: 'AIM Table 3 with a latent of 2',
    config: { ...aim, architecture: { name: 'aim-mnist', options: { latent: 2 } } },
  },
  {
    name: 'gan-mnist',
    title: 'GAN on MNIST',
    paper: AIM,
    table: 'AIM Table 1 and DALI Table 1, MNIST, GAN: Inception Score 9.464',
    source: "AIM's generator and critic without the encoder, as the paper has it",
    config: {
      ...aim,
      objective: { name: 'gan', preset: 'authors' },
      optimiser: { ...aim.optimiser, networks: {} },
    },
  },
  {
    name: 'ali-mnist',
    title: 'ALI on MNIST',
    paper: AIM,
    table: 'AIM Table 1 and DALI Table 1, MNIST, ALI: MSE 0.48, Inception Score 8.749 (quoted from ALICE)',
    source: 'the networks of the quoted run are not printed: ours, at twice the width of the strokes recipes',
    config: { ...joint, objective: { name: 'ali', preset: 'authors' } },
  },
  {
    name: 'alice-mnist',
    title: 'ALICE on MNIST',
    paper: AIM,
    table: "AIM Table 1 and DALI Table 1, MNIST, ALICE; the ALICE authors' README: MSE 0.0803, Inception Score 9.279",
    source: 'lambda 1, l2, as the README has it; the networks are not printed: those of ali-mnist',
    config: { ...joint, objective: { name: 'alice', preset: 'paper' } },
  },
  {
    name: 'bigan-mnist',
    title: 'BiGAN on MNIST',
    paper: 'BiGAN (Donahue et al. 2017)',
    source:
      "the authors' code: z uniform in [-1,1]^50, Adam 2e-4, batch 128, L2 2.5e-5, 200 epochs and 200 of decay to a hundredth",
    config: {
      data: { source: 'mnist' },
      batch: 128,
      length: { epochs: 400 },
      objective: { name: 'bigan' },
      architecture: { name: 'bigan-mnist' },
      optimiser: { learningRate: 2e-4, beta1: 0.5, l2: 2.5e-5, schedule: 'half-then-exponential' },
      initialiser: { weights: 'normal', deviation: 0.02 },
    },
  },
  {
    name: 'latent-regressor-mnist',
    title: 'latent regressor on MNIST',
    paper: 'BiGAN (Donahue et al. 2017)',
    source: "BiGAN's baseline with BiGAN's generator, encoder and optimiser, and a critic of x alone",
    config: {
      data: { source: 'mnist' },
      batch: 128,
      length: { epochs: 400 },
      objective: { name: 'latent-regressor' },
      architecture: { name: 'bigan-mnist', options: { critic: 'features' } },
      optimiser: { learningRate: 2e-4, beta1: 0.5, l2: 2.5e-5, schedule: 'half-then-exponential' },
      initialiser: { weights: 'normal', deviation: 0.02 },
    },
  },
  {
    name: 'as-vae-mnist',
    title: 'AS-VAE on MNIST',
    paper: 'AS-VAE (Pu et al. 2017)',
    table: 'Section 5.2, AS-VAE: negative log-likelihood 82.51 nats',
    source: `${asVaeSource}; affine flow, for the second half needs the density of given codes`,
    config: {
      ...asVae,
      objective: { name: 'as-vae' },
      architecture: { name: 'as-vae-mnist', options: { flow: 'affine', flowLength: 8 } },
    },
  },
  {
    name: 'as-vae-r-mnist',
    title: 'AS-VAE-r on MNIST',
    paper: 'AS-VAE (Pu et al. 2017)',
    table: 'Section 5.2, AS-VAE-r: negative log-likelihood 81.14 nats',
    source: `${asVaeSource}; planar flow of length 80, as printed`,
    config: {
      ...asVae,
      objective: { name: 'as-vae-r' },
      architecture: { name: 'as-vae-mnist', options: { flow: 'planar', flowLength: 80 } },
    },
  },
  {
    name: 'vae-flow-mnist',
    title: 'VAE with a planar flow on MNIST',
    paper: 'AS-VAE (Pu et al. 2017)',
    table: 'Section 5.2, Normalizing flow: negative log-likelihood 85.1 nats (quoted from Rezende & Mohamed 2015)',
    source: `planar flow of length 80; ${asVaeSource}`,
    config: {
      ...asVae,
      objective: { name: 'vae' },
      architecture: { name: 'as-vae-mnist', options: { flow: 'planar', flowLength: 80 } },
    },
  },
  {
    name: 'classifier-mnist',
    title: 'classifier on MNIST',
    paper: 'ALICE (its Inception Score for MNIST, which AIM uses)',
    table: 'real test set: Inception Score 9.879',
    source:
      "the protocol's network; its augmentation drawn anew each epoch (there four changed copies of each image, made once) and so epochs " +
      'of 60,000 images, 20 in place of its 50; batch 100 (50 there), Adam 5e-4 falling to x0.1 in equal factors (1e-4 x0.95 an epoch there)',
    config: {
      data: { source: 'mnist' },
      batch: 100,
      length: { epochs: 20 },
      objective: { name: 'classifier' },
      architecture: { name: 'classifier-mnist' },
      optimiser: { learningRate: 5e-4, beta1: 0.9, schedule: 'exponential' },
      initialiser: { weights: 'he' },
      augment: { rotate: 15, shift: 2, share: 0.8 },
      evaluationRows: 10_000,
    },
  },
];
