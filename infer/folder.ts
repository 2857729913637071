/** A model bundle in a folder: model.json parsed, every file that it names checked. No runtime here. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBundle } from './bundle.js';
import { AlixError } from './io/errors.js';
import { describing, readBytes, sha256 } from './io/files.js';
import type { BundleFiles, OpenBundle } from './model.js';

const REMEDY = 'copy the whole model folder again';

/**
 * Reads the model.json in a folder, and checks size and sha256 of every file that it names.
 *
 * @throws AlixError 'no-bundle' when the folder is none or has no model.json, 'bad-bundle', 'bundle-too-new'
 */
export async function openBundle(path: string): Promise<OpenBundle> {
  const manifest = join(path, 'model.json');
  const text = await readManifest(path, manifest);
  const bundle = parseBundle(new TextDecoder().decode(text), manifest);
  for (const [file, { bytes }] of Object.entries(bundle.files)) {
    const where = join(path, file);
    await checkSize(where, bytes);
    checkHash(where, bundle.files[file]!.sha256, await sha256(where));
  }
  const files: BundleFiles = {
    where: (file) => join(path, file),
    async read(file) {
      const where = join(path, file);
      const bytes = await readBytes(where);
      // it may have changed since it was first checked
      checkHash(where, bundle.files[file]!.sha256, sha256(bytes));
      return bytes;
    },
  };
  return { bundle, files, sha256: sha256(text) };
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
    return await readBytes(manifest);
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
  if (size !== expected)
    throw new AlixError('bad-bundle', 'the file is not the one that model.json names', {
      where,
      expected: `${expected} bytes`,
      found: `${size} bytes`,
      remedy: REMEDY,
    });
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
