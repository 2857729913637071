/** The models that are shipped with the command line, and how a model argument is understood. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AlixError } from '@alix/infer/io/errors';
import { nearest } from '@alix/infer/io/suggest';

/** The folder `models` of the package. */
export const shippedFolder = fileURLToPath(new URL('../models', import.meta.url));

/** The names of the models in a folder, sorted: its sub-folders that hold a model.json. */
export function modelNames(folder = shippedFolder): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'model.json')))
    .sort();
}

/**
 * The folder that a model argument means: itself if it is there, else the shipped model of that name.
 *
 * @throws AlixError 'no-bundle' with the nearest name and the list
 */
export function resolveModel(argument: string, folder = shippedFolder): string {
  if (existsSync(argument)) return argument;
  const names = modelNames(folder);
  if (names.includes(argument)) return join(folder, argument);
  const near = nearest(argument, names);
  const shipped = names.length > 0 ? `the shipped ones are ${names.join(', ')}` : 'none is shipped';
  throw new AlixError(
    'no-bundle',
    `no such model folder, and no shipped model of that name${near ? ` (did you mean ${near}?)` : ''}`,
    {
      where: argument,
      remedy: `name a folder that \`alix export\` wrote, or a shipped model; ${shipped}`,
    },
  );
}
