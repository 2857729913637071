/** Where pictures go: one grid, or a folder with one PNG per image. `-` is a grid on stdout. */
import { stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, normalize, sep } from 'node:path';
import type { Bundle } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import {
  describeSystemError,
  ensureWritableFolder,
  removeEmptyFolders,
  sha256,
  writeFileAtomic,
} from '@alix/infer/io/files';
import { encodePng } from '@alix/infer/io/png';
import { unstack } from '@alix/infer/io/sheet';

type ImageSize = NonNullable<Bundle['image']>;

/** 'grid' for a path that ends in .png and for `-`, 'folder' for one without the extension of another picture format. */
export function pictureOutput(path: string): 'grid' | 'folder' {
  const extension = extname(path).toLowerCase();
  if (extension === '.png' || path === '-') return 'grid';
  if (['.jpg', '.jpeg', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.npy'].includes(extension))
    throw new AlixError('usage', `-o takes a folder or a file that ends in .png, not ${extension}`, { where: path });
  return 'folder';
}

/** The file of an image, relative to the output folder: its name, with .png added where it is of another format. */
export function pictureFile(name: string): string {
  const file = normalize(/\.png$/i.test(name) ? name : `${name}.png`);
  if (isAbsolute(file) || file.split(sep)[0] === '..')
    throw new AlixError('bad-path', 'the name of this image leads out of the output folder', { where: name });
  return file;
}

/** How many files are written at a time: each waits for the disk twice. */
const AT_ONCE = 8;

/** Writes a batch [N,H,W,C] into the output folder, one PNG per image, each atomically; sub-folders are made. Gives the files' sha256. */
export async function writePictures(
  folder: string,
  files: readonly string[],
  pixels: Uint8Array,
  size: ImageSize,
): Promise<string[]> {
  const images = unstack(pixels, files.length);
  const sums: string[] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const chunk = files.slice(start, start + AT_ONCE);
    const written = chunk.map(async (file, i) => {
      const png = encodePng(images[start + i]!, size);
      await writeFileAtomic(join(folder, file), png);
      return sha256(png);
    });
    sums.push(...(await Promise.all(written)));
  }
  return sums;
}

/** Checks, before anything is computed, that the output can be written; if `work` fails, leaves no empty folder. */
export function intoOutput<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (path === '-') return work();
  return pictureOutput(path) === 'grid' ? intoFile(path, work) : intoFolder(path, work);
}

/** The same for an output that is a file of any kind. */
export async function intoFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  await refuseFolder(path);
  return intoFolder(dirname(path), work);
}

async function intoFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const made = await ensureWritableFolder(folder);
  try {
    return await work();
  } catch (error) {
    await removeEmptyFolders(folder, made);
    throw error;
  }
}

/** A folder under the name of an output file or of its description would be found out only at the end. */
export async function refuseFolder(path: string): Promise<void> {
  for (const file of [path, `${path}.json`]) {
    const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENAMETOOLONG') throw describeSystemError(error, file);
      return undefined;
    });
    if (found?.isDirectory())
      throw new AlixError('is-a-folder', 'a folder where the output file should go', {
        where: file,
        remedy: 'choose another name',
      });
  }
}

/** What is known of the pictures, as JSON beside them: <folder>/<verb>.json, or <grid>.json. Written last; nothing is beside stdout. */
export async function writeDescription(output: string, verb: string, description: object): Promise<void> {
  if (output === '-') return;
  const path = pictureOutput(output) === 'folder' ? join(output, `${verb}.json`) : `${output}.json`;
  await writeFileAtomic(path, `${JSON.stringify(description, null, 2)}\n`);
}

/** Wide enough that a person can see a small image. */
const VISIBLE = 112;
const MAX_GRID_PIXELS = 64e6;

/** How many times each pixel is repeated; less for a grid of very many images. */
export function scaleFor(count: number, { height, width }: ImageSize): number {
  const area = count * height * width;
  if (area > MAX_GRID_PIXELS)
    throw new AlixError('bad-option', `a grid of ${count} images is too large to look at`, {
      remedy: 'give a folder as -o, or fewer images',
    });
  const wanted = Math.max(1, Math.round(VISIBLE / Math.max(height, width)));
  return Math.max(1, Math.min(wanted, Math.floor(Math.sqrt(MAX_GRID_PIXELS / 4 / area))));
}
