/** SVHN, Netzer et al. 2011, the cropped digits: 32x32 RGB, ten classes, in MAT-files. It does not ship with alix. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import { listMat, type MatVariable } from '@alix/infer/io/mat';
import { matBytes, readMatNumbers } from '@alix/infer/io/mat-values';
import { arrayDataset } from './array-dataset.js';
import { resolveOptions } from './dataset.js';
import { namedFolder } from './named-folder.js';
import { type PartedSource, withParts } from './parted.js';
import { unpacked } from './unpacked.js';

const SHAPE = [32, 32, 3] as const;
const ROW = 32 * 32 * 3;
const CLASSES = 10;
const fileOf = (part: string): string => `${part}_32x32.mat`;

/** Whether a folder with these names is SVHN's. */
export const namesSvhn = (names: readonly string[]): boolean =>
  ['train', 'extra', 'test'].some((part) => names.includes(fileOf(part)));

/**
 * Trains on "extra" unless told otherwise, as the papers do (ALI, GALI). The published files are compressed: their pixels are unpacked
 * once, to a file in alix's cache (1.6 GB of extra's), and rows are read from there; of a file that is not compressed they are read where
 * they are. Class k is the digit k: the files' label 10 is 0.
 *
 * @throws AlixError 'no-data', 'bad-mat', 'bad-data', 'disk-full', ...
 */
const parted: PartedSource = {
  name: 'svhn',
  summary: 'SVHN from $ALIX_DATA/svhn, the folder of its cropped digits (extra_32x32.mat, ...); or name it, or a file',
  defaults: {},
  parts: ['train', 'extra', 'test'],
  usual: { train: 'extra', test: 'test' },
  // 63,257 images, and the validation set of the papers' L2-SVM
  named: { 'train-without-validation': 'train[:-10000]', validation: 'train[-10000:]' },
  async open({ part, path, options }) {
    resolveOptions('svhn', {}, options);
    const place = namedFolder(path, 'svhn', 'SVHN', 'train_32x32.mat, extra_32x32.mat and test_32x32.mat');
    const file = (await describing(place, () => stat(place))).isDirectory() ? await fileIn(place, part) : place;
    const variables = await listMat(file);
    const [images, digits] = [find(variables, 'X', file), find(variables, 'y', file)];
    const count = countOf(images, file);
    if (digits.shape.reduce((product, n) => product * n, 1) !== count)
      throw bad(file, 'the labels do not fit the images', `${count} labels`, digits.shape.join('x'));
    const labels = toClasses(await readMatNumbers(file, digits.values, count), file);
    const { zlib, offset } = images.values;
    const where = zlib
      ? { ...(await unpacked(file, 'X', count * ROW, () => matBytes(file, images.values))), offset: 0 }
      : { ...(await statOf(file)), offset };
    return arrayDataset({
      name: 'svhn',
      count,
      labels,
      classes: CLASSES,
      source: { kind: 'array', shape: SHAPE, ...where, order: 'first' },
    });
  },
};

export const svhn = withParts(parted);

async function statOf(path: string) {
  const { size, mtimeMs } = await describing(path, () => stat(path));
  return { path, size, modified: mtimeMs };
}

async function fileIn(folder: string, part: string): Promise<string> {
  const names = await describing(folder, () => readdir(folder));
  if (names.includes(fileOf(part))) return join(folder, fileOf(part));
  const others = parted.parts.filter((other) => names.includes(fileOf(other)));
  throw new AlixError('no-data', `the part "${part}" of SVHN is not there`, {
    where: folder,
    expected: fileOf(part),
    found: others.map(fileOf).join(', ') || 'none of its files',
    remedy: `get it, or take another part, for example with --set data.options.train=${others[0] ?? 'train'}`,
  });
}

type Numeric = MatVariable & { readonly values: NonNullable<MatVariable['values']> };

function find(variables: readonly MatVariable[], name: string, where: string): Numeric {
  const found = variables.find((variable) => variable.name === name);
  if (found?.values) return found as Numeric;
  const names = variables.map((variable) => `${variable.name} (${variable.type})`).join(', ') || 'no variables';
  throw bad(where, `no numbers called "${name}"`, 'X with the images and y with the labels', names);
}

function countOf({ type, shape, values }: Numeric, where: string): number {
  // MATLAB drops a last dimension of 1
  const [height, width, channels, count = 1] = shape;
  const fits = [height, width, channels].join() === SHAPE.join() && shape.length <= 4 && count > 0;
  if (fits && type === 'uint8' && values.stored === 'uint8') return count;
  throw bad(where, 'X is not what SVHN has', 'uint8 32x32x3xN', `${type} ${shape.join('x')}`);
}

function toClasses(digits: Float64Array, where: string): Uint8Array {
  const wrong = digits.findIndex((digit) => !Number.isInteger(digit) || digit < 1 || digit > CLASSES);
  if (wrong >= 0)
    throw bad(where, `a label that SVHN does not have, of image ${wrong}`, '1 to 10, 10 for 0', `${digits[wrong]}`);
  return Uint8Array.from(digits, (digit) => digit % CLASSES);
}

const bad = (where: string, what: string, expected: string, found: string): AlixError =>
  new AlixError('bad-data', what, { where, expected, found, remedy: "get SVHN's cropped digits again" });
