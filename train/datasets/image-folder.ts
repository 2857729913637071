/** Image files in a folder, one class to a sub-folder. They stay on disk: a row is read when it is asked for. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing, readBytes } from '@alix/infer/io/files';
import { decodeImage } from '@alix/infer/io/image-file';
import { isImageName, walk } from '@alix/infer/io/image-list';
import type { Pixels } from '@alix/infer/io/png';
import { type ClassLabels, type DatasetSource, resolveOptions, rowsDataset } from './dataset.js';
import { alike, checkFitOptions, fitFor, fitOptions } from './fit.js';
import { checkCount, checkShare, hasSplitFolders, inOrder, isIn, placeOf } from './held-out.js';
import { keptOf, surveyFiles } from './image-survey.js';
import { sharedArray } from './rows/memory.js';
import { packNames } from './rows/names.js';
import { noneLeft } from './skipping.js';

/** What uint16 can number. */
const MAX_CLASSES = 65_536;
const defaults = { ...fitOptions, heldOut: 0.1, classes: true };

/**
 * A folder of images. A sub-folder is a class, numbered in the order of the names (by code unit), with all images below
 * it, to any depth; images that lie in the folder itself have no class. With `classes` false sub-folders say nothing. Hidden files, and links to folders, are passed over. Where there are both a "train" and a "test"
 * sub-folder, these are the splits, each with the same classes; else a share `heldOut` is the test split, chosen by name so
 * that added files move none. Rows stand in an order without pattern (held-out.ts). `size`, `channels` and `centreCrop`: fit.ts.
 *
 * The fingerprint is the sha256 of the split, the fit, and the names below the folder, byte sizes and classes of its images:
 * not of their content, which would have to be read whole.
 *
 * @throws AlixError 'no-data', 'bad-data', 'bad-option', 'wrong-size' and those of `decodeImage`
 */
export const imageFolder: DatasetSource = {
  name: 'image-folder',
  summary: 'a folder of PNG, JPEG or WebP images; its sub-folders are the classes',
  defaults,
  async open({ split, path, options, skipping }) {
    const settings = resolveOptions('image-folder', defaults, options);
    checkFitOptions('image-folder', settings);
    checkShare('image-folder', settings.heldOut);
    if (path === undefined)
      throw new AlixError('no-data', 'the data set "image-folder" needs a path', { remedy: 'name the folder itself' });
    const { all, mine: listed, classOf, classes } = await list(path, split, settings);
    checkCount(listed.length, split, path);

    const fit = fitFor(settings, await firstImage(path, all, skipping !== undefined));
    const survey = await surveyFiles(path, listed, alike(fit, settings), skipping);
    const { sizes, origin } = survey;
    const mine = keptOf(listed, survey);
    const labels = classes && labelsOf(mine, classOf, classes);
    const shape = [fit.height, fit.width, fit.channels];
    return rowsDataset('images', {
      name: basename(resolve(path)),
      count: mine.length,
      labels: labels && sharedArray(labels),
      classes: classes?.length,
      source: { kind: 'files', shape, root: path, names: packNames(mine), sizes, fit },
      origin,
      fingerprint: fingerprint({ split, fit, classes }, mine, sizes),
    });
  },
};

/** Decodes the first image, whichever split it is of. @param orNext takes the next where it cannot be read */
async function firstImage(folder: string, names: readonly string[], orNext: boolean): Promise<Pixels> {
  let why: string | undefined;
  for (const name of names) {
    const path = join(folder, name);
    try {
      return await decodeImage(await readBytes(path), path);
    } catch (error) {
      if (!orNext || !(error instanceof AlixError)) throw error;
      why ??= error.message;
    }
  }
  throw noneLeft(folder, names.length, why);
}

/** The images of the folder, those of the split, and their classes; undefined classes where there are none. */
async function list(
  path: string,
  split: 'train' | 'test',
  { heldOut: share, classes }: Pick<typeof defaults, 'heldOut' | 'classes'>,
) {
  if (!(await describing(path, () => stat(path))).isDirectory())
    throw new AlixError('no-data', 'not a folder', { where: path, remedy: 'name the folder of the images' });
  const hasSplits = await hasSplitFolders(path);
  const all = hasSplits
    ? [...(await imagesBelow(path, 'train/')), ...(await imagesBelow(path, 'test/'))]
    : await imagesBelow(path, '');
  if (all.length === 0)
    throw new AlixError('no-data', 'a folder without anything that can be read', {
      where: path,
      expected: "images in it or in its sub-folders, tar files, or MNIST's four IDX files",
      remedy: 'name another folder',
    });
  const depth = hasSplits ? 1 : 0;
  const classOf = (name: string): string | undefined => {
    const parts = name.split('/', depth + 2);
    return parts.length === depth + 2 ? parts[depth] : undefined;
  };
  const mine: string[] = [];
  const places: number[] = [];
  for (const name of all) {
    const place = placeOf(name);
    if (hasSplits ? !name.startsWith(`${split}/`) : !isIn(split, place, share)) continue;
    mine.push(name);
    places.push(place);
  }
  return { all, mine: inOrder(mine, places), classOf, classes: classes ? classesOf(path, all, classOf) : undefined };
}

/** Names of the images below a folder's `part` ('' or one that ends with '/'), with it, in the order of code units. */
async function imagesBelow(folder: string, part: string): Promise<string[]> {
  const names = (await walk(join(folder, part), Number.POSITIVE_INFINITY)).filter(isImageName);
  return names.sort().map((name) => part + name);
}

function classesOf(
  path: string,
  names: readonly string[],
  classOf: (name: string) => string | undefined,
): readonly string[] | undefined {
  const classes = new Set<string>();
  let loose: string | undefined;
  for (const name of names) {
    const own = classOf(name);
    if (own === undefined) loose = name;
    else classes.add(own);
  }
  if (classes.size === 0) return undefined;
  if (loose !== undefined)
    throw new AlixError('bad-data', 'an image without a class, where others have one', {
      where: join(path, loose),
      expected: 'all images in sub-folders, which are the classes, or none',
      remedy:
        'move it into the sub-folder of its class, or let sub-folders be no classes: --set data.options.classes=false in alix train, --set classes=false in alix data info',
    });
  if (classes.size > MAX_CLASSES)
    throw new AlixError('bad-data', 'too many sub-folders to be classes', {
      where: path,
      expected: `at most ${MAX_CLASSES}`,
      found: `${classes.size}`,
      remedy: 'let sub-folders be no classes: --set data.options.classes=false',
    });
  return [...classes].sort();
}

function labelsOf(
  names: readonly string[],
  classOf: (name: string) => string | undefined,
  classes: readonly string[],
): ClassLabels {
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const labels = classes.length > 256 ? new Uint16Array(names.length) : new Uint8Array(names.length);
  for (let i = 0; i < names.length; i++) labels[i] = numbers.get(classOf(names[i] as string) as string) as number;
  return labels;
}

function fingerprint(head: object, names: readonly string[], sizes: Uint32Array): string {
  const hash = createHash('sha256').update(`image-folder ${JSON.stringify(head)}\n`);
  for (let i = 0; i < names.length; i++) hash.update(`${names[i]}\0${sizes[i]}\n`);
  return hash.digest('hex');
}
