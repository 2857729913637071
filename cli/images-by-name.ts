/** Images of a folder or a stack by the names that `alix encode` gave them. */
import { stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { type Bundle, imageOf } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';
import { readImage, readImages } from '@alix/infer/io/images';
import type { ImageShape } from '@alix/infer/io/pixels';

const REMEDY = 'name the folder, or the IDX or .npy file, that was encoded';

/**
 * @param path a folder, in which names are relative paths, or a file of many images, whose names are their places
 * @param resize whether images of other sizes are cropped and scaled, as those were that were encoded
 * @throws AlixError 'not-found' for a name that is not there; 'bad-path' for one that leads out of the folder; those of `readImage`
 */
export async function imagesByName(
  path: string,
  names: ReadonlySet<string>,
  bundle: Bundle,
  resize = false,
): Promise<Map<string, Uint8Array>> {
  const shape = { ...imageOf(bundle), resize };
  const found = await stat(path).catch((error: unknown) => {
    throw describeSystemError(error, path);
  });
  return found.isDirectory() ? fromFolder(path, names, shape) : fromStack(path, names, shape);
}

async function fromFolder(folder: string, names: ReadonlySet<string>, shape: ImageShape) {
  const images = new Map<string, Uint8Array>();
  for (const name of names) {
    const inside = normalize(name);
    if (inside.startsWith(sep) || inside.split(sep)[0] === '..')
      throw new AlixError('bad-path', 'the name of an image of the index leads out of the folder', { where: name });
    const file = join(folder, inside);
    if (!(await stat(file).catch(() => undefined)))
      throw new AlixError('not-found', 'an image of the index is not there', { where: file, remedy: REMEDY });
    images.set(name, await readImage(file, shape));
  }
  return images;
}

async function fromStack(file: string, names: ReadonlySet<string>, shape: ImageShape) {
  const images = new Map<string, Uint8Array>();
  for await (const { name, pixels, error } of readImages([file], shape)) {
    if (error) throw error;
    if (names.has(name)) images.set(name, pixels);
    if (images.size === names.size) break;
  }
  const missing = [...names].find((name) => !images.has(name));
  if (missing === undefined) return images;
  throw new AlixError('not-found', `no image "${missing}", which the index names`, { where: file, remedy: REMEDY });
}
