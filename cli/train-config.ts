/** The configuration that a `train` command line means: recipe or objective or file, then the flags over it. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { readBytes } from '@alix/infer/io/files';
import type { PartialConfig, RunConfig } from '@alix/train';
import { nearest } from './suggest.js';

export interface TrainFlags {
  readonly data?: string;
  readonly epochs?: number;
  readonly steps?: number;
  readonly hours?: number;
  readonly seed?: number;
  readonly set: readonly string[];
}

interface Layer {
  readonly from: string;
  readonly config: unknown;
}

/**
 * Resolves defaults < recipe < file < flags.
 *
 * @param target a recipe's name, an objective's name (its default recipe), or a JSON file, whose "extends" may name any of
 *   the three; a file there is looked for beside it
 * @throws AlixError 'usage' for a target that is none of these, 'bad-config' for a setting
 */
export async function trainConfig(target: string, flags: TrainFlags): Promise<RunConfig> {
  const { resolveConfig } = await import('@alix/train/config');
  return resolveConfig([...(await targetLayers(target)), ...(await flagLayers(flags))]);
}

/** The same for a run that is continued: its own configuration, then the flags. */
export async function resumedConfig(config: RunConfig, flags: TrainFlags): Promise<RunConfig> {
  const { resolveConfig } = await import('@alix/train/config');
  return resolveConfig([{ from: 'run.json', config }, ...(await flagLayers(flags))]);
}

/** @param through the files whose `extends` led here, outermost first */
async function targetLayers(target: string, through: readonly string[] = []): Promise<Layer[]> {
  const { recipes } = await import('@alix/train/recipes/index');
  const all = Object.values(recipes);
  const named = Object.hasOwn(recipes, target) ? recipes[target] : undefined;
  const recipe = named ?? all.find(({ isDefault, config }) => isDefault && config.objective?.name === target);
  if (recipe) return [{ from: `recipe ${recipe.name}`, config: { ...recipe.config, recipe: recipe.name } }];
  const last = through.at(-1);
  const path = last === undefined ? target : resolve(dirname(last), target);
  if (target.endsWith('.json') && existsSync(path)) return fileLayers(path, through);
  const names = [...Object.keys(recipes), ...all.flatMap((r) => (r.isDefault ? [r.config.objective?.name ?? ''] : []))];
  const near = nearest(target, names);
  throw new AlixError(
    'usage',
    `no such recipe, objective or configuration file${near ? ` (did you mean ${near}?)` : ''}`,
    {
      where: last === undefined ? target : `${last}, "extends": "${target}"`,
      remedy: `the recipes are ${Object.keys(recipes).join(', ')}; a configuration file ends in .json`,
    },
  );
}

async function fileLayers(path: string, through: readonly string[]): Promise<Layer[]> {
  if (through.some((other) => resolve(other) === resolve(path)))
    throw new AlixError('bad-config', '"extends" goes round in a circle', {
      where: path,
      found: [...through, path].join(' -> '),
    });
  const text = new TextDecoder().decode(await readBytes(path));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AlixError('bad-config', 'not valid JSON', { where: path, cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new AlixError('bad-config', 'not a table of settings', { where: path, expected: 'a JSON object' });
  const { extends: base, ...config } = json as Readonly<Record<string, unknown>>;
  if (base !== undefined && typeof base !== 'string')
    throw new AlixError('bad-config', '"extends" names no configuration', {
      where: path,
      expected: 'a recipe, an objective or the path of a .json file, from this file on',
      found: JSON.stringify(base),
    });
  return [...(base === undefined ? [] : await targetLayers(base, [...through, path])), { from: path, config }];
}

async function flagLayers({ data, epochs, steps, hours, seed, set }: TrainFlags): Promise<Layer[]> {
  const { parseAssignment } = await import('@alix/train/config');
  const length = Object.fromEntries(Object.entries({ epochs, steps, hours }).filter(([, n]) => n !== undefined));
  const flags: PartialConfig = {
    ...(data === undefined ? {} : { data: { source: data } }),
    ...(Object.keys(length).length > 0 ? { length } : {}),
    ...(seed === undefined ? {} : { seed }),
  };
  return [
    { from: 'the command line', config: flags },
    ...set.map((assignment) => ({ from: `--set ${assignment}`, config: parseAssignment(assignment) })),
  ];
}
