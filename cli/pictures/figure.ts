/** Pictures of many images as a person reads them: a title, captions, margins; the images themselves as they are, pixel for pixel. */
import type { Bundle } from '@alix/infer';
import type { Pixels } from '@alix/infer/io/png';
import { lettersIn, lineHeight, lineWidth, shortenedInFront, wrapped, writeLine } from './lettering.js';

export type ImageSize = NonNullable<Bundle['image']>;

/** A line of images. */
export interface FigureRow {
  /** Lines at its left. */
  readonly caption?: readonly string[];
  /** [H,W,C] each; undefined leaves its place empty. */
  readonly cells: readonly (Uint8Array | undefined)[];
  /** Lines below each image. */
  readonly under?: readonly (readonly string[])[];
  /** Apart from the row above. */
  readonly apart?: boolean;
}

export interface Figure {
  readonly title: string;
  /** Over the columns from `first` to `last`. */
  readonly headings?: readonly { readonly text: string; readonly first: number; readonly last?: number }[];
  readonly rows: readonly FigureRow[];
  /** Columns that stand apart from the one before. */
  readonly apart?: readonly number[];
  /** Edge to edge, for images that pass into each other. */
  readonly seamless?: boolean;
}

const WHITE = 255;
/** Of the line around an image: a white one ends somewhere too. */
const EDGE = 200;
/** Letters of a caption at the left, and of one below an image, which is given this much room where the image has less. */
const [CAPTION, UNDER] = [32, 14];
/** A title has room for this many letters, be the picture ever so small. */
const TITLE = 40;
/** Distances in pixels of the letters: around the sheet, between images, and between groups of them. */
const [MARGIN, GAP, APART] = [12, 4, 12];

/** Draws it. @param scale each pixel of an image becomes a block of scale x scale */
export function drawFigure(figure: Figure, size: ImageSize, scale: number): Pixels {
  const { rows, headings = [], seamless = false } = figure;
  const [height, width] = [size.height * scale, size.width * scale];
  const columns = Math.max(...rows.map(({ cells }) => cells.length));
  const letters = lettersFor(columns * width);
  const gap = seamless ? 0 : GAP * letters;
  const line = lineHeight(letters) + 2 * letters;
  const captions = rows.map(({ caption = [] }) => caption.map((text) => shortenedInFront(text, CAPTION)));
  const widest = Math.max(0, ...captions.flat().map((text) => lineWidth(text, letters)));
  const margin = MARGIN * letters;

  const widths = columnWidths(figure, columns, width, letters, gap);
  const lefts: number[] = [];
  let left = margin + (widest > 0 ? widest + GAP * 2 * letters : 0);
  for (const [column, wide] of widths.entries()) {
    if (figure.apart?.includes(column)) left += APART * letters - gap;
    lefts.push(left);
    left += wide + gap;
  }
  const total = Math.max(left - gap, margin + lineWidth('m'.repeat(TITLE), letters)) + margin;
  const title = wrapped(figure.title, lettersIn(total - 2 * margin, letters));

  const tops: number[] = [];
  let top = margin + title.length * line + (title.length > 0 ? MARGIN * 0.5 * letters : 0);
  const headingTop = top;
  if (headings.length > 0) top += line + letters;
  for (const [i, { under = [], apart = false }] of rows.entries()) {
    if (apart && i > 0) top += APART * letters - gap;
    tops.push(top);
    const below = Math.max(0, ...under.map((lines) => lines.length));
    top += Math.max(height, captions[i]!.length * line) + (below > 0 ? below * line + letters : 0) + gap;
  }
  const sheet = blank(top - gap + margin, total, size.channels);
  if (seamless) edge(sheet, tops[0]!, lefts[0]!, top - tops[0]!, columns * width);

  for (const [i, text] of title.entries()) writeLine(sheet, text, margin, margin + i * line, letters);
  for (const { text, first } of headings) writeLine(sheet, text, lefts[first]!, headingTop, letters);
  for (const [i, { cells, under = [] }] of rows.entries()) {
    const y = tops[i]!;
    const middle = y + Math.max(0, Math.floor((height - captions[i]!.length * line) / 2));
    for (const [k, text] of captions[i]!.entries()) writeLine(sheet, text, margin, middle + k * line, letters);
    for (const [column, image] of cells.entries()) {
      const x = lefts[column]!;
      if (image && !seamless) edge(sheet, y, x, height, width);
      if (image) placeImage(sheet, image, size, scale, y, x);
      for (const [k, text] of (under[column] ?? []).entries())
        writeLine(
          sheet,
          shortenedInFront(text, lettersIn(widths[column]!, letters)),
          x,
          y + height + 2 * letters + k * line,
          letters,
        );
    }
  }
  return sheet;
}

/** Larger pictures, which are looked at from further away, have larger letters. */
function lettersFor(width: number): number {
  return Math.min(6, Math.max(2, Math.round(width / 640)));
}

/** As wide as an image, or what stands above or below it. */
function columnWidths(
  { rows, headings = [], apart = [] }: Figure,
  columns: number,
  width: number,
  letters: number,
  gap: number,
): number[] {
  // a space to the next one's text
  const space = lineWidth('m', letters) + letters - gap;
  const needs = Array.from({ length: columns }, (_, column) => {
    const texts = rows.flatMap(({ under }) => under?.[column] ?? []);
    return Math.max(
      width,
      ...texts.map((text) => lineWidth(shortenedInFront(text, UNDER), letters) + Math.max(0, space)),
    );
  });
  // columns of one group are alike
  const group = (column: number) => apart.findLastIndex((first) => first <= column);
  const widths = needs.map((_, column) => Math.max(...needs.filter((_, other) => group(other) === group(column))));
  for (const { text, first, last = first } of headings) {
    const room = widths.slice(first, last + 1).reduce((sum, wide) => sum + wide + gap, -gap);
    widths[last]! += Math.max(0, lineWidth(text, letters) + (last === columns - 1 ? 0 : 6 * letters - gap) - room);
  }
  return widths;
}

function blank(height: number, width: number, channels: 1 | 3): Pixels {
  return { height, width, channels, pixels: new Uint8Array(height * width * channels).fill(WHITE) };
}

/** A line of one pixel around an image. */
function edge(sheet: Pixels, top: number, left: number, height: number, width: number): void {
  const row = (width + 2) * sheet.channels;
  const at = (y: number, x: number) => (y * sheet.width + x) * sheet.channels;
  for (const y of [top - 1, top + height]) sheet.pixels.fill(EDGE, at(y, left - 1), at(y, left - 1) + row);
  for (let y = top; y < top + height; y++)
    for (const x of [left - 1, left + width]) sheet.pixels.fill(EDGE, at(y, x), at(y, x) + sheet.channels);
}

function placeImage(
  sheet: Pixels,
  image: Uint8Array,
  { height, width }: ImageSize,
  scale: number,
  top: number,
  left: number,
): void {
  const { channels } = sheet;
  const wide = width * scale * channels;
  for (let y = 0; y < height; y++) {
    const start = ((top + y * scale) * sheet.width + left) * channels;
    for (let x = 0; x < width * scale; x++)
      for (let c = 0; c < channels; c++)
        sheet.pixels[start + x * channels + c] = image[(y * width + Math.floor(x / scale)) * channels + c]!;
    for (let again = 1; again < scale; again++)
      sheet.pixels.copyWithin(start + again * sheet.width * channels, start, start + wide);
  }
}
