/** Contact sheets: grids, results with what they were made from, rows that lead from one image to another. */
import { writeFileAtomic } from '@alix/infer/io/files';
import { encodePng, type Pixels } from '@alix/infer/io/png';
import { bytesToStdout } from '../stdout-bytes.js';
import { drawFigure, type FigureRow, type ImageSize } from './figure.js';
import { scaleFor } from './files.js';

/** A sheet of more tuples than this is too large to look at. */
export const MAX_TUPLES = 128;
/** So many tuples have a row each; more stand in columns. */
const FEW = 4;
/** So many tuples have their notes below them. */
const NOTED = 24;
/** So many rows have captions. */
const CAPTIONED = 64;
/** As many images as this stand in one line. */
const LINE = 12;

/** Of a picture's pixels, all in all. */
const MAX_SHEET_PIXELS = 24e6;

/** A picture to a file, or for `-` to stdout. */
export async function writePicture(path: string, picture: Pixels): Promise<void> {
  const png = encodePng(picture.pixels, picture);
  await (path === '-' ? bytesToStdout(png) : writeFileAtomic(path, png));
}

/** What is written on a sheet of tuples. */
export interface TupleWords {
  readonly title: string;
  /** What the images of each tuple are, in their order. */
  readonly parts: readonly string[];
  /** Lines for each tuple, shown where they are few: a name, a number. */
  readonly notes?: readonly (readonly string[])[];
}

/** How many tuples of `each` images a sheet shows: `MAX_TUPLES` where they are not large. */
export function tuplesShown(each: number, { height, width }: ImageSize): number {
  return Math.max(1, Math.min(MAX_TUPLES, Math.floor(MAX_SHEET_PIXELS / (each * height * width))));
}

/** What belongs together stands together: a few in rows, one image of a tuple beside the other; many in columns, one below the other. */
export async function writeTuples(
  path: string,
  tuples: readonly (readonly Uint8Array[])[],
  size: ImageSize,
  words: TupleWords,
): Promise<void> {
  const { title, parts, notes } = words;
  const n = tuples.length;
  const scale = scaleFor(n * parts.length, size);
  const figure =
    n <= FEW
      ? {
          title,
          headings: parts.map((text, first) => ({ text, first })),
          rows: tuples.map((cells, i) => ({ caption: notes?.[i] ?? [], cells })),
        }
      : { title, rows: bands(tuples, words) };
  await writePicture(path, drawFigure(figure, size, scale));
}

function bands(tuples: readonly (readonly Uint8Array[])[], { parts, notes }: TupleWords): FigureRow[] {
  const n = tuples.length;
  const wanted = n <= 10 ? n : Math.round(Math.sqrt(1.2 * n * parts.length));
  const columns = Math.ceil(n / Math.ceil(n / wanted));
  return Array.from({ length: Math.ceil(n / columns) }, (_, band) => band * columns).flatMap((start) =>
    parts.map((part, k) => ({
      caption: [part],
      cells: tuples.slice(start, start + columns).map((tuple) => tuple[k]),
      apart: k === 0,
      ...(k === parts.length - 1 && n <= NOTED && notes && { under: notes.slice(start, start + columns) }),
    })),
  );
}

/** What was given, what was made from it, and where that leads. */
export interface SheetRow {
  readonly first: Uint8Array;
  readonly made: readonly Uint8Array[];
  readonly last?: Uint8Array;
  /** Lines at the left of the row. */
  readonly caption?: readonly string[];
  /** Lines below the first image, those that were made, and the last. */
  readonly notes?: readonly (readonly string[])[];
}

/** What is written on a sheet of rows. */
export interface RowWords {
  readonly title: string;
  /** Above the first image, and the last. */
  readonly ends: readonly [string, string?];
  /** Above those between: one for all, or one for each. */
  readonly made: string | readonly string[];
}

/** How many images a sheet of rows holds: for `scaleFor`, before anything is computed. */
export function imagesOf(rows: number, made: number): number {
  return rows * (made + 2);
}

/**
 * One row for each: the given image, apart from it those that were made (in several lines where there are many), apart from them the last.
 * All rows have as many.
 */
export async function writeRows(
  path: string,
  rows: readonly SheetRow[],
  size: ImageSize,
  { title, ends, made: above }: RowWords,
): Promise<void> {
  const most = rows[0]?.made.length ?? 0;
  if (most === 0) return;
  const columns = most <= LINE ? most : rows.length > 1 ? LINE : Math.ceil(Math.sqrt(most));
  const captioned = rows.length <= CAPTIONED;
  const lines = rows.flatMap(({ first, made, last, caption = [], notes = [] }): FigureRow[] =>
    Array.from({ length: Math.ceil(most / columns) }, (_, line) => ({
      caption: line === 0 && captioned ? caption : [],
      cells: [
        line === 0 ? first : undefined,
        ...Array.from({ length: columns }, (_, k) => made[line * columns + k]),
        ...(last ? [line === 0 ? last : undefined] : []),
      ],
      ...(captioned && most <= columns && { under: notes }),
      apart: line === 0 && most > columns,
    })),
  );
  const each = typeof above === 'string' ? [] : most > columns ? [`${above[0]} to ${above.at(-1)}`] : above;
  const headings = [
    { text: ends[0], first: 0 },
    ...(typeof above === 'string' ? [{ text: above, first: 1, last: columns }] : []),
    ...each.map((text, k) => ({ text, first: k + 1 })),
    ...(ends[1] === undefined ? [] : [{ text: ends[1], first: columns + 1 }]),
  ];
  const figure = { title, headings, rows: lines, apart: [1, ...(rows.some(({ last }) => last) ? [columns + 1] : [])] };
  await writePicture(path, drawFigure(figure, size, scaleFor(imagesOf(rows.length, most), size)));
}

/** What is written on a grid: its title, and lines below each image where they are few. */
export interface GridWords {
  readonly title: string;
  readonly notes?: readonly (readonly string[])[];
}

/** Images row by row. @param columns as many as make a square, unless given; those of a `seamless` grid pass into each other */
export async function writeGrid(
  path: string,
  images: readonly Uint8Array[],
  size: ImageSize,
  { title, notes }: GridWords,
  { columns = Math.ceil(Math.sqrt(images.length)), seamless = false } = {},
): Promise<void> {
  const rows = Array.from({ length: Math.ceil(images.length / columns) }, (_, row): FigureRow => {
    const [from, to] = [row * columns, (row + 1) * columns];
    return {
      cells: images.slice(from, to),
      ...(notes && images.length <= NOTED && { under: notes.slice(from, to) }),
    };
  });
  await writePicture(path, drawFigure({ title, rows, seamless }, size, scaleFor(images.length, size)));
}

/** Names without the folders that all of them are in, as captions. */
export function shortNames(names: readonly string[]): string[] {
  const folders = names.map((name) => name.split('/').slice(0, -1));
  const [first = []] = folders;
  let common = 0;
  while (common < first.length && folders.every((path) => path[common] === first[common])) common++;
  return withoutEnding(names.map((name) => name.split('/').slice(common).join('/')));
}

/** A name longer than this is worth shortening, and an ending that is longer than an extension worth leaving out. */
const [LONG, ENDING] = [14, 6];

/** Long names without the ending, from a word's beginning on, that another name has too: a caption shows the ends of names, which are to differ. */
function withoutEnding(names: readonly string[]): string[] {
  return names.map((name) => {
    if (name.length <= LONG) return name;
    let shared = 0;
    for (const other of names) {
      if (other === name) continue;
      let same = 0;
      while (same < Math.min(name.length, other.length) && name.at(-1 - same) === other.at(-1 - same)) same++;
      shared = Math.max(shared, same);
    }
    const from = name.slice(name.length - shared).search(/[^\p{L}\p{M}\p{N}/]/u);
    const ending = from < 0 ? 0 : shared - from;
    return ending > ENDING && ending < name.length ? `${name.slice(0, name.length - ending)}…` : name;
  });
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
