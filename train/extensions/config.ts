/** What a user's file, named where a recipe could be, means as a configuration. */
import { AlixError } from '@alix/infer/io/errors';
import type { Architecture } from '../architectures/architecture.js';
import { type PartialConfig, resolveConfig } from '../config.js';
import { design } from '../design.js';
import { objectives } from '../objectives/index.js';
import { recipes } from '../recipes/index.js';
import type { Recipe } from '../recipes/recipe.js';
import type { Extension } from './index.js';

/**
 * The file's recipe; where it has none, its objective or its architecture (or both) in the first of alix's default recipes
 * whose other parts fit.
 *
 * @throws AlixError 'bad-extension' where the file has several of a kind and none is the default
 */
export function extensionConfig(extension: Extension): { readonly from: string; readonly config: PartialConfig } {
  const { file } = extension.record;
  const extensions = [extension.record];
  const recipe = theOne(extension.recipes, 'recipe', file);
  if (recipe)
    return {
      from: `recipe ${recipe.name} of ${file}`,
      config: { ...recipe.config, recipe: recipe.name, extensions },
    };
  const objective = theOne(extension.objectives, 'objective', file);
  const architecture = theOne(extension.architectures, 'architecture', file);
  const own: PartialConfig = {
    recipe: objective?.name ?? architecture?.name ?? 'custom',
    extensions,
    ...(objective ? { objective: { name: objective.name } } : {}),
    ...(architecture ? { architecture: { name: architecture.name } } : {}),
  };
  const bases = Object.values(recipes).filter(({ isDefault }) => isDefault);
  const misfits = bases.map(({ config }) => ({ config, error: misfit({ ...config, ...own }) }));
  const takes = architecture && !objective ? takesAll(architecture) : () => true;
  const whole = misfits.filter(({ config, error }) => takes(config) && error?.found !== 'no such network');
  const rest = whole.length > 0 ? whole : misfits;
  // where none fits, the design of this one will say why: parts of wrong sizes say more than a part that is not there
  const best = rest.find(({ error }) => !error) ?? rest.find(({ error }) => error?.found !== 'no such network');
  return { from: file, config: { ...best?.config, ...own } };
}

/** Whether a configuration's objective uses every network: an architecture with an encoder is not meant for a system without. */
function takesAll(architecture: Architecture): (config: PartialConfig) => boolean {
  let names: readonly string[] = [];
  try {
    names = Object.keys(architecture.build(architecture.options).networks);
  } catch (error) {
    // the design says so again, and names the file
    if (!(error instanceof AlixError)) throw error;
  }
  return (config) => {
    const { networks, optional } = objectives[config.objective?.name ?? ''] ?? {};
    return names.every((name) => name in { ...networks, ...optional });
  };
}

/** Why a configuration has no design. */
function misfit(config: PartialConfig): AlixError | undefined {
  try {
    design(resolveConfig([{ from: 'a default recipe', config }]));
    return undefined;
  } catch (error) {
    if (error instanceof AlixError && error.code !== 'bad-extension') return error;
    throw error;
  }
}

function theOne<T extends { readonly name: string }>(
  table: Readonly<Record<string, T>>,
  kind: string,
  where: string,
): T | undefined {
  const all = Object.values(table);
  const defaults = all.filter((each) => (each as Partial<Recipe>).isDefault);
  if (all.length < 2 || defaults.length === 1) return defaults[0] ?? all[0];
  throw new AlixError('bad-extension', `the file has several ${kind}s, and nothing says which is meant`, {
    where,
    found: all.map(({ name }) => name).join(', '),
    remedy:
      kind === 'recipe' ? 'give one of them isDefault: true' : 'export a recipe { name, config } with isDefault: true',
  });
}
