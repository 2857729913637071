/** A look at every image file before training: how long it is, of which format and, where all must be alike, how large by its head. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError, readBytes } from '@alix/infer/io/files';
import { decodeImage } from '@alix/infer/io/image-file';
import { HEAD_BYTES, headSize, type ImageSize } from '@alix/infer/io/image-head';
import { type Alike, checkSameColours, checkSameSize } from './fit.js';
import { headColours } from './head-colours.js';
import { type ImageOrigin, imageFormat, imageOrigin } from './image-format.js';
import { sharedArray } from './rows/memory.js';
import { noneLeft, type SplitSkipping } from './skipping.js';

/** Files looked at before others get their turn. */
const SLICE = 500;
const NO_BYTES = new Uint8Array(0);
/** Longest image file. */
export const MAX_BYTES = 1024 ** 3;

export interface Survey {
  /** Bytes of each file that is left, on a SharedArrayBuffer. */
  readonly sizes: Uint32Array;
  /** Of which formats the files are, those too that were left out. */
  readonly origin: ImageOrigin;
  /** Places in `names` of the files that are left; undefined: all. */
  readonly kept?: readonly number[];
}

/**
 * The files' sizes in bytes, and of which formats they are.
 *
 * @param names below `root`
 * @param wanted what all images must have; undefined: no file is opened
 * @param skipping leaves files out that cannot be read, or are of another size
 * @throws AlixError 'wrong-size', 'bad-data' of mixed colours, 'too-large', 'bad-image', and errors of the system in plain words
 */
export async function surveyFiles(
  root: string,
  names: readonly string[],
  wanted: Alike | undefined,
  skipping?: SplitSkipping | undefined,
): Promise<Survey> {
  const sizes = new Uint32Array(new SharedArrayBuffer(4 * names.length));
  const formats: string[] = [];
  const damaged = new Set<number>();
  const head = Buffer.alloc(HEAD_BYTES);
  for (let i = 0; i < names.length; i++) {
    // one call after the other is five times faster than through the thread pool, as long as others get their turn
    if (i % SLICE === SLICE - 1) await setImmediate();
    const name = names[i] as string;
    const path = join(root, name);
    try {
      const { bytes, found } = look(path, wanted ? head : undefined);
      checkBytes(bytes, path);
      sizes[i] = bytes;
      if (wanted) {
        checkSameSize(headSize(found) ?? (await sizeInside(await readBytes(path), path)), wanted, path);
        checkSameColours(headColours(found), wanted, path);
      }
      formats.push(imageFormat(found, path));
    } catch (error) {
      if (!skipping) throw error;
      skipping.add(name, error);
      damaged.add(i);
      formats.push(imageFormat(NO_BYTES, path));
    }
  }
  const origin = imageOrigin(formats, wanted === undefined);
  if (damaged.size === 0) return { sizes, origin };
  if (damaged.size === names.length) throw noneLeft(root, names.length, skipping?.skipped[0]?.message);
  const kept = names.map((_, i) => i).filter((i) => !damaged.has(i));
  return { sizes: sharedArray(Uint32Array.from(kept, (i) => sizes[i] as number)), origin, kept };
}

/** What is left of a list that stands beside the names. */
export const keptOf = <T>(all: readonly T[], { kept }: Survey): readonly T[] =>
  kept ? kept.map((i) => all[i] as T) : all;

/** @throws AlixError 'too-large', 'bad-image' */
export function checkBytes(bytes: number, where: string): void {
  if (bytes === 0) throw new AlixError('bad-image', 'an empty file', { where, remedy: 'remove it, or copy it again' });
  if (bytes > MAX_BYTES)
    throw new AlixError('too-large', 'the image file is too large', {
      where,
      expected: `at most ${MAX_BYTES} bytes`,
      found: `${bytes}`,
      remedy: 'remove it, or make it smaller',
    });
}

function look(path: string, head: Buffer | undefined): { bytes: number; found: Uint8Array } {
  try {
    if (!head) return { bytes: statSync(path).size, found: new Uint8Array(0) };
    const file = openSync(path, 'r');
    try {
      const found = head.subarray(0, readSync(file, head, 0, head.length, 0));
      return { bytes: found.length < head.length ? found.length : fstatSync(file).size, found };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw describeSystemError(error, path);
  }
}

/**
 * The size of an image whose head does not say it, without decoding its pixels.
 *
 * @throws AlixError 'bad-image', 'too-large'
 */
export async function sizeInside(bytes: Uint8Array, where: string): Promise<ImageSize> {
  let size: ImageSize | undefined;
  const enough = new Error('the size is known');
  await decodeImage(bytes, where, {
    onSize: ({ height, width }) => {
      size = { height, width };
      throw enough;
    },
  }).catch((error) => {
    if (error !== enough) throw error;
  });
  if (size) return size;
  throw new AlixError('bad-image', 'an image that does not state its size', { where });
}
