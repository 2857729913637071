/** CelebA, Liu et al. 2015: 202,599 faces, aligned and cropped to 178x218, with 40 attributes. It does not ship with alix. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { readRegular } from '@alix/infer/io/files';
import { decodeImage } from '@alix/infer/io/image-file';
import { MAX_FILE } from '@alix/infer/io/pixels';
import { readAttributes, readPartition } from './celeba-lists.js';
import { resolveOptions, rowsDataset } from './dataset.js';
import { checkFitOptions, fitFor } from './fit.js';
import { keptOf, surveyFiles } from './image-survey.js';
import { namedFolder } from './named-folder.js';
import { type PartedSource, withParts } from './parted.js';
import { packNames } from './rows/names.js';

/** Of every aligned image. */
const ALIGNED = { height: 218, width: 178 };
/** The square in the middle that is scaled to `size`, by its side. */
const crops: Readonly<Record<string, number>> = {
  // of DCGAN and many after it
  'centre-108': 108,
  // of many VAEs
  'centre-148': 148,
  // AIM's and DALI's authors'
  'centre-160': 160,
  // the whole width; GALI's authors scale first and crop then, which is the same up to the rounding of 78.4 lines to 78
  'centre-178': 178,
};
/** By their numbers in the list. */
const parts = ['train', 'val', 'test'];
const defaults = { crop: 'centre-178', size: 64 };
const PARTITION = 'list_eval_partition.txt';
const ATTRIBUTES = 'list_attr_celeba.txt';
const IMAGES = 'img_align_celeba';

/** Whether a folder with these names is CelebA's. */
export const namesCeleba = (names: readonly string[]): boolean =>
  names.includes(IMAGES) || names.includes(PARTITION) || (names.includes('Img') && names.includes('Eval'));

/**
 * The images stay on disk: a row is read, cropped and scaled when it is asked for. The attributes are those of the list; without it
 * there are none. Rows stand in the order of the list of partitions.
 *
 * The fingerprint is the sha256 of the part, the crop and size, and of the names, byte sizes and attributes of its images.
 *
 * @throws AlixError 'no-data', 'bad-data', 'bad-option', 'wrong-size' and those of `decodeImage`
 */
const parted: PartedSource = {
  name: 'celeba',
  summary: 'CelebA from $ALIX_DATA/celeba, the folder with img_align_celeba and its lists; or name the folder itself',
  defaults,
  parts,
  usual: { train: 'train', test: 'test' },
  async open({ part, path, options, skipping }) {
    const { crop, size } = resolveOptions('celeba', defaults, options);
    if (!Object.hasOwn(crops, crop))
      throw new AlixError('bad-option', 'an unknown crop', {
        where: 'data set "celeba", option "crop"',
        expected: Object.keys(crops).join(', '),
        found: JSON.stringify(crop),
      });
    const settings = { size, channels: 3, centreCrop: crops[crop] as number };
    checkFitOptions('celeba', settings);
    const folder = namedFolder(path, 'celeba', 'CelebA', `${IMAGES} and ${PARTITION}`);
    const root = resolve(find(folder, IMAGES, 'Img'));
    const { names: all, parts: numbers } = await readPartition(find(folder, PARTITION, 'Eval'));
    const list = find(folder, ATTRIBUTES, 'Anno', false);
    const attributes = list === undefined ? undefined : await readAttributes(list, all);

    const listed = all.map((_, i) => i).filter((i) => numbers[i] === parts.indexOf(part));
    if (listed.length === 0)
      throw new AlixError('no-data', `no image is in the part "${part}"`, {
        where: join(folder, PARTITION),
        remedy: 'take another part, with data.options.train or data.options.test',
      });
    const first = join(root, all[listed[0] as number] as string);
    // where images may be left out the first is no better than any
    const like = skipping
      ? { ...ALIGNED, channels: 3 as const }
      : await decodeImage(await readRegular(first, MAX_FILE), first);
    const fit = { ...fitFor(settings, like), original: ALIGNED };
    const survey = await surveyFiles(
      root,
      listed.map((i) => all[i] as string),
      undefined,
      skipping,
    );
    const { sizes, origin } = survey;
    const rows = keptOf(listed, survey);
    const names = rows.map((i) => all[i] as string);
    const chosen = attributes && {
      names: attributes.names,
      count: attributes.names.length,
      values: rowsOf(attributes.values, rows, attributes.names.length),
    };
    const hash = createHash('sha256').update(`celeba ${JSON.stringify({ part, fit, attributes: chosen?.names })}\n`);
    for (let i = 0; i < names.length; i++) hash.update(`${names[i]}\0${sizes[i]}\n`);
    if (chosen) hash.update(chosen.values);
    return rowsDataset('images', {
      name: 'celeba',
      count: names.length,
      labels: undefined,
      classes: undefined,
      ...(chosen && { attributes: chosen }),
      source: { kind: 'files', shape: [fit.height, fit.width, 3], root, names: packNames(names), sizes, fit },
      origin,
      fingerprint: hash.digest('hex'),
    });
  },
};

export const celeba = withParts(parted);

/** In the folder itself or, as the authors' archive has it, in a sub-folder. @throws AlixError 'no-data' */
function find(folder: string, name: string, below: string): string;
function find(folder: string, name: string, below: string, needed: false): string | undefined;
function find(folder: string, name: string, below: string, needed = true): string | undefined {
  const found = [join(folder, name), join(folder, below, name)].find((path) => existsSync(path));
  if (found !== undefined || !needed) return found;
  throw new AlixError('no-data', 'not the whole of CelebA', {
    where: folder,
    expected: `${IMAGES}, ${PARTITION} and, for attributes, ${ATTRIBUTES}`,
    found: `no ${name}`,
    remedy: 'get what is missing, from one copy of CelebA',
  });
}

function rowsOf(values: Uint8Array, rows: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(new SharedArrayBuffer(rows.length * width));
  for (const [i, row] of rows.entries()) out.set(values.subarray(row * width, (row + 1) * width), i * width);
  return out;
}
