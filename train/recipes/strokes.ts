/** The small systems on strokes: what a bare objective's name stands for, and what quickstart trains. */
import type { PartialConfig } from '../config.js';
import type { Recipe } from './recipe.js';

const shared = {
  data: { source: 'strokes', options: { train: 20000 } },
  batch: 100,
  length: { epochs: 30 },
  // N(0, 0.02), made for wide layers, starts these narrow ones near zero: at 5e-4 nothing is learnt in 800 steps
  optimiser: { learningRate: 2e-3, beta1: 0.5, schedule: 'linear' },
  initialiser: { weights: 'he' },
} as const;

export const daliStrokes: Recipe = {
  name: 'dali-strokes',
  title: 'DALI on strokes, small networks',
  source: "alix's own: a model for two cores and a few minutes; the shipped model strokes-dali is trained by it",
  isDefault: true,
  config: { ...shared, objective: { name: 'dali', preset: 'authors' }, architecture: { name: 'small-28' } },
};

export const ganStrokes: Recipe = {
  name: 'gan-strokes',
  title: 'GAN on strokes, small networks',
  source: "alix's own: the generator and critic of dali-strokes without the encoder",
  isDefault: true,
  config: { ...shared, objective: { name: 'gan', preset: 'authors' }, architecture: { name: 'small-28' } },
};

/** Joint critics on (x, z) at five times the learning rate of ALI's tables. */
const joint = { ...shared, optimiser: { learningRate: 5e-4, beta1: 0.5, schedule: 'constant' } } as const;

export const aliStrokes: Recipe = {
  name: 'ali-strokes',
  title: 'ALI on strokes, small networks',
  source: "alix's own: ALI on small networks, with five times the learning rate of its tables",
  isDefault: true,
  config: {
    ...joint,
    objective: { name: 'ali', preset: 'paper' },
    architecture: { name: 'small-28-joint' },
  },
};

/** A system that differs from those above in its objective and its networks alone. */
const small = (
  name: string,
  title: string,
  config: Pick<PartialConfig, 'architecture' | 'optimiser' | 'pretrained' | 'initialiser' | 'batch' | 'length'> & {
    readonly objective?: PartialConfig['objective'];
  },
  base: PartialConfig,
  note = '',
): Recipe => ({
  name: `${name}-strokes`,
  title: `${title} on strokes, small networks`,
  source: `alix's own: for two cores and a few minutes${note && `; ${note}`}`,
  isDefault: true,
  config: { ...base, ...config, objective: { name, ...config.objective } },
});

const pixels = { architecture: { name: 'small-28-pixels' } } as const;
const onJoint = { architecture: { name: 'small-28-joint' } } as const;
/** Likelihood systems: one loss, no game, so the usual beta1. */
const likelihood = { ...shared, optimiser: { learningRate: 1e-3, beta1: 0.9, schedule: 'linear' } } as const;
const asVae = {
  ...shared,
  optimiser: { learningRate: 2e-4, beta1: 0.5, schedule: 'constant' },
  initialiser: { weights: 'xavier' },
} as const;
/** GALI's: spectral norm on every layer of the critic, tanh images; at 4e-4 two epochs show blobs, at 1e-3 and above strokes. */
const gali = { ...shared, optimiser: { learningRate: 1e-3, beta1: 0.5, schedule: 'constant' } } as const;
const galiNets = (critic: string) => ({ architecture: { name: 'small-28-gali', options: { critic } } });

/** The default recipes of the other objectives. */
export const smallRecipes: readonly Recipe[] = [
  small(
    'dali-l2',
    'DALI-l2 (AIM-)',
    { architecture: { name: 'small-28', options: { encoder: 'deterministic' } } },
    shared,
  ),
  small(
    'dali-f',
    'DALI-f',
    {
      objective: { preset: 'paper' },
      architecture: { name: 'small-28' },
      optimiser: { ...shared.optimiser, clipValue: 1 },
    },
    shared,
    "gradients clipped to +-1 as in the authors' code",
  ),
  small(
    'wgan',
    'Wasserstein DALI',
    {
      architecture: { name: 'small-28', options: { normalisation: 'none' } },
      optimiser: { ...shared.optimiser, beta2: 0.9 },
    },
    shared,
    'five critic steps to one, gradient penalty 10, no batch norm in the critic',
  ),
  small('sn-gan', 'SN-GAN', { architecture: { name: 'small-28', options: { normalisation: 'spectral' } } }, shared),
  small(
    'bigan',
    'BiGAN',
    { architecture: { name: 'small-28-joint', options: { encoder: 'deterministic', prior: 'uniform' } } },
    joint,
    'a deterministic encoder and a uniform prior, as in the paper',
  ),
  small(
    'latent-regressor',
    'latent regressor (BiGAN baseline)',
    { architecture: { name: 'small-28-pixels', options: { encoder: 'deterministic' } } },
    shared,
  ),
  small(
    'alice',
    'ALICE',
    { objective: { options: { actorSteps: 1 } }, ...onJoint },
    joint,
    'one step of E and G to one of D, where the toy has five',
  ),
  small('veegan', 'VEEGAN', { architecture: { name: 'small-28-joint', options: { encoder: 'deterministic' } } }, joint),
  small(
    'vae-gan',
    'VAE-GAN',
    { objective: { options: { gamma: 0.01 } }, ...pixels },
    shared,
    'the comparison sums over a thousand features: its weight against the game is a hundredth',
  ),
  small('vae', 'VAE', pixels, likelihood, 'Bernoulli likelihood of grey targets'),
  small('as-vae', 'AS-VAE', { architecture: { name: 'small-28-as-vae' } }, asVae),
  small('as-vae-r', 'AS-VAE-r', { architecture: { name: 'small-28-as-vae' } }, asVae),
  small('as-vae-g', 'AS-VAE-g', { architecture: { name: 'small-28-as-vae' } }, asVae),
  small('gali-4', 'GALI-4', galiNets('4'), gali),
  small('gali-8', 'GALI-8', galiNets('8'), gali),
  small(
    'gali-pt',
    'GALI-PT',
    { ...galiNets('pt'), pretrained: { M: 'runs/classifier-strokes' } },
    gali,
    'M is what `alix train classifier` leaves in runs/classifier-strokes',
  ),
  small('gali-mix', 'GALI-mix', galiNets('mix'), gali),
  small(
    'classifier',
    'classifier',
    { architecture: { name: 'classifier-small' }, length: { epochs: 5 } },
    { ...shared, optimiser: { learningRate: 1e-3, beta1: 0.9, schedule: 'linear' } },
    "the pretrained features of gali-pt, and the metrics' extractor",
  ),
];

/** Variants of the systems above that show an option. */
export const variantRecipes: readonly Recipe[] = [
  {
    name: 'ali-stacked-strokes',
    title: 'ALI with two layers of latents on strokes',
    source: "alix's own: ALI's hierarchical extension (Eq. 6-7 of its text) on small networks",
    config: { ...joint, objective: { name: 'ali', preset: 'paper' }, architecture: { name: 'small-28-stacked' } },
  },
  {
    name: 'alice-adversarial-strokes',
    title: 'ALICE with adversarial cycles on strokes',
    source: "alix's own: the adversarial form of the ALICE toy, in x and in z",
    config: {
      ...joint,
      objective: { name: 'alice', preset: 'adversarial' },
      architecture: { name: 'small-28-joint', options: { cycle: 'both' } },
    },
  },
  {
    name: 'vae-flow-strokes',
    title: 'VAE with a planar flow on strokes',
    source: "alix's own: Rezende & Mohamed 2015 on small networks",
    config: {
      ...likelihood,
      objective: { name: 'vae' },
      architecture: { name: 'small-28-as-vae', options: { flow: 'planar' } },
    },
  },
  {
    name: 'classifier-strokes-1024',
    title: 'classifier on strokes, the network of the MNIST Inception Score',
    source: "alix's own: the network of classifier-mnist, for scores on strokes",
    config: {
      ...shared,
      objective: { name: 'classifier' },
      architecture: { name: 'classifier-mnist' },
      length: { epochs: 5 },
      optimiser: { learningRate: 5e-4, beta1: 0.9, schedule: 'exponential' },
      evaluationRows: 10_000,
    },
  },
];
