/** A run's configuration in one call, for programs: a recipe by name, and what is to differ from it. */
import { AlixError } from '@alix/infer/io/errors';
import { meant } from '@alix/infer/io/suggest';
import { type PartialConfig, type RunConfig, resolveConfig } from './config.js';
import { recipes } from './recipes/index.js';
import type { Recipe } from './recipes/recipe.js';

/** The recipe of this name, or the default one of the objective of this name. */
export function findRecipe(name: string): Recipe | undefined {
  if (Object.hasOwn(recipes, name)) return recipes[name];
  return Object.values(recipes).find(({ isDefault, config }) => isDefault && config.objective?.name === name);
}

/**
 * The whole configuration of a recipe, with settings of one's own over it, key by key.
 *
 * ```ts
 * const config = configure('dali', { length: { epochs: 3 }, seed: 7 });
 * ```
 * @param name a recipe's, or an objective's, whose default recipe is then meant
 * @throws AlixError 'bad-config' for a name or setting that there is not
 */
export function configure(name: string, settings: PartialConfig = {}): RunConfig {
  const recipe = findRecipe(name);
  if (!recipe) {
    const objectives = Object.values(recipes).flatMap(({ isDefault, config }) =>
      isDefault && config.objective?.name ? [config.objective.name] : [],
    );
    throw new AlixError(
      'bad-config',
      `no such recipe or objective${meant(name, [...Object.keys(recipes), ...objectives])}`,
      {
        where: name,
        remedy: '`recipes` of @alix/train has all of them',
      },
    );
  }
  return resolveConfig([
    { from: `recipe ${recipe.name}`, config: { ...recipe.config, recipe: recipe.name } },
    { from: 'settings', config: settings },
  ]);
}
