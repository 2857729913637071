/** A model bundle in a folder: model.json parsed, every file that it names checked. No runtime here. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBundle } from './bundle.js';
import { AlixError } from './io/errors.js';
import { describing, readRegular, sha256 } from './io/files.js';
import type { BundleFiles, OpenBundle } from './model.js';

const REMEDY = 'copy the whole model folder again';

/** Bytes that are read and hashed at once, so that the event loop turns in between. */
const PIECE = 1024 * 1024;
/** A model.json is some 100 KB. */
const MAX_MANIFEST = 64 * 1024 * 1024;
/** Graphs cannot be larger: their format has 31 bits for a size. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Reads the model.json in a folder, and checks the size of every file that it names. A file's sha256 is checked when it is read,
 * as it must be anyway: it may have changed meanwhile.
 *
 * @throws AlixError 'no-bundle' when the folder is none or has no model.json, 'bad-bundle', 'bundle-too-new'
 */
export async function openBundle(path: string): Promise<OpenBundle> {
  const manifest = join(path, 'model.json');
  const text = await readManifest(path, manifest);
  const bundle = parseBundle(new TextDecoder().decode(text), manifest);
  for (const [file, { bytes }] of Object.entries(bundle.files)) await checkSize(join(path, file), bytes);
  const files: BundleFiles = {
    where: (file) => join(path, file),
    read(file) {
      const { bytes, sha256 } = bundle.files[file]!;
      return readChecked(join(path, file), bytes, sha256);
    },
  };
  return { bundle, files, sha256: sha256(text) };
}

/** A file's bytes, in memory of their own. Nothing is allocated before the file is known to be as large as it must be. */
async function readChecked(where: string, size: number, expected: string): Promise<Uint8Array> {
  await checkSize(where, size);
  const bytes = new Uint8Array(size);
  const hash = createHash('sha256');
  await describing(where, async () => {
    const file = await open(where);
    try {
      for (let at = 0; at < size; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(PIECE, size - at), at);
        if (bytesRead === 0) throw altered(where, `${size} bytes`, `${at} bytes`);
        hash.update(bytes.subarray(at, at + bytesRead));
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
  });
  checkHash(where, expected, hash.digest('hex'));
  return bytes;
}

async function readManifest(path: string, manifest: string): Promise<Uint8Array> {
  const remedy = 'name a model folder that `alix export` wrote';
  const folder = await stat(path).catch(() => undefined);
  if (!folder?.isDirectory())
    throw new AlixError('no-bundle', folder ? 'a file, not a model folder' : 'no such model folder', {
      where: path,
      remedy,
    });
  try {
    return await readRegular(manifest, MAX_MANIFEST);
  } catch (error) {
    if (!(error instanceof AlixError) || error.code !== 'not-found') throw error;
    throw new AlixError('no-bundle', 'this folder holds no model.json', { where: path, remedy, cause: error });
  }
}

async function checkSize(where: string, expected: number): Promise<void> {
  const size = await describing(where, async () => (await stat(where)).size).catch((error: unknown) => {
    if (!(error instanceof AlixError) || error.code !== 'not-found') throw error;
    throw new AlixError('bad-bundle', 'a file that model.json names is missing', {
      where,
      remedy: REMEDY,
      cause: error,
    });
  });
  if (size !== expected) throw altered(where, `${expected} bytes`, `${size} bytes`);
  if (size > MAX_BYTES)
    throw new AlixError('bad-bundle', 'the file is larger than a graph can be', {
      where,
      expected: `at most ${MAX_BYTES} bytes`,
      found: `${size} bytes`,
      remedy: 'export the model again',
    });
}

function altered(where: string, expected: string, found: string): AlixError {
  const what = 'the file is not the one that model.json names';
  return new AlixError('bad-bundle', what, { where, expected, found, remedy: REMEDY });
}

function checkHash(where: string, expected: string, found: string): void {
  if (found !== expected)
    throw new AlixError('bad-bundle', 'the file was altered: its checksum is not the one in model.json', {
      where,
      expected: `sha256 ${expected}`,
      found: `sha256 ${found}`,
      remedy: REMEDY,
    });
}
