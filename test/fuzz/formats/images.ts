/** Image files, each read as `alix encode` and as training does; masks. */
import { join } from 'node:path';
import { crc32 } from '@alix/infer/io/crc32';
import { listImages } from '@alix/infer/io/image-list';
import { readImage, readImages } from '@alix/infer/io/images';
import { encodePng } from '@alix/infer/io/png';
import { openDataset } from '@alix/train/datasets/index';
import { openMasks } from 'alix/dist/masks.js';
import sharp, { type Sharp } from 'sharp';
import { type Format, sound } from '../format.js';
import { type Tree, treeOf } from '../tree.js';
import { checkRows } from './rows.js';

const [HEIGHT, WIDTH] = [9, 7];
const pixels = (channels: number) =>
  Uint8Array.from({ length: HEIGHT * WIDTH * channels }, (_, i) => (i * 37 + (i % 11) * 20) % 256);
const raw = (channels: 1 | 2 | 3 | 4) => sharp(pixels(channels), { raw: { height: HEIGHT, width: WIDTH, channels } });
const grey = () => raw(1).toColourspace('b-w');

/** A chunk put before the first image data. */
function withChunk(png: Uint8Array, type: string, data: Uint8Array): Uint8Array {
  const at = Buffer.from(png).indexOf('IDAT') - 4;
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([png.subarray(0, at), length, body, sum, png.subarray(at)]);
}

async function trees(name: string, images: readonly (Sharp | Uint8Array)[]): Promise<Tree[]> {
  const made: Uint8Array[] = [];
  for (const image of images) made.push(image instanceof Uint8Array ? image : await image.toBuffer());
  return made.map((bytes) => treeOf({ [name]: bytes }));
}

const plain = (channels: 1 | 3 | 4) => encodePng(pixels(channels), { height: HEIGHT, width: WIDTH, channels });
const animated = (format: 'gif' | 'webp') =>
  sharp(pixels(3).slice(0, 4 * WIDTH * 3 * 2), { raw: { height: 8, width: WIDTH, channels: 3, pageHeight: 4 } })[
    format
  ]();

const kinds: Readonly<Record<string, () => Promise<readonly Tree[]>>> = {
  png: () =>
    trees('a.png', [
      plain(1),
      plain(3),
      plain(4),
      raw(3).png({ progressive: true }),
      raw(3).png({ palette: true, colours: 8 }),
      grey().png({ palette: true, colours: 2 }),
      raw(3).toColourspace('rgb16').png(),
      withChunk(plain(3), 'tRNS', Uint8Array.of(0, 1, 0, 2, 0, 3)),
      withChunk(plain(3), 'acTL', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)),
    ]),
  jpeg: () =>
    trees('a.jpg', [
      grey().jpeg(),
      raw(3).jpeg({ progressive: true }),
      raw(3).jpeg({ chromaSubsampling: '4:4:4' }),
      raw(3).toColourspace('cmyk').jpeg(),
      raw(3).withMetadata({ orientation: 6 }).jpeg(),
    ]),
  webp: () =>
    trees('a.webp', [
      raw(3).webp(),
      raw(4).webp({ lossless: true }),
      raw(3).withMetadata({ orientation: 8 }).webp(),
      animated('webp'),
    ]),
  gif: () => trees('a.gif', [raw(3).gif(), raw(4).gif(), animated('gif')]),
  tiff: () =>
    trees('a.tif', [
      raw(3).tiff({ compression: 'none' }),
      grey().tiff({ compression: 'lzw' }),
      raw(4).tiff({ compression: 'deflate' }),
    ]),
  avif: () => trees('a.avif', [raw(3).avif({ effort: 0 })]),
};

const shape = { height: HEIGHT, width: WIDTH, channels: 3 } as const;

/** The ways in which verbs come to an image. */
const ways: readonly ((folder: string) => Promise<void>)[] = [
  async (folder) => {
    for await (const { name, pixels: read, error } of readImages([folder], { ...shape, resize: true })) {
      if (error) throw error;
      sound(name && read.length === HEIGHT * WIDTH * 3, `${name} has ${read.length} values`);
    }
  },
  async (folder) => {
    for (const { path } of await listImages([folder])) {
      const read = await readImage(path, shape);
      sound(read.length === HEIGHT * WIDTH * 3, `${path} has ${read.length} values`);
    }
  },
  async (folder) => checkRows(await openDataset(folder, { split: 'train', seed: 1, options: { heldOut: 0 } })),
  async (folder) =>
    checkRows(await openDataset(folder, { split: 'train', seed: 1, options: { heldOut: 0, size: 4, channels: 1 } })),
];

/** What is refused as it is, for its kind. */
const REFUSALS = /transparent|animated|several pages|CMYK|not of the model's size|16-bit|ushort/;

const imageFormats: readonly Format[] = Object.entries(kinds).map(([name, seeds]) => ({
  name,
  seeds,
  async read(folder, index) {
    try {
      await ways[index % ways.length]!(folder);
    } catch (error) {
      // some of the valid ones are of kinds that no model takes
      if (index < (await seeds()).length && REFUSALS.test((error as Error).message)) return;
      throw error;
    }
  },
}));

/** Black, with a white box. */
const hole = (channels: 1 | 3) =>
  encodePng(
    pixels(channels).map((_, i) => (i > 20 * channels && i < 40 * channels ? 255 : 0)),
    { height: HEIGHT, width: WIDTH, channels },
  );

const masks: Format = {
  name: 'masks',
  seeds: () => trees('masks/a.png', [hole(1), hole(3)]),
  async read(folder, index) {
    const at = join(folder, 'masks');
    const opened = await openMasks({ mask: index % 2 ? at : join(at, 'a.png') }, { ...shape, channels: 1 });
    const mask = await opened.of('a.png');
    sound(mask.length === HEIGHT * WIDTH && mask.every((value) => value <= 1) && mask.includes(0), 'no mask');
  },
};

export const images: readonly Format[] = [...imageFormats, masks];
