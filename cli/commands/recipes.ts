/** alix recipes: what `alix train` can be told by name, and what a step of it costs. */
import { flopsText } from '../flops.js';
import { textTable, wrapped } from '../table.js';
import type { CommandDefinition, Context } from './command.js';

export interface ListedRecipe {
  readonly name: string;
  readonly title: string;
  /** The objective, and its name for people. */
  readonly system: string;
  readonly systemTitle: string;
  readonly preset: string;
  /** True where the objective's bare name means this recipe. */
  readonly isDefault: boolean;
  /** The paper, and its table and row, that it reproduces; null where it reproduces none. */
  readonly paper: string | null;
  readonly table: string | null;
  readonly source: string;
  /** The user's file that it comes from; null for alix's own. */
  readonly file: string | null;
  readonly data: string;
  readonly architecture: string;
  /** Numbers of all networks that training changes. */
  readonly parameters: number;
  readonly batch: number;
  /** Of one step: all players' updates on their minibatches. */
  readonly flopsPerStep: number;
}

const WIDTH = 100;

const help = `
Examples:
  alix recipes                      all of them
  alix recipes gali-4 dali-mnist    those of one system, and one recipe
  alix recipes ./my-objective.ts    what your own recipes cost
`;

export const recipes: CommandDefinition = {
  name: 'recipes',
  define(program, context) {
    program
      .command('recipes')
      .description('list the recipes: system, paper, data, networks and the cost of a step')
      .argument(
        '[what...]',
        'systems or recipes to list alone; your own .ts or .js files, whose recipes are listed too',
      )
      .addHelpText('after', help)
      .action(async (what: string[], _options, command) => run(what, context(command)));
  },
};

async function run(what: readonly string[], context: Context): Promise<void> {
  const isFile = (word: string) => /\.[cm]?[jt]s$/.test(word);
  const names = what.filter((word) => !isFile(word));
  const list = await chosen(await listRecipes(what.filter(isFile)), names);
  if (context.json) return context.out(JSON.stringify({ recipes: list }));
  context.out(recipeTable(list).join('\n'));
  context.log('\n* is what `alix train SYSTEM` takes. Train one by its name: alix train dali-strokes');
}

/** Those of these names, recipes' or systems'; all where none is named. */
async function chosen(list: readonly ListedRecipe[], names: readonly string[]): Promise<readonly ListedRecipe[]> {
  const known = [...new Set(list.flatMap(({ name, system }) => [name, system]))];
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) {
    const [{ AlixError }, { nearest }] = await Promise.all([
      import('@alix/infer/io/errors'),
      import('@alix/infer/io/suggest'),
    ]);
    const near = nearest(strange, known);
    throw new AlixError('usage', `no such system or recipe${near ? ` (did you mean ${near}?)` : ''}`, {
      where: strange,
      remedy: 'without a name `alix recipes` lists all; a file of your own ends in .ts or .js',
    });
  }
  return names.length === 0
    ? list
    : list.filter(({ name, system, file }) => file || [name, system].some((n) => names.includes(n)));
}

/**
 * alix's recipes in the order of their table, then those of the user's files.
 *
 * @throws AlixError 'bad-extension' for a file; what is wrong with a recipe, naming it
 */
export async function listRecipes(files: readonly string[] = []): Promise<ListedRecipe[]> {
  const [{ recipes: own }, { openExtension }] = await Promise.all([
    import('@alix/train/recipes/index'),
    import('@alix/train/extensions/index'),
  ]);
  const all = Object.values(own).map((recipe) => ({ recipe, extension: undefined }) as const);
  const opened = [];
  for (const file of files) opened.push(await openExtension(file));
  const theirs = opened.flatMap((extension) =>
    Object.values(extension.recipes).map((recipe) => ({ recipe, extension }) as const),
  );
  const list: ListedRecipe[] = [];
  for (const { recipe, extension } of [...all, ...theirs]) {
    const where = `recipe ${recipe.name}${extension ? ` of ${extension.record.file}` : ''}`;
    list.push(await naming(where, () => describe(recipe, extension?.record)));
  }
  return list;
}

/** Of many recipes it must be said which one is wrong. */
async function naming<T>(where: string, work: () => Promise<T>): Promise<T> {
  const { AlixError } = await import('@alix/infer/io/errors');
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof AlixError)) throw cause;
    throw new AlixError(cause.code, cause.message, { where, cause });
  }
}

type Recipe = import('@alix/train/recipes/recipe').Recipe;
type ExtensionRecord = import('@alix/train/extensions/index').ExtensionRecord;

async function describe(recipe: Recipe, extension: ExtensionRecord | undefined): Promise<ListedRecipe> {
  const [{ resolveConfig }, { design }, { cost }] = await Promise.all([
    import('@alix/train/config'),
    import('@alix/train/design'),
    import('@alix/train/cost'),
  ]);
  const layer = { ...recipe.config, ...(extension ? { extensions: [extension] } : {}) };
  const config = resolveConfig([{ from: `recipe ${recipe.name}`, config: layer }]);
  const found = design(config);
  const learning = [...found.networks.values()].filter(({ name }) => !found.objective.frozen?.includes(name));
  return {
    name: recipe.name,
    title: recipe.title,
    system: found.objective.name,
    systemTitle: found.objective.title,
    preset: found.config.objective.preset,
    isDefault: recipe.isDefault ?? false,
    paper: recipe.paper ?? null,
    table: recipe.table ?? null,
    source: recipe.source,
    file: extension?.file ?? null,
    data: config.data.source,
    architecture: config.architecture.name,
    parameters: learning.reduce((sum, { parameterCount }) => sum + parameterCount, 0),
    batch: config.batch,
    flopsPerStep: (await cost(found, config.batch)).flopsPerStep,
  };
}

/** Lines of at most 100 columns, grouped by system; what a recipe reproduces stands under it. */
export function recipeTable(list: readonly ListedRecipe[]): string[] {
  const systems = new Map<string, ListedRecipe[]>();
  for (const recipe of list) systems.set(recipe.system, [...(systems.get(recipe.system) ?? []), recipe]);
  const head = ['recipe', 'data', 'networks', 'parameters', 'batch', 'a step'];
  const rows = list.map((recipe) => [
    `  ${recipe.name}${recipe.isDefault ? '*' : ''}`,
    recipe.data,
    recipe.architecture,
    recipe.parameters.toLocaleString('en'),
    `${recipe.batch}`,
    flopsText(recipe.flopsPerStep),
  ]);
  const [first = '', ...lines] = textTable([head, ...rows], { width: WIDTH, elastic: 0, right: [3, 4, 5] });
  const lineOf = new Map(list.map((recipe, i) => [recipe, lines[i] ?? '']));
  const groups = [...systems].flatMap(([system, recipes]) => {
    const title = recipes[0]?.systemTitle ?? system;
    return [
      '',
      title === system ? title : `${system}: ${title}`,
      ...recipes.flatMap((recipe) => [lineOf.get(recipe) ?? '', ...reproduces(recipe)]),
    ];
  });
  return [first, ...groups];
}

/** A table's row says which paper's it is; only where there is none does the paper stand for itself. */
function reproduces({ paper, table }: ListedRecipe): string[] {
  const text = table ?? paper;
  return text ? wrapped(text, WIDTH, 6) : [];
}
