/** Of which format an image file is, and how many of each a data set has: distances of features feel lossy compression. */
import { isPng } from '@alix/infer/io/pixels';

/** What a data set's images were before they became rows. */
export interface ImageOrigin {
  /**
   * How many images of the split, with those that were left out for damage, are of each file format: 'png', 'jpeg', 'webp', 'webp-lossless', 'gif', 'tiff', 'avif', 'heif' or
   * 'unknown'; by the first bytes of the files where they were read, else by the ends of their names.
   */
  readonly formats: Readonly<Record<string, number>>;
  /** How many were cropped or scaled to the common size; absent where a size was asked for, and no image was looked at yet. */
  readonly resized?: number;
}

/** What stands at which byte, as latin1. */
const MARKS: readonly (readonly [format: string, ...marks: readonly (readonly [at: number, text: string])[]])[] = [
  ['jpeg', [0, '\xff\xd8']],
  ['webp-lossless', [0, 'RIFF'], [8, 'WEBPVP8L']],
  ['webp', [0, 'RIFF'], [8, 'WEBP']],
  ['gif', [0, 'GIF8']],
  ['tiff', [0, 'II*\0']],
  ['tiff', [0, 'MM\0*']],
  ['avif', [4, 'ftypavif']],
  ['avif', [4, 'ftypavis']],
  ['heif', [4, 'ftyp']],
];

const OF_NAME: Readonly<Record<string, string>> = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  jpe: 'jpeg',
  jfif: 'jpeg',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  tiff: 'tiff',
  avif: 'avif',
};

/** @param head the file's first bytes; empty: the name decides */
export function imageFormat(head: Uint8Array, name: string): string {
  if (head.length === 0) return OF_NAME[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'unknown';
  if (isPng(head)) return 'png';
  const has = ([at, text]: readonly [number, string]) => {
    for (let i = 0; i < text.length; i++) if (head[at + i] !== text.charCodeAt(i)) return false;
    return true;
  };
  return MARKS.find(([, ...marks]) => marks.every(has))?.[0] ?? 'unknown';
}

/** Where images come from, given the format of each. @param isFitted whether they are cropped or scaled to a size that was asked for */
export function imageOrigin(formats: Iterable<string>, isFitted: boolean): ImageOrigin {
  const counts: Record<string, number> = {};
  for (const format of formats) counts[format] = (counts[format] ?? 0) + 1;
  return { formats: counts, ...(!isFitted && { resized: 0 }) };
}
