/** Keeps results from taking the place of the images that they are made from. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import type { ImageEntry } from '@alix/infer/io/images';
import { pictureFile } from './pictures/files.js';

/**
 * Refuses an output file that is one of the inputs, and an output folder whose pictures would replace inputs, or which
 * lies in an input folder, where the results of an earlier run would be taken for images.
 *
 * @param isWritten whether a file, relative to the folder, will be written: by default those of pictures under the inputs' names
 * @throws AlixError 'output-is-input'
 */
export async function refuseInputs(
  output: string,
  inputs: readonly ImageEntry[],
  folder: boolean,
  isWritten?: (file: string) => boolean,
): Promise<void> {
  const locate = locator();
  const places = await Promise.all(inputs.map(({ path }) => locate(path)));
  if (!folder) {
    const taken = new Set(places);
    for (const file of [output, `${output}.json`])
      if (taken.has(await locate(file))) throw replaced(file, 'choose another name for the output');
    return;
  }
  const target = await realpath(output).catch(() => undefined);
  // a folder that is not there yet holds no input
  if (target === undefined) return;
  inputs.forEach(({ name, path }, i) => {
    const base = places[i]!.slice(0, -name.length);
    if (places[i]!.startsWith(target + sep) && base.length <= target.length && target.startsWith(base))
      throw new AlixError('output-is-input', 'a file of the output folder would be read as an image', {
        where: path,
        remedy: 'choose an output folder outside the input folder',
      });
  });
  const pictures = new Set(inputs.map(({ name }) => pictureFile(name)));
  for (const place of places) {
    if (!place.startsWith(target + sep)) continue;
    const file = place.slice(target.length + sep.length);
    if (isWritten ? isWritten(file) : pictures.has(file))
      throw replaced(join(output, file), 'choose another output folder');
  }
}

function replaced(where: string, remedy: string): AlixError {
  return new AlixError('output-is-input', 'the output would replace a file that it is made from', { where, remedy });
}

/** The place of a file, whichever way it is written; a link itself is its own place, as a rename replaces it. */
function locator(): (path: string) => Promise<string> {
  const folders = new Map<string, Promise<string>>();
  return async (path) => {
    const folder = dirname(resolve(path));
    const known = folders.get(folder) ?? realpath(folder).catch(() => folder);
    folders.set(folder, known);
    return join(await known, basename(path));
  };
}
