/** The small systems on strokes: what a bare objective's name stands for, and what quickstart trains. */
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

export const aliStrokes: Recipe = {
  name: 'ali-strokes',
  title: 'ALI on strokes, small networks',
  source: "alix's own: ALI on small networks, with five times the learning rate of its tables",
  isDefault: true,
  config: {
    ...shared,
    objective: { name: 'ali', preset: 'paper' },
    architecture: { name: 'small-28-joint' },
    optimiser: { learningRate: 5e-4, beta1: 0.5, schedule: 'constant' },
  },
};
