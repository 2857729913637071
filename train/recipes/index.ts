/** The recipes by name. A new one is its entry in a file here. */
import { celebaRecipes } from './celeba.js';
import { cifarRecipes } from './cifar10.js';
import { gridRecipes } from './grid.js';
import { mnistRecipes } from './mnist.js';
import type { Recipe } from './recipe.js';
import { aliStrokes, daliStrokes, ganStrokes, smallRecipes, variantRecipes } from './strokes.js';
import { svhnRecipes } from './svhn.js';
import { tinyImagenetRecipes } from './tiny-imagenet.js';

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
  ...svhnRecipes,
  ...celebaRecipes,
  ...tinyImagenetRecipes,
];

/** All recipes, by name. */
export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries(all.map((recipe) => [recipe.name, recipe]));
