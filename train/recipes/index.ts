/** The recipes by name. A new one is its entry in a file here and its line below. */
import { daliMnist } from './dali-mnist.js';
import { aliGrid, daliGrid } from './grid.js';
import type { Recipe } from './recipe.js';
import { aliStrokes, daliStrokes, ganStrokes } from './strokes.js';

export type { Recipe } from './recipe.js';

export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries(
  [daliMnist, daliStrokes, ganStrokes, aliStrokes, daliGrid, aliGrid].map((recipe) => [recipe.name, recipe]),
);
