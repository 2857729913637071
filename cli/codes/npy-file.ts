/** Writes codes.npy piece by piece, so that a million codes need not be in memory. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing, makeFolder, removeEmptyFolders, temporaryName, writeFileAtomic } from '@alix/infer/io/files';
import { npyHeader } from '@alix/infer/io/npy';
import { refuseFolder } from '../pictures/files.js';
import { bytesOf } from './format.js';

export interface CodesWriter {
  /** @param codes float32 [n,d] */
  write(codes: Float32Array): Promise<void>;
  /** Puts everything under its final name, `description` beside it as <path>.json. */
  commit(description: object): Promise<void>;
  /** Leaves nothing behind; harmless after `commit`. */
  discard(): Promise<void>;
}

/** Room for the head, whose length must not depend on the number of rows, which is known only at the end. */
const HEAD = 128;

/**
 * A writer to a file: a temporary one in the same folder until `commit`.
 *
 * @param d values per row
 * @throws AlixError when the folder cannot be written, before anything is computed
 */
export async function openCodesFile(path: string, d: number): Promise<CodesWriter> {
  const target = resolve(path);
  const temporary = temporaryName(target);
  let made: string | undefined;
  const file: FileHandle = await describing(path, async () => {
    await refuseFolder(path);
    made = await makeFolder(dirname(target)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? Object.assign(error, { code: 'ENOTDIR' }) : error;
    });
    return open(temporary, 'wx');
  });
  let values = 0;
  let finished = false;
  return {
    write: (codes) =>
      describing(path, async () => {
        await writeAll(file, bytesOf(codes), HEAD + values * 4);
        values += codes.length;
      }),
    commit: (description) =>
      describing(path, async () => {
        await writeAll(file, head(values / d, d), 0);
        await file.sync();
        await file.close();
        // the names first: where there are codes, there are names
        await writeFileAtomic(`${target}.json`, `${JSON.stringify(description, null, 2)}\n`);
        await rename(temporary, target);
        finished = true;
      }),
    async discard() {
      if (finished) return;
      // a handle that is closed already has nothing more to say
      await file.close().catch(() => {});
      await rm(temporary, { force: true });
      await removeEmptyFolders(dirname(target), made);
    },
  };
}

/** A nearly full disk takes a part of what it is given without an error; the next write is the one that fails. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

function head(rows: number, d: number): Uint8Array {
  const bytes = npyHeader('<f4', [rows, d]);
  if (bytes.length !== HEAD) throw new AlixError('internal', `an NPY head of ${bytes.length} bytes`);
  return bytes;
}
