/** The configuration that a `train` command line means: recipe, objective or file, then the flags over it. */
import { existsSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular } from '@alix/infer/io/files';
import { parseJson } from '@alix/infer/io/json';
import { nearest } from '@alix/infer/io/suggest';
import type { PartialConfig, RunConfig } from '@alix/train';

export interface TrainFlags {
  readonly data?: string;
  readonly epochs?: number;
  readonly steps?: number;
  readonly hours?: number;
  /** Images become squares of it, and networks are chosen for it. */
  readonly size?: number;
  readonly seed?: number;
  /** A run whose weights it starts from. */
  readonly init?: string;
  readonly checkpointMinutes?: number;
  readonly checkpointSteps?: number;
  readonly bfloat16?: boolean;
  readonly onError?: 'fail' | 'skip';
  readonly maxErrors?: number;
  readonly set: readonly string[];
}

interface Layer {
  readonly from: string;
  readonly config: unknown;
}

type Extensions = RunConfig['extensions'];
type DataOptions = RunConfig['data']['options'];

/**
 * Resolves defaults < recipe < file < flags.
 *
 * @param target a recipe's name, an objective's name (its default recipe), a user's .ts or .js file with an objective, an
 *   architecture or a recipe, or a JSON file, whose "extends" may name any of these, and its "extensions" further .ts or .js
 *   files; files are looked for beside the one that names them
 * @param tell is told in lines of words what --size found and chose
 * @throws AlixError 'usage' for a target that is none of these, 'bad-config' for a setting, 'bad-extension' for a user's file
 */
export async function trainConfig(
  target: string,
  flags: TrainFlags,
  tell: (line: string) => void = () => undefined,
): Promise<RunConfig> {
  const { resolveConfig } = await import('@alix/train/config');
  const { loadExtensions } = await import('@alix/train/extensions/index');
  const layers = await targetLayers(target);
  const before = [...layers, ...allExtensions(layers)];
  const kept = async (data: string): Promise<DataOptions> => {
    const { keptOptions } = await import('@alix/train/datasets/index');
    return keptOptions(data, resolveConfig(before).data);
  };
  const over = await flagLayers(flags, kept);
  const asked = resolveConfig([...before, ...over]);
  await loadExtensions(asked);
  if (flags.size === undefined) return asked;
  const { chosenInWords, ownImages } = await import('@alix/train/own-images');
  const own = await ownImages(asked, flags.size);
  const config = resolveConfig([...before, { from: '--size', config: own.config }, ...over]);
  for (const line of [...own.words, chosenInWords(config)]) tell(line);
  return config;
}

/** A file names its own extensions beside those of the file that it extends. */
function allExtensions(layers: readonly Layer[]): Layer[] {
  const all = layers.flatMap(({ config }) => (config as { extensions?: Extensions }).extensions ?? []);
  const once = new Map(all.map((record) => [record.sha256, record]));
  return once.size > 0 ? [{ from: 'the files', config: { extensions: [...once.values()] } }] : [];
}

/** The same for a run that is continued: its own configuration, then the flags. */
export async function resumedConfig(config: RunConfig, flags: TrainFlags): Promise<RunConfig> {
  if (flags.size !== undefined)
    throw new AlixError('usage', 'the size of the images was chosen when the run began', {
      where: '--size',
      remedy: 'leave it out, or start another run',
    });
  const { resolveConfig } = await import('@alix/train/config');
  return resolveConfig([{ from: 'run.json', config }, ...(await flagLayers(flags, () => config.data.options))]);
}

/** @param through the files whose `extends` led here, outermost first */
async function targetLayers(target: string, through: readonly string[] = []): Promise<Layer[]> {
  const [{ recipes }, { objectives }, { scriptEndings }] = await Promise.all([
    import('@alix/train/recipes/index'),
    import('@alix/train/objectives/index'),
    import('@alix/train/extensions/pack'),
  ]);
  const all = Object.values(recipes);
  const named = Object.hasOwn(recipes, target) ? recipes[target] : undefined;
  const recipe = named ?? all.find(({ isDefault, config }) => isDefault && config.objective?.name === target);
  if (recipe) return [{ from: `recipe ${recipe.name}`, config: { ...recipe.config, recipe: recipe.name } }];
  const last = through.at(-1);
  const path = beside(last, target);
  const isScript = scriptEndings.includes(extname(target));
  const isFile = isScript || extname(target) === '.json';
  if (isFile && existsSync(path)) return isScript ? [await scriptLayer(path)] : fileLayers(path, through);
  const where = last === undefined ? target : `${last}, "extends": "${target}"`;
  if (Object.hasOwn(objectives, target))
    throw new AlixError('usage', 'this objective has no recipe of its own', {
      where,
      remedy: `choose it in a recipe whose networks fit: alix train RECIPE --set objective.name=${target}`,
    });
  const names = [...Object.keys(recipes), ...all.flatMap((r) => (r.isDefault ? [r.config.objective?.name ?? ''] : []))];
  const near = isFile ? undefined : nearest(target, names);
  throw new AlixError(
    'usage',
    isFile ? 'no such file' : `no such recipe, objective or file${near ? ` (did you mean ${near}?)` : ''}`,
    {
      where,
      remedy: isFile
        ? 'check the path'
        : '`alix recipes` lists the recipes; a configuration file ends in .json, one of your own objectives in .ts or .js',
    },
  );
}

/** A path in a file is meant from that file on. */
const beside = (file: string | undefined, path: string) =>
  file === undefined || isAbsolute(path) ? path : join(dirname(file), path);

async function scriptLayer(path: string): Promise<Layer> {
  const [{ openExtension }, { extensionConfig }] = await Promise.all([
    import('@alix/train/extensions/index'),
    import('@alix/train/extensions/config'),
  ]);
  return extensionConfig(await openExtension(path));
}

async function fileLayers(path: string, through: readonly string[]): Promise<Layer[]> {
  if (through.some((other) => resolve(other) === resolve(path)))
    throw new AlixError('bad-config', '"extends" goes round in a circle', {
      where: path,
      found: [...through, path].join(' -> '),
    });
  const text = new TextDecoder().decode(await readRegular(path));
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new AlixError('bad-config', 'not valid JSON', { where: path, cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new AlixError('bad-config', 'not a table of settings', { where: path, expected: 'a JSON object' });
  const { extends: base, ...config } = json as Readonly<Record<string, unknown>>;
  if (base !== undefined && typeof base !== 'string')
    throw new AlixError('bad-config', '"extends" names no configuration', {
      where: path,
      expected: 'a recipe, an objective or the path of a .json, .ts or .js file, from this file on',
      found: JSON.stringify(base),
    });
  const below = base === undefined ? [] : await targetLayers(base, [...through, path]);
  return [...below, { from: path, config: await withExtensions(config, path) }];
}

/** The configuration with its "extensions", which a person writes as paths and --print-config as records, opened. */
async function withExtensions(config: Readonly<Record<string, unknown>>, where: string): Promise<object> {
  if (config.extensions === undefined) return config;
  const given: unknown = config.extensions;
  if (!Array.isArray(given) || !given.every((each) => typeof each === 'string' || typeof each?.file === 'string'))
    throw new AlixError('bad-config', '"extensions" is no list of files', {
      where,
      expected: 'paths of .ts or .js files, from this file on',
      found: JSON.stringify(given),
    });
  const { openExtension } = await import('@alix/train/extensions/index');
  const extensions: Extensions = [];
  for (const each of given as (string | Extensions[number])[])
    extensions.push(typeof each === 'string' ? (await openExtension(beside(where, each))).record : each);
  return { ...config, extensions };
}

/** @param kept the data's options that stay where `--data` names other data, or the same in another place */
async function flagLayers(
  { data, epochs, steps, hours, set, ...flags }: TrainFlags,
  kept: (data: string) => DataOptions | Promise<DataOptions>,
): Promise<Layer[]> {
  const { parseAssignment } = await import('@alix/train/config');
  const length = Object.fromEntries(Object.entries({ epochs, steps, hours }).filter(([, n]) => n !== undefined));
  const { seed, init, checkpointMinutes, checkpointSteps, bfloat16, onError, maxErrors } = flags;
  const plain = { seed, init, checkpointMinutes, checkpointSteps, bfloat16 };
  const ofData = {
    ...(data !== undefined && { source: data, options: await kept(data) }),
    ...(onError !== undefined && { onError }),
    ...(maxErrors !== undefined && { maxErrors }),
  };
  const config: PartialConfig = {
    ...(Object.keys(ofData).length > 0 ? { data: ofData } : {}),
    ...(Object.keys(length).length > 0 ? { length } : {}),
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
  };
  return [
    { from: 'the command line', config },
    ...set.map((assignment) => ({ from: `--set ${assignment}`, config: parseAssignment(assignment) })),
  ];
}
