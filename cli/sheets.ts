/** Contact sheets of more than single images: tuples side by side, and rows that begin with what they were made from. */
import type { Bundle } from '@alix/infer';
import { writePng } from '@alix/infer/io/load';
import type { Pixels } from '@alix/infer/io/png';
import { tile } from '@alix/infer/io/sheet';
import { scaleFor } from './pictures.js';

type ImageSize = NonNullable<Bundle['image']>;

/** A sheet of more tuples than this is too large to look at. */
export const MAX_TUPLES = 128;

const WHITE = 255;
/** Pixels between images of one row or block, before the scale. */
const GAP = 2;
/** Between what was given and what was made, and between blocks. */
const WIDE = 6;

/** One grid of tuples of as many images each, say an original beside its reconstruction. */
export async function writeTuples(
  path: string,
  tuples: readonly (readonly Uint8Array[])[],
  size: ImageSize,
): Promise<void> {
  const each = tuples[0]?.length ?? 0;
  const joined = tuples.map((tuple) => tile(tuple, size, { columns: each, gap: 1, background: WHITE }));
  const first = joined[0];
  if (!first) return;
  const columns = Math.max(1, Math.ceil(Math.sqrt(tuples.length / each)));
  const sheet = tile(
    joined.map((tuple) => tuple.pixels),
    { ...first, channels: size.channels },
    { columns, gap: 3, background: WHITE, scale: scaleFor(tuples.length * each, size) },
  );
  await writePng(path, sheet);
}

/** What was given, what was made from it, and where that leads. */
export interface SheetRow {
  readonly first: Uint8Array;
  readonly made: readonly Uint8Array[];
  readonly last?: Uint8Array;
}

/** How many images a sheet of rows holds: for `scaleFor`, before anything is computed. */
export function imagesOf(rows: number, made: number): number {
  return rows * (made + 2);
}

/**
 * One row for each: the given image, apart from it those that were made (in several lines where there are many), apart from them the last.
 * All rows have as many.
 */
export async function writeRows(path: string, rows: readonly SheetRow[], size: ImageSize): Promise<void> {
  const most = rows[0]?.made.length ?? 0;
  if (most === 0) return;
  const columns = most <= 12 ? most : Math.ceil(Math.sqrt(most));
  const lines = Math.ceil(most / columns);
  const block = lines * size.height + (lines - 1) * GAP;
  const between = lines > 1 ? WIDE : GAP;
  const hasLast = rows.some(({ last }) => last);
  const middle = columns * size.width + (columns - 1) * GAP;
  const sheet = blank(
    rows.length * (block + between) - between + 2 * WIDE,
    2 * WIDE + size.width + WIDE + middle + (hasLast ? WIDE + size.width : 0),
    size.channels,
  );
  rows.forEach(({ first, made, last }, i) => {
    const top = WIDE + i * (block + between);
    const left = WIDE + size.width + WIDE;
    place(sheet, first, size, top, WIDE);
    made.forEach((image, k) => {
      const [line, column] = [Math.floor(k / columns), k % columns];
      place(sheet, image, size, top + line * (size.height + GAP), left + column * (size.width + GAP));
    });
    if (last) place(sheet, last, size, top, left + middle + WIDE);
  });
  await writeScaled(path, sheet, scaleFor(imagesOf(rows.length, most), size));
}

/** Images edge to edge within a margin, row by row: for those that pass into each other. */
export async function writeSeamless(
  path: string,
  images: readonly Uint8Array[],
  columns: number,
  size: ImageSize,
): Promise<void> {
  const whole = tile(images, size, { columns, gap: 0 });
  const sheet = blank(whole.height + 2 * WIDE, whole.width + 2 * WIDE, size.channels);
  place(sheet, whole.pixels, whole, WIDE, WIDE);
  await writeScaled(path, sheet, scaleFor(images.length, size));
}

/** A blue that no grey image has. */
const HIDDEN = [80, 120, 220] as const;

/** An image [H,W,C] as RGB, its hidden pixels (not 0 in `mask`, [H,W]) in a colour of their own. */
export function coloured(image: Uint8Array, channels: number, mask?: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: (image.length / channels) * 3 }, (_, i) => {
    const [at, c] = [Math.floor(i / 3), i % 3];
    return mask?.[at] ? HIDDEN[c]! : image[at * channels + Math.min(c, channels - 1)]!;
  });
}

function blank(height: number, width: number, channels: 1 | 3): Pixels {
  return { height, width, channels, pixels: new Uint8Array(height * width * channels).fill(WHITE) };
}

function place(
  sheet: Pixels,
  image: Uint8Array,
  { height, width }: { readonly height: number; readonly width: number },
  top: number,
  left: number,
): void {
  const row = width * sheet.channels;
  for (let y = 0; y < height; y++)
    sheet.pixels.set(image.subarray(y * row, (y + 1) * row), ((top + y) * sheet.width + left) * sheet.channels);
}

async function writeScaled(path: string, sheet: Pixels, scale: number): Promise<void> {
  await writePng(path, tile([sheet.pixels], sheet, { gap: 0, scale }));
}
