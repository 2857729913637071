/** Rows that are image files of their own, read and decoded when they are asked for. */
import { close, closeSync, open, openSync, read, readSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { Fit } from '../fit.js';
import type { RowReader } from '../row-source.js';
import { imageRows } from './images.js';
import { type NameList, nameAt } from './names.js';
import { Pace } from './pace.js';

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

/** @param slow milliseconds (pace.ts), of another number in tests alone */
export function fileRows({ root, names, sizes, fit }: FileRows, slow?: number): RowReader {
  const pace = new Pace(slow);
  const fetch = async (row: number) => {
    const where = join(root, nameAt(names, row));
    const size = sizes[row] as number;
    const bytes = await describing(where, async () =>
      pace.usesPool() ? readInPool(where, size) : pace.timed(() => readNow(where, size)),
    );
    return { where, bytes };
  };
  return imageRows(fit, fetch, async () => undefined);
}

const [openFile, readFile, closeFile] = [promisify(open), promisify(read), promisify(close)];

async function readInPool(path: string, size: number): Promise<Uint8Array> {
  const file = await openFile(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(size + 1);
    let done = 0;
    for (let more = -1; more !== 0 && done <= size; done += more)
      more = (await readFile(file, bytes, done, size + 1 - done, done)).bytesRead;
    return whole(bytes, done, size, path);
  } finally {
    await closeFile(file);
  }
}

function readNow(path: string, size: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(size + 1);
    let done = 0;
    for (let more = -1; more !== 0 && done <= size; done += more)
      more = readSync(file, bytes, done, size + 1 - done, done);
    return whole(bytes, done, size, path);
  } finally {
    closeSync(file);
  }
}

/**
 * @param bytes with one byte more than the file had, which shows whether it has grown
 * @throws AlixError 'bad-data' for a file that is no longer as long as it was
 */
function whole(bytes: Uint8Array, found: number, size: number, path: string): Uint8Array {
  if (found === size) return bytes.subarray(0, size);
  throw changed(path, `${size} bytes`, found > size ? 'more' : `${found}`);
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
