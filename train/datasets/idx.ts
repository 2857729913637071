/** Images in IDX files, as MNIST and its kin come: a folder with the four files, or one file of images. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { IdxArray } from '@alix/infer/io/idx';
import { readIdx } from '@alix/infer/io/load';
import { type DatasetSource, imageDataset, resolveOptions, type Split } from './dataset.js';

const prefixes: Readonly<Record<Split, string>> = { train: 'train', test: 't10k' };
const defaults = {};

/** In a folder, `split` picks the pair of files; a file of images is the whole data set, without labels. */
export const idx: DatasetSource = {
  name: 'idx',
  summary: 'a folder of the four IDX files (as MNIST comes, gzipped or not), or one IDX file of images',
  defaults,
  async open({ split, path, options }) {
    resolveOptions('idx', defaults, options);
    if (path === undefined)
      throw new AlixError('no-data', 'the data set "idx" needs a path', {
        remedy: 'name the folder or the file itself',
      });
    const isFolder = (await describing(path, () => stat(path))).isDirectory();
    const [imagesPath, labelsPath] = isFolder ? await findPair(path, split) : [path, undefined];
    const images = await readIdx(imagesPath);
    const labels = labelsPath === undefined ? undefined : await readIdx(labelsPath);
    const name = basename(path).replace(/(\.gz|\.idx\d+-ubyte|-idx\d+-ubyte|\.idx)+$/, '');
    return imageDataset({
      name,
      shape: imageShape(images, imagesPath),
      pixels: images.data,
      ...checkLabels(labels, labelsPath ?? path, images.shape[0] as number),
    });
  },
};

/** The image and the label file of a split, by MNIST's names: '-idx3-ubyte' or '.idx3-ubyte', with or without '.gz'. */
async function findPair(folder: string, split: Split): Promise<[images: string, labels: string]> {
  const present = new Set(await describing(folder, () => readdir(folder)));
  const find = (kind: string): string => {
    const stem = `${prefixes[split]}-${kind}-ubyte`;
    const names = [stem, stem.replace(/-(idx\d)/, '.$1')].flatMap((name) => [name, `${name}.gz`]);
    const name = names.find((candidate) => present.has(candidate));
    if (name !== undefined) return join(folder, name);
    throw new AlixError('no-data', `no IDX file of the ${split} split`, {
      where: folder,
      expected: `${stem}(.gz)`,
      found: present.size === 0 ? 'an empty folder' : 'no such name',
      remedy: "name a folder with MNIST's four files, or the file of images itself where there are no labels",
    });
  };
  return [find('images-idx3'), find('labels-idx1')];
}

function imageShape({ shape }: IdxArray, where: string): readonly [number, number, number] {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const isImages = (shape.length === 3 || shape.length === 4) && (channels === 1 || channels === 3);
  if (isImages && count * height * width > 0) return [height, width, channels];
  throw new AlixError('bad-idx', 'not a file of images', {
    where,
    expected: 'N x height x width values, with N at least 1',
    found: `shape ${shape.join('x')}`,
    remedy: 'name the file with the images',
  });
}

function checkLabels(labels: IdxArray | undefined, where: string, count: number) {
  if (labels === undefined) return { labels: undefined, classes: undefined };
  if (labels.shape.length !== 1 || labels.data.length !== count)
    throw new AlixError('bad-idx', 'the labels do not fit the images', {
      where,
      expected: `${count} labels`,
      found: `shape ${labels.shape.join('x')}`,
      remedy: 'take both files from one data set',
    });
  let largest = 0;
  for (const label of labels.data) if (label > largest) largest = label;
  return { labels: labels.data, classes: largest + 1 };
}
