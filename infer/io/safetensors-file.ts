/** safetensors files of any size: an array at a time, with the sha256 of the whole as it goes. Node only. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AlixError } from './errors.js';
import { describeSystemError, describing } from './files.js';
import { bytesOf, checkedDtype, type NamedTensor } from './safetensors.js';
import {
  type Dtype,
  dtypes,
  type Entry,
  headerLength,
  layOut,
  readLayout,
  refusing,
  type TensorData,
} from './safetensors-layout.js';

/** An array that is somewhere else until it is asked for. */
export interface Stored<T extends TensorData = TensorData> {
  readonly shape: readonly number[];
  /** The numbers, in an array of the caller's own. */
  data(): T;
}

/** One write or read of the system, and one update of the hash, take less than 2 GiB. */
const CHUNK = 1 << 26;

/**
 * Writes float32 arrays as a safetensors file, each asked for when its turn comes. Not atomic: for writeFolderAtomic.
 *
 * @returns the sha256 of the file
 * @throws AlixError 'bad-tensor' when a shape does not fit its data, 'disk-full', ...
 */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, Stored<Float32Array>>): Promise<string> {
  return describing(path, async () => {
    const { entries, head } = layOut(
      [...tensors].map(([name, { shape }]) => ({ name, shape, dtype: 'F32' })),
      {},
    );
    const hash = createHash('sha256');
    const file = await open(path, 'wx');
    try {
      await append(file, head, hash);
      for (const { name, shape } of entries) {
        const data = tensors.get(name)?.data() ?? new Float32Array();
        checkedDtype(name, shape, data);
        await append(file, bytesOf(data), hash);
      }
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  });
}

async function append(file: FileHandle, bytes: Uint8Array, hash: Hash): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const chunk = bytes.subarray(at, at + CHUNK);
    hash.update(chunk);
    // FileHandle.write may write less than it was given, writeFile goes on to the end
    await file.writeFile(chunk);
  }
}

/** A safetensors file that has been read once, to know that it is whole. */
export interface OpenedSafetensors {
  readonly tensors: ReadonlyMap<string, Stored>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of the whole file. */
  readonly sha256: string;
}

/**
 * Checks a safetensors file from end to end without keeping it. Its arrays are read from it as they are asked for.
 *
 * @throws AlixError 'bad-safetensors', 'not-found', 'not-a-file', ...
 */
export function openSafetensors(path: string): Promise<OpenedSafetensors> {
  return describing(path, async () => {
    const refuse = refusing(path);
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const first = await readAt(file, 0, Math.min(8, size));
      const start = 8 + headerLength(first, size, refuse);
      const { entries, metadata } = readLayout(await readAt(file, 8, start - 8), size - start, refuse);
      const stored = entries.map((entry): [string, Stored] => [
        entry.name,
        { shape: entry.shape, data: () => readEntry(path, entry, start) },
      ]);
      return { tensors: new Map(stored), metadata, sha256: await hashOf(file, size) };
    } finally {
      await file.close();
    }
  });
}

/** All arrays of an opened file, in memory. */
export function allOf({ tensors }: OpenedSafetensors): Map<string, NamedTensor> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data() }]));
}

/** Opening a named pipe for reading would wait for a writer for ever. */
async function openRegular(path: string): Promise<FileHandle> {
  // Windows has neither such pipes nor the flag
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new AlixError('not-a-file', 'not a file', { where: path });
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, length - at), position + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

async function hashOf(file: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(Math.min(CHUNK, Math.max(size, 1)));
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Synchronous, because those who build networks from it are. */
function readEntry(path: string, { name, dtype, begin, end }: Entry, start: number): TensorData {
  const bytes = new Uint8Array(end - begin);
  try {
    const file = openSync(path, 'r');
    try {
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(file, bytes, at, Math.min(CHUNK, bytes.length - at), start + begin + at);
        if (read === 0) refusing(path)(`tensor "${name}": the file was cut short while it was read`);
        at += read;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw describeSystemError(error, path);
  }
  return (dtypes.get(dtype) as Dtype).make(bytes);
}
