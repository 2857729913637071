/** Rows that are image files of their own, read and decoded when they are asked for. */
import { open, read, close as shut } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { Fit } from '../fit.js';
import type { RowReader } from '../row-source.js';
import { imageRows } from './images.js';
import { type NameList, nameAt } from './names.js';

export interface FileRows {
  readonly kind: 'files';
  /** [H,W,C] */
  readonly shape: readonly number[];
  /** The folder that the names are below. */
  readonly root: string;
  readonly names: NameList;
  /** Bytes of each file when it was listed; on a SharedArrayBuffer. */
  readonly sizes: Uint32Array;
  readonly fit: Fit;
}

// a third of the cost of a FileHandle's calls, for files of a few kilobytes
const [openFile, readFile, closeFile] = [promisify(open), promisify(read), promisify(shut)];

export function fileRows({ root, names, sizes, fit }: FileRows): RowReader {
  const fetch = async (row: number) => {
    const where = join(root, nameAt(names, row));
    return { where, bytes: await describing(where, () => readWhole(where, sizes[row] as number)) };
  };
  return imageRows(fit, fetch, async () => undefined);
}

/** @throws AlixError 'bad-data' for a file that is no longer as long as it was */
async function readWhole(path: string, size: number): Promise<Uint8Array> {
  const file = await openFile(path, 'r');
  try {
    // one byte more shows whether the file has grown
    const bytes = Buffer.allocUnsafe(size + 1);
    let done = 0;
    while (done <= size) {
      const { bytesRead } = await readFile(file, bytes, done, size + 1 - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (done === size) return bytes.subarray(0, size);
    throw changed(path, `${size} bytes`, done > size ? 'more' : `${done}`);
  } finally {
    await closeFile(file);
  }
}

/** The refusal of a file that is not the one that was listed. */
export function changed(where: string, expected: string, found: string): AlixError {
  return new AlixError('bad-data', 'the file has changed since the data set was opened', {
    where,
    expected,
    found,
    remedy: 'leave the data alone while they are read, then start again',
  });
}
