/** Images in rows that belong together: from one to another, with holes filled, of several models under each other. */
import { AlixError } from '@alix/infer/io/errors';
import { type Html, html } from './html.js';
import { type ImageSize, image } from './images.js';

/** Two images and the way between them. */
export interface Interpolation {
  /** From what to what, for those who cannot see it. */
  readonly name: string;
  /** uint8 [H,W,C] each: an original, what lies between the codes, the other original. At least three. */
  readonly images: readonly Uint8Array[];
}

/**
 * A row for each: the first and the last image, framed, are originals.
 *
 * @throws AlixError 'bad-shape' for a row of fewer than three images
 */
export function interpolations(rows: readonly Interpolation[], size: ImageSize): Html {
  return html`<div class="strips">${rows.map(({ name, images }) => {
    if (images.length < 3)
      throw new AlixError('bad-shape', `the interpolation ${name} has nothing between its ends`, {
        expected: 'at least 3 images',
        found: `${images.length}`,
      });
    const last = images.length - 1;
    return html`<div class="strip" role="group" aria-label="${name}" style="grid-template-columns:repeat(${images.length},minmax(0,1fr))">${images.map(
      (pixels, i) =>
        i === 0 || i === last
          ? html`<span class="end">${image({ pixels, alt: `${name}, original` }, size)}</span>`
          : image({ pixels, alt: `${name}, ${i} of ${last - 1} between` }, size),
    )}</div>`;
  })}</div><p class="note">Framed, at both ends: the originals. Between them, decoded: codes on the way from one to the other.</p>`;
}

/** A row under a common label: images, or words under them. */
export type LabelledRow =
  | { readonly label: string; readonly images: readonly Uint8Array[] }
  | { readonly label: string; readonly words: readonly string[] };

/** Columns of a block; blocks wrap, and each has the labels. */
const COLUMNS = 8;

/**
 * Rows of as many images each, one column for each thing that is shown: an original and what several models made of it, say.
 *
 * @param names of the columns, for those who cannot see them
 * @throws AlixError 'bad-shape' for a row of another length
 */
export function imageRows(rows: readonly LabelledRow[], names: readonly string[], size: ImageSize): Html {
  for (const row of rows) {
    const { length } = 'images' in row ? row.images : row.words;
    if (length !== names.length)
      throw new AlixError('bad-shape', `the row of images ${row.label} has another length than the others`, {
        expected: `${names.length}`,
        found: `${length}`,
      });
  }
  const starts = Array.from({ length: Math.ceil(names.length / COLUMNS) }, (_, i) => i * COLUMNS);
  const columns = Math.min(COLUMNS, names.length);
  return html`<div class="blocks">${starts.map(
    (start) =>
      html`<div class="block" style="grid-template-columns:auto repeat(${columns},minmax(0,1fr))">${rows.map((row) =>
        blockRow(row, names, start, start + columns, size),
      )}</div>`,
  )}</div>`;
}

/** Cells of one row; empty ones where the names end, so that the next row begins at the left. */
function blockRow(row: LabelledRow, names: readonly string[], from: number, to: number, size: ImageSize): Html {
  const cells = Array.from({ length: to - from }, (_, i) => {
    const at = from + i;
    if (at >= names.length) return html`<span></span>`;
    return 'images' in row
      ? image({ pixels: row.images[at]!, alt: `${names[at]}, ${row.label}` }, size)
      : html`<span>${row.words[at]}</span>`;
  });
  return html`<span class="of">${row.label}</span>${cells}`;
}

/** An image, its hole, and what it was filled with. */
export interface Inpainting {
  readonly name: string;
  /** uint8 [H,W,C] */
  readonly original: Uint8Array;
  /** uint8 [H,W], not 0 where hidden */
  readonly hole: Uint8Array;
  /** uint8 [H,W,C] */
  readonly filled: Uint8Array;
  /** Below, e.g. the error. */
  readonly caption?: string;
}

/** Originals, what the model was shown (holes in a chequered pattern), and what it made of that. @throws AlixError 'bad-shape' */
export function inpaintings(list: readonly Inpainting[], size: ImageSize, captionLabel = 'MSE'): Html {
  const rows: LabelledRow[] = [
    { label: 'original', images: list.map(({ original }) => original) },
    { label: 'masked', images: list.map(({ original, hole, name }) => withHole(original, hole, size, name)) },
    { label: 'filled', images: list.map(({ filled }) => filled) },
  ];
  const captions = list.flatMap(({ caption }) => (caption === undefined ? [] : [caption]));
  if (captions.length > 0) rows.push({ label: captionLabel, words: list.map(({ caption }) => caption ?? '') });
  return imageRows(
    rows,
    list.map(({ name }) => name),
    size,
  );
}

/** Greys that no one takes for a part of the image. */
const CHEQUERS = [110, 165] as const;

function withHole(
  pixels: Uint8Array,
  hole: Uint8Array,
  { height, width, channels }: ImageSize,
  name: string,
): Uint8Array {
  if (hole.length !== height * width)
    throw new AlixError('bad-shape', `the hole of ${name} is of another size than the image`, {
      expected: `${height}x${width} numbers`,
      found: `${hole.length}`,
    });
  const square = Math.max(1, Math.round(Math.min(height, width) / 14));
  return pixels.map((value, at) => {
    const pixel = Math.floor(at / channels);
    const [row, column] = [Math.floor(pixel / width / square), Math.floor((pixel % width) / square)];
    return hole[pixel] ? CHEQUERS[((row + column) % 2) as 0 | 1] : value;
  });
}
