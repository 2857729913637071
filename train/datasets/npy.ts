/** Images in NumPy's array files: one file, or a folder with train.npy and test.npy. Labels in a file of their own. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { FileWindow } from '@alix/infer/io/file-window';
import { describing } from '@alix/infer/io/files';
import { readNpy } from '@alix/infer/io/load';
import { type NpyHead, readNpyHead } from '@alix/infer/io/npy';
import { arrayDataset } from './array-dataset.js';
import { type ClassLabels, type Dataset, type DatasetSource, resolveOptions, type Split } from './dataset.js';
import { checkCount, checkShare, inOrder, isIn, placeOf } from './held-out.js';
import type { ArrayRows } from './rows/array.js';
import { chosen } from './subset.js';

const defaults = {
  /** The .npy file of the labels, one whole number from 0 for each image; '': NAME-labels.npy beside NAME.npy, where it is there. */
  labels: '',
  /** The share of one file's images that is the test split. */
  heldOut: 0.1,
};
const MAX_CLASSES = 65_536;
/** Bytes read for a file's head: longer ones are those of records, which are no images. */
const HEAD = 16 * 1024;

/** Whether a folder with these names has its splits as .npy files. */
export const namesNpy = (names: readonly string[]): boolean =>
  names.includes('train.npy') && names.includes('test.npy');

/**
 * Images uint8 [N,H,W] or [N,H,W,C] with C 1 or 3. They stay on disk. In a folder "train.npy" and "test.npy" are the splits; of one file
 * a share `heldOut` is the test split, chosen by the sha256 of each row's number (held-out.ts), so that rows that are added move none; its
 * rows then stand in an order without pattern.
 *
 * @throws AlixError 'no-data', 'bad-npy', 'bad-data', 'bad-option'
 */
export const npy: DatasetSource = {
  name: 'npy',
  summary: 'a .npy file of images (uint8 [N,H,W] or [N,H,W,C]), or a folder with train.npy and test.npy',
  defaults,
  async open({ split, path, options }) {
    const settings = resolveOptions('npy', defaults, options);
    checkShare('npy', settings.heldOut);
    if (path === undefined)
      throw new AlixError('no-data', 'the data set "npy" needs a path', { remedy: 'name the file, or its folder' });
    const isFolder = (await describing(path, () => stat(path))).isDirectory();
    if (isFolder && settings.labels)
      throw new AlixError('bad-option', 'one file of labels for a folder of two splits', {
        where: 'data set "npy", option "labels"',
        remedy: 'name the files train-labels.npy and test-labels.npy, in the folder',
      });
    const file = isFolder ? await fileIn(path, split) : path;
    const whole = await openFile(file, basename(resolve(path)).replace(/\.npy$/, ''), settings.labels);
    return isFolder ? whole : share(whole, split, settings.heldOut, file);
  },
};

async function fileIn(folder: string, split: Split): Promise<string> {
  const name = `${split}.npy`;
  if ((await describing(folder, () => readdir(folder))).includes(name)) return join(folder, name);
  throw new AlixError('no-data', `no .npy file of the ${split} split`, { where: folder, expected: name });
}

async function openFile(path: string, name: string, labelsPath: string): Promise<Dataset> {
  const { source, count } = await openArray(path);
  const beside = path.replace(/\.npy$/, '-labels.npy');
  const given = labelsPath || (beside !== path && existsSync(beside) ? beside : '');
  const labels = given ? await readLabels(given, count) : undefined;
  let classes: number | undefined;
  for (const label of labels ?? []) classes = Math.max(classes ?? 1, label + 1);
  return arrayDataset({ name, count, labels, classes, source });
}

/** @throws AlixError 'bad-npy', 'bad-data' for an array that holds no images */
async function openArray(path: string): Promise<{ source: ArrayRows; count: number }> {
  const file = await FileWindow.open(path);
  try {
    const { size, modified } = file;
    const head = readNpyHead(await file.at(0, Math.min(size, HEAD)), path, size);
    const [count = 0, height = 0, width = 0, channels = 1] = head.shape;
    const isImages = [3, 4].includes(head.shape.length) && [1, 3].includes(channels) && count * height * width > 0;
    if (!isImages || head.dtype !== '|u1') throw noImages(path, head);
    const shape = [height, width, channels];
    return {
      count,
      source: { kind: 'array', shape, path: resolve(path), size, modified, offset: head.start, order: 'last' },
    };
  } finally {
    await file.close();
  }
}

function noImages(where: string, { dtype, shape }: NpyHead): AlixError {
  return new AlixError('bad-data', 'an array that holds no images of bytes', {
    where,
    expected: 'uint8 [N,H,W] or [N,H,W,C] with C 1 or 3',
    found: `${dtype} [${shape.join(',')}]`,
    remedy:
      dtype === '|u1'
        ? 'move the axes with NumPy: a.transpose(0, 2, 3, 1) where the channels come first'
        : 'save them as bytes with NumPy: (a * 255).round().astype("uint8") where they are in [0,1]',
  });
}

async function readLabels(path: string, count: number): Promise<ClassLabels> {
  const { shape, data, dtype } = await readNpy(path);
  const bad = (what: string, expected: string, found: string): AlixError =>
    new AlixError('bad-data', what, { where: path, expected, found, remedy: 'number the classes from 0' });
  const isList = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (data.length !== count || !isList)
    throw bad('the labels do not fit the images', `${count} labels`, `shape [${shape.join(',')}]`);
  if (dtype.includes('f')) throw bad('labels that are no whole numbers', 'uint8, int32 or int64', dtype);
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const wrong = numbers.findIndex((label) => label < 0 || label >= MAX_CLASSES);
  if (wrong >= 0) throw bad(`a label out of range, of image ${wrong}`, `0 to ${MAX_CLASSES - 1}`, `${numbers[wrong]}`);
  return numbers.some((label) => label > 255) ? Uint16Array.from(numbers) : Uint8Array.from(numbers);
}

/** The rows of one split. */
function share(whole: Dataset, split: Split, heldOut: number, where: string): Dataset {
  const rows: number[] = [];
  const places: number[] = [];
  for (let row = 0; row < whole.count; row++) {
    const place = placeOf(`${row}`);
    if (!isIn(split, place, heldOut)) continue;
    rows.push(row);
    places.push(place);
  }
  checkCount(rows.length, split, where);
  return chosen(whole, Uint32Array.from(inOrder(rows, places)), `${split} with ${heldOut} held out`);
}
