/** A contact sheet of a data set: a row of images for each class, else a grid from all over it; points as a cloud. */
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { writePng } from '@alix/infer/io/load';
import type { Pixels } from '@alix/infer/io/png';
import { tile, unstack } from '@alix/infer/io/sheet';
import type { Dataset } from '@alix/train/datasets/index';
import { lineHeight, lineWidth, shortened, writeLine } from '../pictures/lettering.js';
import { type DataInfo, shapeText } from './info.js';

/** Images of a row, and most rows. */
const [COLUMNS, ROWS] = [10, 12];
const MARGIN = 12;
const GAP = 2;
/** A small image is brought to about this side, a large one to at most the other. */
const [VISIBLE, LONGEST] = [56, 128];
/** Of images that are read at once. */
const MOST_BYTES = 16e6;
const LETTERS = 2;
/** Letters of a class's name. */
const LONG = 22;
const CLOUD = 512;
const MOST_POINTS = 20_000;

interface Row {
  readonly caption: string;
  readonly indices: readonly number[];
}

export async function writeContactSheet(
  path: string,
  dataset: Dataset,
  info: DataInfo,
  signal: AbortSignal,
): Promise<void> {
  const head = `${info.name}, ${info.split}: ${info.count} ${info.kind === 'images' ? `images ${info.shape ? shapeText(info.shape) : 'of many sizes'}` : 'points'}`;
  const sheet = dataset.kind === 'points' ? await cloud(dataset) : await imageSheet(dataset, info, signal);
  await writePng(path, withHead(sheet, head));
}

async function imageSheet(dataset: Dataset, info: DataInfo, signal: AbortSignal): Promise<Pixels> {
  const [height = 0, width = 0, channels] = dataset.shape;
  if (!dataset.pixels || (channels !== 1 && channels !== 3))
    throw new AlixError('bad-data', 'there is no contact sheet of such rows', { found: shapeText(dataset.shape) });
  const rows = rowsOf(dataset, info);
  const thumb = thumbnails({ height, width, channels });
  const side = Math.max(0, ...rows.map(({ caption }) => lineWidth(caption, LETTERS)));
  const left = MARGIN + (side > 0 ? side + MARGIN : 0);
  const step = Math.max(thumb.height, side > 0 ? lineHeight(LETTERS) : 0) + GAP * 2;
  const sheet = blank(rows.length * step + 2 * MARGIN, left + COLUMNS * (thumb.width + GAP) + MARGIN, channels);
  // few of the large ones are in memory at a time
  const atOnce = Math.max(1, Math.floor(MOST_BYTES / (height * width * channels)));
  for (const [i, { caption, indices }] of rows.entries()) {
    const top = MARGIN + i * step;
    for (let start = 0; start < indices.length; start += atOnce) {
      throwIfAborted(signal);
      const some = Uint32Array.from(indices.slice(start, start + atOnce));
      unstack(await dataset.pixels(some), some.length).forEach((image, k) => {
        place(sheet, thumb.of(image), top, left + (start + k) * (thumb.width + GAP));
      });
    }
    writeLine(sheet, caption, MARGIN, top + Math.floor((thumb.height - lineHeight(LETTERS)) / 2), LETTERS);
  }
  return sheet;
}

/** Small images larger, pixel by pixel; large ones smaller, each pixel the mean of a square. */
function thumbnails({ height, width, channels }: { height: number; width: number; channels: 1 | 3 }) {
  const longest = Math.max(height, width);
  if (longest <= LONGEST) {
    const scale = Math.max(1, Math.round(VISIBLE / longest));
    return {
      height: height * scale,
      width: width * scale,
      of: (image: Uint8Array): Pixels => tile([image], { height, width, channels }, { gap: 0, scale }),
    };
  }
  const by = Math.ceil(longest / LONGEST);
  const small = { height: Math.max(1, Math.floor(height / by)), width: Math.max(1, Math.floor(width / by)), channels };
  return {
    ...small,
    of: (image: Uint8Array): Pixels => ({ ...small, pixels: means(image, width, height, by, small) }),
  };
}

function means(
  image: Uint8Array,
  width: number,
  height: number,
  by: number,
  small: { readonly height: number; readonly width: number; readonly channels: number },
): Uint8Array<ArrayBuffer> {
  const { channels } = small;
  return Uint8Array.from({ length: small.height * small.width * channels }, (_, at) => {
    const c = at % channels;
    const column = Math.floor(at / channels) % small.width;
    const row = Math.floor(at / channels / small.width);
    let [sum, n] = [0, 0];
    for (let y = row * by; y < Math.min(height, (row + 1) * by); y++)
      for (let x = column * by; x < Math.min(width, (column + 1) * by); x++, n++)
        sum += image[(y * width + x) * channels + c] ?? 0;
    return Math.round(sum / n);
  });
}

/** The first images of each class, of classes from all over; without classes images from all over. */
function rowsOf({ labels, count }: Dataset, { classes, classNames }: DataInfo): Row[] {
  const spread = (n: number, most: number) =>
    Array.from({ length: Math.min(n, most) }, (_, i) => Math.floor((i * n) / Math.min(n, most)));
  if (!labels || !classes) {
    const all = spread(count, COLUMNS * 8);
    return Array.from({ length: Math.ceil(all.length / COLUMNS) }, (_, i) => ({
      caption: '',
      indices: all.slice(i * COLUMNS, (i + 1) * COLUMNS),
    }));
  }
  const filled = classes.map((n, label) => ({ n, label })).filter(({ n }) => n > 0);
  const shown = spread(filled.length, ROWS).map((i) => filled[i] as (typeof filled)[number]);
  const found = new Map(shown.map(({ label }) => [label, [] as number[]]));
  labels.forEach((label, i) => {
    const list = found.get(label);
    if (list && list.length < COLUMNS) list.push(i);
  });
  return shown.map(({ n, label }) => ({
    caption: `${shortened(classNames?.[label] ?? `${label}`, LONG)} (${n})`,
    indices: found.get(label) ?? [],
  }));
}

/** The first two coordinates, on axes of one scale. */
async function cloud(dataset: Dataset): Promise<Pixels> {
  const d = dataset.shape[0] ?? 1;
  const n = Math.min(MOST_POINTS, dataset.count);
  const points = await dataset.batch(Uint32Array.from({ length: n }, (_, i) => i));
  const sheet = blank(CLOUD + 2 * MARGIN, CLOUD + 2 * MARGIN, 1);
  const value = (i: number, axis: number) => (axis < d ? (points[i * d + axis] ?? 0) : 0);
  let reach = 1e-6;
  for (let i = 0; i < n; i++) reach = Math.max(reach, Math.abs(value(i, 0)), Math.abs(value(i, 1)));
  const at = (v: number) => MARGIN + Math.floor(((v / (1.05 * reach) + 1) / 2) * CLOUD);
  for (let i = 0; i < n; i++) sheet.pixels[(sheet.height - 1 - at(value(i, 1))) * sheet.width + at(value(i, 0))] = 0;
  return sheet;
}

function withHead(sheet: Pixels, text: string): Pixels {
  const band = lineHeight(LETTERS) + MARGIN;
  const out = blank(sheet.height + band, Math.max(sheet.width, lineWidth(text, LETTERS) + 2 * MARGIN), sheet.channels);
  place(out, sheet, band, 0);
  writeLine(out, text, MARGIN, MARGIN, LETTERS);
  return out;
}

function blank(height: number, width: number, channels: Pixels['channels']): Pixels {
  return { height, width, channels, pixels: new Uint8Array(height * width * channels).fill(255) };
}

function place(sheet: Pixels, { height, width, channels, pixels }: Pixels, top: number, left: number): void {
  const row = width * channels;
  for (let y = 0; y < height; y++)
    sheet.pixels.set(pixels.subarray(y * row, (y + 1) * row), ((top + y) * sheet.width + left) * channels);
}
