/** What a reader of distances must know of the files that the images came from, in plain words. */
import type { ImageOrigin } from '@alix/train/datasets/image-format';

interface Format {
  readonly name: string;
  /** What it does to pixels; undefined: it keeps them. */
  readonly does?: string;
}

const lossy = 'lossy compression moves distances of features';
const formats: Readonly<Record<string, Format>> = {
  png: { name: 'PNG' },
  'webp-lossless': { name: 'lossless WebP' },
  tiff: { name: 'TIFF' },
  jpeg: { name: 'JPEG', does: lossy },
  webp: { name: 'WebP', does: `it may be lossy, and ${lossy}` },
  avif: { name: 'AVIF', does: `it may be lossy, and ${lossy}` },
  heif: { name: 'HEIF', does: `it may be lossy, and ${lossy}` },
  gif: { name: 'GIF', does: 'it has 256 colours at most, which moves distances of features' },
};
const nameOf = (format: string) => formats[format]?.name ?? 'of an unknown format';

/**
 * Sentences without a full stop; none where all images are of one lossless format and none was resized, or where nothing is
 * known (data that are no files of images).
 */
export function originNotes(origin: ImageOrigin | undefined): string[] {
  if (!origin) return [];
  const found = Object.entries(origin.formats)
    .filter(([, n]) => n > 0)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const total = found.reduce((sum, [, n]) => sum + n, 0);
  const some = (n: number, one: string, more: string) =>
    total === 1
      ? `the image ${one}`
      : `${n === total ? `all ${n}` : `${n} of ${total}`} images ${n === 1 ? one : more}`;
  const notes = found.flatMap(([format, n]) => {
    const does = formats[format]?.does;
    return does === undefined ? [] : [`${some(n, 'is', 'are')} ${nameOf(format)}: ${does}`];
  });
  if (found.length > 1)
    notes.push(
      `formats are mixed, ${found.map(([format, n]) => `${n} ${nameOf(format)}`).join(', ')}: features may tell formats apart`,
    );
  if (origin.resized === undefined)
    notes.push('images of other sizes were cropped or scaled to one; how many they are was not counted');
  else if (origin.resized > 0)
    notes.push(
      `${some(origin.resized, 'was', 'were')} cropped or scaled to one size, which moves distances of features`,
    );
  return notes;
}
