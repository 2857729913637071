/**
 * Codes on their way to a file: a hidden one beside it, to which a record is added for each batch. What a kill or a full disk leaves is
 * whole up to the last record, and --resume goes on from there. The result is written from it when all codes are there, whatever its format.
 *
 * A record is three uint32, little-endian (bytes of JSON, values, CRC-32 of what follows), the JSON and the values, float32. The first has
 * the job and no values.
 */
import { type FileHandle, lstat, open, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { AlixError } from '@alix/infer/io/errors';
import { describing, sha256 } from '@alix/infer/io/files';
import type { Skipped } from '../inputs.js';
import { unlessMissing } from '../temporaries.js';
import { bytesOf, type CodesBlock, parsed } from './format.js';

/** What a batch adds. */
export interface Batch extends CodesBlock {
  /** Images read so far, with those that were skipped. */
  readonly images: number;
  /** Those that were skipped since the batch before. */
  readonly skipped: readonly Skipped[];
}

/** What an earlier run has left. */
export interface Staged {
  /** What it was told to do, as `openStaging` was given it. */
  readonly job: unknown;
  /** Codes. */
  readonly n: number;
  readonly images: number;
  readonly skipped: readonly Skipped[];
  /** Where the last whole record ends. */
  readonly end: number;
}

export interface Staging {
  add(batch: Batch): Promise<void>;
  /** Codes so far. */
  readonly n: number;
  /** All codes, from the file. */
  blocks(): AsyncGenerator<CodesBlock>;
  /** Closes the file; removes it unless it is to be kept. Harmless when called again. */
  close(keep: boolean): Promise<void>;
}

const HEAD = 12;
/** Larger than a record of any batch. */
const MAX_RECORD = 2 ** 31;

/** Where codes for a path wait. */
export function stagingOf(path: string): string {
  const target = resolve(path);
  const name = `.${basename(target)}.part`;
  // a name has 255 bytes at most
  const short = Buffer.byteLength(name) <= 255 ? name : `.${sha256(Buffer.from(name)).slice(0, 40)}.part`;
  return join(dirname(target), short);
}

/** What an earlier run has left in a file, or undefined where there is nothing to go on from. */
export async function readStaging(path: string): Promise<Staged | undefined> {
  const found = await describing(path, () => lstat(path).catch(unlessMissing));
  if (!found) return undefined;
  // a pipe would be waited for, and what a link leads to be written over
  if (!found.isFile())
    throw new AlixError('not-a-file', 'something else is where an interrupted run leaves its codes', {
      where: path,
      remedy: 'remove it',
    });
  const file = await describing(path, () => open(path));
  try {
    let job: unknown;
    let [n, images, end] = [0, 0, 0];
    const skipped: Skipped[] = [];
    for await (const record of recordsIn(file)) {
      if (end === 0) job = record.json;
      else {
        const batch = record.json;
        if (!isBatch(batch, images)) break;
        n += batch.names.length;
        images = batch.images;
        skipped.push(...batch.skipped);
      }
      end = record.end;
    }
    return end === 0 ? undefined : { job, n, images, skipped, end };
  } finally {
    await file.close();
  }
}

/**
 * Opens the file for more codes: behind what was found, or anew.
 *
 * @param job plain JSON
 */
export async function openStaging(path: string, job: unknown, found?: Staged): Promise<Staging> {
  // one of another run is removed, not written over: who still writes it goes on for itself
  const file = await describing(path, async () => {
    if (!found) await unlink(path).catch(unlessMissing);
    return open(path, found ? 'r+' : 'wx+');
  });
  let [n, end] = [found?.n ?? 0, found?.end ?? 0];
  let isOpen = true;
  const append = async (record: Uint8Array): Promise<void> => {
    for (let at = 0; at < record.length; )
      at += (await file.write(record, at, record.length - at, end + at)).bytesWritten;
    end += record.length;
  };
  const close = async (keep: boolean): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
    if (!keep) await rm(path, { force: true });
  };
  try {
    if (found) await file.truncate(found.end);
    else await append(recordOf(job));
  } catch (error) {
    await close(found !== undefined);
    throw error;
  }
  return {
    get n() {
      return n;
    },
    async add({ names, codes, images, skipped }) {
      await describing(path, () => append(recordOf({ names, images, skipped }, bytesOf(codes))));
      n += names.length;
    },
    async *blocks() {
      let isFirst = true;
      for await (const { json, codes } of recordsIn(file)) {
        if (!isFirst) yield { names: (json as Batch).names, codes };
        isFirst = false;
      }
    },
    close,
  };
}

/** Whether a record says all that is gone on from: what is damaged is done again. @param before images of the record before */
function isBatch(json: unknown, before: number): json is Pick<Batch, 'names' | 'images' | 'skipped'> {
  const { names, images, skipped } = (json ?? {}) as { readonly [key in keyof Batch]: unknown };
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
  const areSkipped = Array.isArray(skipped) && skipped.every((one) => typeof one === 'object' && one !== null);
  return areNames && areSkipped && Number.isSafeInteger(images) && (images as number) >= before;
}

function recordOf(json: unknown, values: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(JSON.stringify(json));
  const record = Buffer.concat([Buffer.alloc(HEAD), text, values]);
  record.writeUInt32LE(text.length, 0);
  record.writeUInt32LE(values.length / 4, 4);
  record.writeUInt32LE(crc32(record.subarray(HEAD)), 8);
  return record;
}

interface Record {
  readonly json: unknown;
  readonly codes: Float32Array;
  /** Where the next record begins. */
  readonly end: number;
}

/** The whole records from the beginning on. */
async function* recordsIn(file: FileHandle): AsyncGenerator<Record> {
  const head = Buffer.alloc(HEAD);
  for (let at = 0; ; ) {
    if ((await readInto(file, head, at)) < HEAD) return;
    const [text, values, sum] = [head.readUInt32LE(0), head.readUInt32LE(4), head.readUInt32LE(8)];
    // zeros, which the sum of nothing fits, are what a power cut leaves of what was not written yet
    if (text === 0) return;
    const size = text + 4 * values;
    const { size: most } = await file.stat();
    if (size > MAX_RECORD || at + HEAD + size > most) return;
    const body = Buffer.from(new ArrayBuffer(size));
    if ((await readInto(file, body, at + HEAD)) < size || crc32(body) !== sum) return;
    const codes = new Float32Array(body.buffer.slice(text));
    at += HEAD + size;
    yield { json: parsed(body.toString('utf8', 0, text)), codes, end: at };
  }
}

async function readInto(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}
