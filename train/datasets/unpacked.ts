/** Arrays that are stored compressed have no random access: they are unpacked once, to a file in alix's cache. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing, writeFileAtomic } from '@alix/infer/io/files';
import { cacheFolder, makeFolder } from '../tensorflow/cache.js';

/** An unfinished file that was not written to for so many milliseconds belongs to a process that is gone. */
const ABANDONED = 10 * 60_000;

/** A file of unpacked bytes, with what rows/array.ts wants to know of it. */
export interface Unpacked {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/**
 * The file with the unpacked bytes. It is written whole or not at all, and made anew when the packed file has another length or
 * time of change.
 *
 * @param packed path of the packed file
 * @param what which of its contents
 * @param size bytes of the content
 * @throws AlixError 'cache-not-writable', 'disk-full', and what `content` throws
 */
export async function unpacked(
  packed: string,
  what: string,
  size: number,
  content: () => AsyncIterable<Uint8Array>,
): Promise<Unpacked> {
  const source = await describing(packed, () => stat(packed));
  const folder = join(cacheFolder({ env: process.env, platform: process.platform, home: homedir() }), 'unpacked');
  const key = `${resolve(packed)}\0${source.size}\0${source.mtimeMs}\0${what}`;
  const target = join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.raw`);
  await makeFolder(folder);
  if ((await sizeOf(target)) !== size) {
    await removeAbandoned(target);
    await write(target, content(), source.mtime);
  }
  const { mtimeMs } = await describing(target, () => stat(target));
  return { path: target, size, modified: mtimeMs };
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => found.size,
    () => undefined,
  );

/** @param time of change that the file gets: the same whichever process unpacks it */
async function write(target: string, content: AsyncIterable<Uint8Array>, time: Date): Promise<void> {
  try {
    await writeFileAtomic(target, content, time);
  } catch (error) {
    if (error instanceof AlixError && error.code === 'disk-full')
      throw new AlixError('disk-full', 'no room to unpack a compressed data set', {
        where: dirname(target),
        remedy: 'free some space, or set ALIX_CACHE to a folder on another disk',
        cause: error,
      });
    throw error;
  }
}

/** Removes what killed processes left of this file. */
async function removeAbandoned(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of await describing(folder, () => readdir(folder))) {
    if (!name.startsWith(`.${basename(target)}.`)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > ABANDONED) await rm(path, { force: true });
  }
}
