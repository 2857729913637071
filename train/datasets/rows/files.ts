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

/**
 * A file that takes longer than so many milliseconds lies on a slow disk or behind a network: the next are then read several
 * at once through the thread pool. Files that the system has at hand cost a fifth without it.
 */
const SLOW = 1;
/** Files read through the pool before it is seen again how long one takes. */
const THROUGH_POOL = 63;

/** @param slow milliseconds, in place of `SLOW` in tests */
export function fileRows({ root, names, sizes, fit }: FileRows, slow = SLOW): RowReader {
  let throughPool = 0;
  const fetch = async (row: number) => {
    const where = join(root, nameAt(names, row));
    const size = sizes[row] as number;
    if (throughPool > 0) {
      throughPool--;
      return { where, bytes: await describing(where, () => readInPool(where, size)) };
    }
    const start = performance.now();
    const bytes = await describing(where, async () => readNow(where, size));
    if (performance.now() - start >= slow) throughPool = THROUGH_POOL;
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
