/** Tiny ImageNet, Stanford CS231n: 200 classes of 500 training and 50 validation images, 64x64 RGB. It does not ship with alix. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import { isImageName } from '@alix/infer/io/image-list';
import { resolveOptions, rowsDataset } from './dataset.js';
import { checkFitOptions, type Fit, fitFor, fitOptions, requiredSize } from './fit.js';
import { inOrder, placeOf } from './held-out.js';
import { keptOf, surveyFiles } from './image-survey.js';
import { badLine, checkOnce, readLines } from './lines.js';
import { namedFolder } from './named-folder.js';
import { type PartedSource, withParts } from './parted.js';
import { sharedArray } from './rows/memory.js';
import { packNames } from './rows/names.js';

const SIDE = { height: 64, width: 64 };
const MAX_CLASSES = 65_536;
const defaults = { ...fitOptions, channels: 3 };

/** Whether a folder with these names is Tiny ImageNet's. */
export const namesTinyImagenet = (names: readonly string[]): boolean =>
  names.includes('wnids.txt') && names.includes('train') && names.includes('val');

interface Labelled {
  /** Below the folder. */
  readonly name: string;
  readonly label: number | undefined;
}

/** The images of each part: a row, a class. */
const parts: Readonly<Record<string, (folder: string, classes: ReadonlyMap<string, number>) => Promise<Labelled[]>>> = {
  train: async (folder, classes) => {
    const found: Labelled[] = [];
    for (const [id, label] of classes)
      for (const name of await imagesIn(join(folder, 'train', id, 'images')))
        found.push({ name: `train/${id}/images/${name}`, label });
    return found;
  },
  val: async (folder, classes) => {
    const list = join(folder, 'val', 'val_annotations.txt');
    const images = new Set(await imagesIn(join(folder, 'val', 'images')));
    const lines = (await readLines(list)).map((line, i) => {
      const [name = '', id = '', ...box] = line.split('\t');
      const label = classes.get(id);
      if (box.length !== 4 || label === undefined)
        throw badLine(list, i, 'not a line of val_annotations.txt', 'NAME, a class of wnids.txt, and a box', line);
      if (!images.delete(name)) throw badLine(list, i, 'a label without its image', `val/images/${name}`, 'none');
      return { name: `val/images/${name}`, label };
    });
    checkOnce(
      lines.map(({ name }) => name),
      list,
      0,
    );
    for (const name of images)
      throw new AlixError('bad-data', 'an image without a class, where others have one', {
        where: join(folder, 'val', 'images', name),
        remedy: 'get val_annotations.txt again, or take the image out',
      });
    return lines;
  },
  // its classes were never published
  test: async (folder) =>
    (await imagesIn(join(folder, 'test', 'images'))).map((name) => ({ name: `test/images/${name}`, label: undefined })),
};

/**
 * Measures on "val", whose classes are known. Class k is line k of wnids.txt, from 0. The images stay on disk; grey ones become RGB. Rows
 * stand in an order without pattern (held-out.ts).
 *
 * The fingerprint is the sha256 of the part, the fit, and the names, byte sizes and classes of its images.
 *
 * @throws AlixError 'no-data', 'bad-data', 'bad-option', 'wrong-size' and those of `decodeImage`
 */
const parted: PartedSource = {
  name: 'tiny-imagenet',
  summary: 'Tiny ImageNet from $ALIX_DATA/tiny-imagenet-200, the folder with wnids.txt; or name the folder itself',
  defaults,
  parts: Object.keys(parts),
  usual: { train: 'train', test: 'val' },
  async open({ part, path, options, skipping }) {
    const settings = resolveOptions('tiny-imagenet', defaults, options);
    checkFitOptions('tiny-imagenet', settings);
    const folder = resolve(namedFolder(path, 'tiny-imagenet-200', 'Tiny ImageNet', 'wnids.txt, train and val'));
    const classes = await readClasses(join(folder, 'wnids.txt'));
    const found = (await parts[part]?.(folder, classes)) ?? [];
    if (found.length === 0)
      throw new AlixError('no-data', `no image is in the part "${part}"`, { where: folder, remedy: 'get it again' });
    const listed = inOrder(
      found,
      found.map(({ name }) => placeOf(name)),
    );
    const fit: Fit = { ...fitFor(settings, { ...SIDE, channels: 3 }), original: SIDE };
    const survey = await surveyFiles(
      folder,
      listed.map(({ name }) => name),
      undefined,
      skipping,
    );
    const { sizes, origin } = survey;
    const rows = keptOf(listed, survey);
    const names = rows.map(({ name }) => name);
    const Labels = classes.size > 256 ? Uint16Array : Uint8Array;
    const labels = rows[0]?.label === undefined ? undefined : Labels.from(rows.map(({ label }) => label as number));
    const hash = createHash('sha256').update(`tiny-imagenet ${JSON.stringify({ part, fit, classes: [...classes] })}\n`);
    for (let i = 0; i < names.length; i++) hash.update(`${names[i]}\0${sizes[i]} ${rows[i]?.label}\n`);
    return rowsDataset('images', {
      name: 'tiny-imagenet',
      count: names.length,
      labels: labels && sharedArray(labels),
      classes: labels && classes.size,
      source: {
        kind: 'files',
        shape: [fit.height, fit.width, fit.channels],
        root: folder,
        names: packNames(names),
        sizes,
        fit,
      },
      origin: requiredSize(fit) ? { ...origin, resized: 0 } : origin,
      fingerprint: hash.digest('hex'),
    });
  },
};

export const tinyImagenet = withParts(parted);

/** A class's number by its WordNet id. */
async function readClasses(path: string): Promise<ReadonlyMap<string, number>> {
  const lines = await readLines(path);
  const wrong = lines.findIndex((line) => !/^n\d{8}$/.test(line));
  if (wrong >= 0) throw badLine(path, wrong, 'not a class', 'an id of WordNet, n and eight digits', lines[wrong] ?? '');
  checkOnce(lines, path, 0);
  if (lines.length > MAX_CLASSES) throw badLine(path, MAX_CLASSES, 'too many classes', `${MAX_CLASSES}`, 'more');
  return new Map(lines.map((line, i) => [line, i]));
}

async function imagesIn(folder: string): Promise<string[]> {
  const names = await describing(folder, () => readdir(folder));
  return names.filter((name) => isImageName(name) && !name.startsWith('.')).sort();
}
