/** ALI's rows on Tiny ImageNet. */
import type { Recipe } from './recipe.js';
import { ALI, ali } from './shared.js';

export const tinyImagenetRecipes: readonly Recipe[] = [
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
];
