/** Images in tar archives ("shards"), as WebDataset packs them. They stay there: a row is read when it is asked for. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { FileWindow } from '@alix/infer/io/file-window';
import { decodeImage } from '@alix/infer/io/image-file';
import type { Pixels } from '@alix/infer/io/png';
import type { TarMember } from '@alix/infer/io/tar';
import { type DatasetSource, resolveOptions, rowsDataset, type Split } from './dataset.js';
import {
  type Alike,
  alike,
  checkFitOptions,
  checkSameColours,
  checkSameSize,
  type Fit,
  fitFor,
  fitOptions,
  requiredSize,
} from './fit.js';
import { checkCount, checkShare, inOrder, isIn, placeOf } from './held-out.js';
import { imageOrigin } from './image-format.js';
import { sharedArray } from './rows/memory.js';
import { packNames } from './rows/names.js';
import type { Shard } from './rows/tar.js';
import { listShards } from './shard-list.js';
import { noneLeft, type SplitSkipping } from './skipping.js';
import { memberName } from './sound-rows.js';
import { type ImageSample, indexShard } from './tar-index.js';

const defaults = { ...fitOptions, heldOut: 0.1 };
type Settings = typeof defaults;

/**
 * Tar archives: one, a folder of them, or a path with braces ("x-{000..012}.tar"). Which members are a sample:
 * tar-index.ts. The splits are those that folders or names of shards say (shard-list.ts); else a share `heldOut` is the test
 * split, chosen by the shard's file name, ':' and the sample's key (held-out.ts), so that added shards move none; rows stand in an order
 * without pattern. `size`,
 * `channels` and `centreCrop`: fit.ts. All samples have a class, or none.
 *
 * The fingerprint is the sha256 of the split, the fit, and the shards' file names and the names, offsets, byte sizes and classes
 * of the images: not of their content, which would have to be read whole.
 *
 * @throws AlixError 'no-data', 'bad-tar', 'bad-data', 'bad-option', 'wrong-size' and those of `decodeImage`
 */
export const tarShards: DatasetSource = {
  name: 'tar-shards',
  summary:
    'tar files of images (NAME.png, class in NAME.cls), as WebDataset packs them: a file, a folder, x-{000..012}.tar',
  defaults,
  async open({ split, path, options, skipping }) {
    const settings = resolveOptions('tar-shards', defaults, options);
    checkFitOptions('tar-shards', settings);
    checkShare('tar-shards', settings.heldOut);
    if (path === undefined)
      throw new AlixError('no-data', 'the data set "tar-shards" needs a path', {
        remedy: 'name a tar file, or a folder of them',
      });
    const { fit, classes, shards, rows, formats } = await index(path, split, settings, skipping);
    if (rows.length === 0 && formats.length > 0) throw noneLeft(path, formats.length, skipping?.skipped[0]?.message);
    checkCount(rows.length, split, path);
    const Labels = (classes ?? 0) > 256 ? Uint16Array : Uint8Array;
    return rowsDataset('images', {
      name: basename(resolve(path)).replace(/\.tar$/, ''),
      count: rows.length,
      labels: classes === undefined ? undefined : sharedArray(Labels.from(rows.map(({ label }) => label as number))),
      classes,
      source: {
        kind: 'tar',
        shape: [fit.height, fit.width, fit.channels],
        shards,
        shard: sharedArray(Uint32Array.from(rows, ({ shard }) => shard)),
        offset: sharedArray(Float64Array.from(rows, ({ image }) => image.offset)),
        length: sharedArray(Uint32Array.from(rows, ({ image }) => image.size)),
        names: packNames(rows.map(({ image }) => image.name)),
        fit,
      },
      origin: imageOrigin(formats, requiredSize(fit) === undefined),
      fingerprint: fingerprint({ split, fit, classes }, shards, rows),
    });
  },
};

interface Row {
  /** The shard's place in the list. */
  readonly shard: number;
  readonly image: TarMember;
  readonly label: number | undefined;
}

/** Goes through all shards, those of the other split too: both splits have the same classes, and the fit of the first image. */
async function index(path: string, split: Split, settings: Settings, skipping: SplitSkipping | undefined) {
  const rows: Row[] = [];
  const places: number[] = [];
  const shards: Shard[] = [];
  /** Of this split's images, those too that are left out. */
  const formats: string[] = [];
  let fit: Fit | undefined;
  let samplesInAll = 0;
  let why: string | undefined;
  /** -1 where there are no classes. */
  let largest: number | undefined;
  for (const { path: shardPath, split: whole } of await listShards(path)) {
    const asStored = settings.size === 0 && settings.centreCrop === 0;
    const { shard, samples } = await indexShard(shardPath, asStored, skipping !== undefined);
    if (samples.length === 0)
      throw new AlixError('no-data', 'a tar file without images', {
        where: shardPath,
        expected: 'members that end with .png, .jpg, .jpeg or .webp',
        remedy: 'leave it out',
      });
    shards.push({ ...shard, path: resolve(shardPath) });
    samplesInAll += samples.length;
    for (const sample of samples) {
      const { key, image, format, label } = sample;
      const where = `${shardPath}:${image.name}`;
      let { damage } = sample;
      if (!fit && damage === undefined)
        try {
          fit = fitFor(settings, await decodeMember(shardPath, image, where));
        } catch (error) {
          if (!skipping || !(error instanceof AlixError)) throw error;
          damage = error;
        }
      damage ??= fit && unlike(sample, alike(fit, settings), where, skipping !== undefined);
      largest = largestClass(largest, label, where);
      const place = placeOf(`${basename(shardPath)}:${key}`);
      if (damage instanceof AlixError) why ??= damage.message;
      if (whole ? whole !== split : !isIn(split, place, settings.heldOut)) continue;
      formats.push(format);
      if (damage !== undefined) {
        skipping?.add(memberName(shardPath, image.name), damage);
        continue;
      }
      rows.push({ shard: shards.length - 1, image, label });
      places.push(place);
    }
  }
  if (!fit) throw noneLeft(path, samplesInAll, why);
  const classes = largest === undefined || largest < 0 ? undefined : largest + 1;
  return { fit, classes, shards, formats, rows: inOrder(rows, places) };
}

/** Why an image is not as the first one, where all must be alike. */
function unlike({ size, colours }: ImageSample, wanted: Alike | undefined, where: string, keeps: boolean): unknown {
  if (!wanted || !size) return undefined;
  try {
    checkSameSize(size, wanted, where);
    checkSameColours(colours, wanted, where);
    return undefined;
  } catch (error) {
    if (!keeps) throw error;
    return error;
  }
}

async function decodeMember(path: string, { offset, size }: TarMember, where: string): Promise<Pixels> {
  const file = await FileWindow.open(path);
  try {
    return await decodeImage(await file.at(offset, size), where);
  } finally {
    await file.close();
  }
}

/** @throws AlixError 'bad-data' where some samples have a class and others none */
function largestClass(before: number | undefined, label: number | undefined, where: string): number {
  const now = label ?? -1;
  if (before !== undefined && before < 0 !== now < 0)
    throw new AlixError('bad-data', label === undefined ? 'an image without a class' : 'an image with a class', {
      where,
      expected: 'a .cls member in every sample, or in none',
      remedy: 'make the archive again',
    });
  return Math.max(before ?? -1, now);
}

function fingerprint(head: object, shards: readonly Shard[], rows: readonly Row[]): string {
  const hash = createHash('sha256').update(`tar-shards ${JSON.stringify(head)}\n`);
  const files = shards.map(({ path }) => basename(path));
  for (const { shard, image, label } of rows)
    hash.update(`${files[shard]}\0${image.name}\0${image.offset} ${image.size} ${label}\n`);
  return hash.digest('hex');
}
