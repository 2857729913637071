/** The recipes by name. A new one is its entry in a file here. */
import { cifarRecipes } from './cifar10.js';
import { gridRecipes } from './grid.js';
import { largeRecipes } from './large.js';
import { mnistRecipes } from './mnist.js';
import type { Recipe } from './recipe.js';
import { aliStrokes, daliStrokes, ganStrokes, smallRecipes, variantRecipes } from './strokes.js';

export type { Recipe } from './recipe.js';

const all = [
  daliStrokes,
  ganStrokes,
  aliStrokes,
  ...smallRecipes,
  ...variantRecipes,
  ...gridRecipes,
  ...mnistRecipes,
  ...cifarRecipes,
  ...largeRecipes,
];

export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries(all.map((recipe) => [recipe.name, recipe]));
