/** Images through a pipe: one image file, or many in a tar, an IDX or an .npy file. Node only. */
import type { Readable } from 'node:stream';
import { isGzip } from './gzip.js';
import { isIdx } from './idx.js';
import { isTar } from './image-archive.js';
import { isNpy } from './npy.js';
import { isPng, MAX_FILE } from './pixels.js';
import { type Spooled, type StreamKind, spool } from './spool.js';

/** As much as Node reads in one piece: such files are held in memory. */
const MAX_ARRAY = 2 ** 31 - 1;
/** Archives are read from the disk, so that this only ends what has no end. */
const MAX_ARCHIVE = 2 ** 40;

const text = (head: Uint8Array, from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));

const kinds: readonly StreamKind[] = [
  { name: 'PNG', begins: isPng, most: MAX_FILE },
  { name: 'JPEG', begins: (head) => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff, most: MAX_FILE },
  { name: 'WebP', begins: (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP', most: MAX_FILE },
  { name: 'GIF', begins: (head) => text(head, 0, 4) === 'GIF8', most: MAX_FILE },
  { name: 'TIFF', begins: (head) => ['II*\0', 'MM\0*'].includes(text(head, 0, 4)), most: MAX_FILE },
  { name: 'AVIF', begins: (head) => text(head, 4, 8) === 'ftyp', most: MAX_FILE },
  { name: 'NPY', begins: isNpy, most: MAX_ARRAY },
  { name: 'IDX', begins: isIdx, most: MAX_ARRAY },
  { name: 'gzipped IDX', begins: isGzip, most: MAX_ARRAY },
  { name: 'tar', begins: isTar, most: MAX_ARCHIVE },
];

/**
 * Reads images from a stream, most often process.stdin, into a temporary file that `readImages` takes.
 *
 * @throws AlixError as `spool`, 'bad-image' for what holds no images
 */
export function spoolImages(stream: Readable, signal?: AbortSignal): Promise<Spooled> {
  const expected = 'a PNG, JPEG or WebP image, an IDX file (.gz too), .npy or tar';
  return spool(stream, { kinds, code: 'bad-image', expected, signal });
}
