/** Unpacks a published archive into the folder of its data set, all of it or nothing: members first lie in a folder beside it. */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { FileWindow } from '@alix/infer/io/file-window';
import { describing } from '@alix/infer/io/files';
import { tarMembers } from '@alix/infer/io/tar';
import { unpack } from '../../tensorflow/unpack.js';
import type { PublishedFile } from './published.js';

export interface UnpackSetOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes written so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

type Unpacking = NonNullable<PublishedFile['unpack']>;

/** Begins with this where it is half done: what a killed run left may be removed. */
const TEMPORARY = '.unpacking-';

/**
 * @param archive a file whose checksum is known to be right
 * @returns bytes by name, below the folder
 * @throws AlixError 'bad-archive', 'bad-tar', 'disk-full', 'interrupted', ...
 */
export function unpackInto(
  archive: string,
  folder: string,
  { format, below }: Unpacking,
  options: UnpackSetOptions = {},
): Promise<Record<string, number>> {
  const keep = (member: string): string | undefined =>
    member.startsWith(below) && !member.startsWith('__MACOSX/') ? member.slice(below.length) || undefined : undefined;
  return describing(folder, async () => {
    for (const name of await readdir(folder))
      if (name.startsWith(TEMPORARY)) await rm(join(folder, name), { recursive: true, force: true });
    const temporary = join(folder, `${TEMPORARY}${randomBytes(6).toString('hex')}`);
    await mkdir(temporary);
    try {
      const sizes = await formats[format](archive, temporary, keep, options);
      for (const name of await readdir(temporary)) {
        await rm(join(folder, name), { recursive: true, force: true });
        await rename(join(temporary, name), join(folder, name));
      }
      return sizes;
    } catch (cause) {
      throwIfAborted(options.signal);
      if (!(cause instanceof AlixError) || cause.code !== 'bad-archive') throw cause;
      throw new AlixError('bad-archive', cause.what, {
        where: archive,
        ...(cause.found && { found: cause.found }),
        remedy: 'remove it and download it again',
        cause,
      });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

type Unpacker = (
  archive: string,
  folder: string,
  keep: (member: string) => string | undefined,
  options: UnpackSetOptions,
) => Promise<Record<string, number>>;

const formats: Readonly<Record<Unpacking['format'], Unpacker>> = {
  zip: (archive, folder, keep, options) => unpack(archive, folder, { keep, sync: false, ...options }),
  'tar.gz': async (archive, folder, keep, { signal, onProgress }) => {
    // members are found by their place, so the whole is unpacked first
    const tar = `${folder}/.tar`;
    await pipeline(createReadStream(archive), createGunzip(), createWriteStream(tar), signal ? { signal } : {}).catch(
      (cause: NodeJS.ErrnoException) => {
        if (!cause.code?.startsWith('Z_')) throw cause;
        throw new AlixError('bad-archive', 'this archive cannot be unpacked', { found: cause.message, cause });
      },
    );
    const sizes: Record<string, number> = {};
    let done = 0;
    const file = await FileWindow.open(tar);
    try {
      for await (const { name, offset, size } of tarMembers(file)) {
        throwIfAborted(signal);
        const kept = keep(name);
        if (kept === undefined) continue;
        const path = join(folder, kept);
        await mkdir(dirname(path), { recursive: true });
        await copyPart(tar, offset, size, path, signal);
        sizes[kept] = size;
        done += size;
        onProgress?.(done);
      }
    } finally {
      await file.close();
      await rm(tar, { force: true });
    }
    return sizes;
  },
};

async function copyPart(from: string, offset: number, size: number, to: string, signal?: AbortSignal): Promise<void> {
  const file = await open(to, 'wx');
  try {
    if (size > 0)
      for await (const piece of createReadStream(from, { start: offset, end: offset + size - 1 })) {
        throwIfAborted(signal);
        await file.appendFile(piece as Buffer);
      }
    await file.sync();
  } finally {
    await file.close();
  }
}
