/** Folders of pictures: each under the name of the image that it comes from, or numbered with the codes beside them. */
import { join } from 'node:path';
import { type Bundle, decodeBatches, type Model, type RunOptions } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { unstack } from '@alix/infer/io/sheet';
import { openCodesFile } from '../codes/npy-file.js';
import { pictureFile, writePictures } from './files.js';

export interface PictureFolder {
  /**
   * Writes a batch [n,H,W,C] and gives the files, relative to the folder.
   *
   * @throws AlixError 'output-exists' where a file of this run is there already
   */
  write(names: readonly string[], pixels: Uint8Array): Promise<string[]>;
  /** The same, with the files' sha256. */
  writeSummed(
    names: readonly string[],
    pixels: Uint8Array,
  ): Promise<{ readonly file: string; readonly sha256: string }[]>;
}

/** Pictures under the names of their images. @param written files that this run has written before it was ended */
export function pictureFolder(
  folder: string,
  size: NonNullable<Bundle['image']>,
  written: readonly string[] = [],
): PictureFolder {
  const taken = new Set(written);
  const self: PictureFolder = {
    write: async (names, pixels) => (await self.writeSummed(names, pixels)).map(({ file }) => file),
    async writeSummed(names, pixels) {
      const files = names.map(pictureFile);
      for (const file of files) {
        if (taken.has(file))
          throw new AlixError('output-exists', 'two images would be written to this file', {
            where: file,
            remedy: 'rename one of them, or write them into two folders',
          });
        taken.add(file);
      }
      const sums = await writePictures(folder, files, pixels, size);
      return files.map((file, i) => ({ file, sha256: sums[i]! }));
    },
  };
  return self;
}

/** Images that were made, with the codes that they were decoded from. */
export interface Made {
  readonly n: number;
  /** uint8 [n,H,W,C] */
  readonly pixels: Uint8Array;
  /** float32 [n,d] */
  readonly latent: Float32Array;
}

/** What pictures are of, beside the names. */
interface WithCodes {
  readonly size: NonNullable<Bundle['image']>;
  /** Values of a code. */
  readonly latent: number;
  /** What codes.npy.json says beside the names. */
  readonly description: object;
  /** The name of the picture at a place. */
  readonly name: (place: number) => string;
}

/** Writes images that come in batches, and codes.npy, the codes they were decoded from. Gives the files' names. */
export async function writeWithCodes(
  folder: string,
  stream: AsyncIterable<Made>,
  { size, latent: d, description, name }: WithCodes,
): Promise<string[]> {
  const codes = await openCodesFile(join(folder, CODES), d);
  const pictures = pictureFolder(folder, size);
  const names: string[] = [];
  try {
    for await (const { pixels, latent, n } of stream) {
      const batch = Array.from({ length: n }, (_, i) => name(names.length + i));
      await codes.write(latent);
      for (const file of await pictures.write(batch, pixels)) names.push(file);
    }
    await codes.commit({ ...description, names });
    return names;
  } finally {
    await codes.discard();
  }
}

export const CODES = 'codes.npy';

/** Whether a file may be one that `writeWithCodes` writes under numbers, or one of those beside them. */
export function isNumbered(file: string): boolean {
  return /^(.*[\\/])?\d+\.png$/.test(file) || file === CODES || /^[\w.]+\.json$/.test(file);
}

/** The images of codes as they are decoded, with the codes. */
export async function* decoded(model: Model, latent: Float32Array, options: RunOptions): AsyncGenerator<Made> {
  const d = model.latent.size;
  let done = 0;
  for await (const { n, pixels } of decodeBatches(model, latent, options)) {
    yield { n, pixels, latent: latent.subarray(done * d, (done + n) * d) };
    done += n;
  }
}

/** The images of a stream, one by one in memory: for a grid. */
export async function collected(stream: AsyncIterable<Pick<Made, 'n' | 'pixels'>>): Promise<Uint8Array[]> {
  const images: Uint8Array[] = [];
  for await (const { pixels, n } of stream) for (const image of unstack(pixels, n)) images.push(image);
  return images;
}

/** 00, 01, ...: the place among `total`, with as many digits as the last one. */
export function numbered(place: number, total: number): string {
  return `${place}`.padStart(`${total - 1}`.length, '0');
}
