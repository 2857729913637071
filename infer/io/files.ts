/** Files on disk: whole reads, atomic writes, checksums, and system errors in plain words. Node only. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { access, constants, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AlixError } from './errors.js';

/** errno -> [code, what happened, what to do about it] */
const systemErrors: Readonly<Record<string, readonly [code: string, what: string, remedy: string]>> = {
  ENOENT: ['not-found', 'no such file or folder', 'check the path'],
  ENOTDIR: ['not-a-folder', 'a part of the path is a file, not a folder', 'check the path'],
  EISDIR: ['is-a-folder', 'a folder where a file is needed', 'name a file'],
  EACCES: ['no-permission', 'permission denied', 'check who owns it and its permissions'],
  EPERM: ['no-permission', 'operation not permitted', 'check who owns it and its permissions'],
  EROFS: ['read-only', 'the file system is read-only', 'choose a path on a writable disk'],
  ENOSPC: ['disk-full', 'no space left on the disk', 'free some space or choose another disk'],
  EDQUOT: ['disk-full', 'the disk quota is used up', 'free some space or choose another disk'],
  EFBIG: ['disk-full', 'the file is too large for this file system', 'choose another disk'],
  EEXIST: ['output-exists', 'exists already', 'choose another path or remove it'],
  ENOTEMPTY: ['output-exists', 'the folder is not empty', 'choose another path or empty it'],
  EMFILE: ['too-many-files', 'too many open files', 'raise the limit (ulimit -n)'],
  ENFILE: ['too-many-files', 'too many open files in the system', 'close other programs'],
  ENAMETOOLONG: ['bad-path', 'the path is too long', 'choose a shorter one'],
  ELOOP: ['bad-path', 'symbolic links in a circle', 'check the path'],
  EBUSY: ['busy', 'in use by another program', 'close it and try again'],
  EXDEV: ['bad-path', 'a rename across disks', 'choose a path on one disk'],
  ERR_FS_FILE_TOO_LARGE: ['too-large', 'the file is too large to be read whole', 'cut it into smaller files'],
  EIO: ['disk-error', 'the disk reported an input/output error', 'check the disk'],
};

/** What a listed name whose bytes are not UTF-8 is read as leads to no file. */
const notUtf8 = ['not-found', 'the name is not UTF-8', 'rename the file or folder'] as const;

/**
 * An error of the operating system as an AlixError of one line; any other error comes back as it is.
 *
 * @param where the path concerned, as the user wrote it
 */
export function describeSystemError(error: unknown, where: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const errno = (error as NodeJS.ErrnoException).code;
  if (error instanceof AlixError || typeof errno !== 'string') return error;
  const known = errno === 'ENOENT' && where.includes('\uFFFD') ? notUtf8 : systemErrors[errno];
  if (known) return new AlixError(known[0], known[1], { where, remedy: known[2], cause: error });
  return /^E[A-Z0-9]+$/.test(errno) ? new AlixError('system', `system error ${errno}`, { where, cause: error }) : error;
}

/** Runs `work`; an error of the operating system in it becomes an AlixError about `where`. */
export async function describing<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw describeSystemError(error, where);
  }
}

/**
 * A whole file.
 *
 * @throws AlixError 'not-found', 'is-a-folder', 'no-permission', ...
 */
export function readBytes(path: string): Promise<Uint8Array> {
  return describing(path, () => readFile(path));
}

/** The largest file that Node reads in one piece. */
const MAX_WHOLE = 2 ** 31 - 1;

/**
 * A whole file that nobody vouches for. A pipe would be waited for without end, and a device gives bytes without end.
 *
 * @param most bytes that such a file can have; a larger one is not read
 * @throws AlixError 'not-a-file', 'too-large', and those of `readBytes`
 */
export async function readRegular(path: string, most = MAX_WHOLE): Promise<Uint8Array> {
  const { size } = await statRegular(path);
  if (size > most) throw tooLarge(path, most, size);
  return readBytes(path);
}

/** What the system says of a path that is to be opened. @throws AlixError 'not-a-file' for pipes and devices, 'not-found', ... */
export async function statRegular(path: string): Promise<Stats> {
  const found = await describing(path, () => stat(path));
  // opening a folder has an error of its own
  if (found.isFile() || found.isDirectory()) return found;
  throw new AlixError('not-a-file', 'neither a file nor a folder, but a pipe or a device', {
    where: path,
    remedy: 'save its content to a file first',
  });
}

/** The error of a file that is larger than what it should hold can be. */
export function tooLarge(where: string, most: number, found: number): AlixError {
  return new AlixError('too-large', 'the file is larger than what is read from such files', {
    where,
    expected: `at most ${most} bytes`,
    found: `${found}`,
    remedy: 'check that it is the right file',
  });
}

/** sha256 as 64 hexadecimal digits: of bytes at once, of a file (a string is a path) by streaming it. */
export function sha256(bytes: Uint8Array): string;
export function sha256(path: string): Promise<string>;
export function sha256(input: Uint8Array | string): string | Promise<string> {
  const hash = createHash('sha256');
  if (typeof input !== 'string') return hash.update(input).digest('hex');
  return describing(input, async () => {
    for await (const chunk of createReadStream(input)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  });
}

/**
 * Writes a file so that `path` holds either what it held before or all of `content`: a temporary file in the same
 * folder, synced, renamed, and the folder synced. Missing folders are made. After a failure no temporary file is left.
 *
 * @param content a stream's errors come out as they are @param modified the file's time of change, where it is not now
 * @throws AlixError 'disk-full', 'no-permission', 'read-only', 'is-a-folder', ...
 */
export function writeFileAtomic(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  modified?: Date,
): Promise<void> {
  return describing(path, async () => {
    const target = resolve(path);
    const temporary = temporaryName(target);
    const made = await makeFolder(dirname(target));
    try {
      const file = await open(temporary, 'wx');
      try {
        const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
        for await (const piece of pieces) await file.writeFile(piece);
        if (modified) await file.utimes(modified, modified);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      await removeEmptyFolders(dirname(target), made);
      throw error;
    }
    await syncFolder(dirname(target));
  });
}

/**
 * Writes a folder so that it appears whole or not at all: `write` fills a hidden temporary folder beside `path`, whose
 * files are synced before it is renamed. If anything fails, nothing is left and what `path` held stays. An empty
 * folder at `path` is replaced; one with content only if `replace` is set, and then it is gone after success.
 *
 * @throws AlixError 'output-exists' if `path` is a file or a folder with content, before `write` is called
 */
export function writeFolderAtomic<T>(
  path: string,
  write: (temporary: string) => Promise<T>,
  options: { readonly replace?: boolean } = {},
): Promise<T> {
  return describing(path, async () => {
    const target = resolve(path);
    const occupied = await checkFolderFree(target, path, options.replace ?? false);
    const temporary = temporaryName(target);
    const made = await makeFolder(dirname(target));
    try {
      await mkdir(temporary);
      const result = await write(temporary);
      await syncTree(temporary);
      await swap(temporary, target, occupied);
      await syncFolder(dirname(target));
      return result;
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      await removeEmptyFolders(dirname(target), made);
      throw error;
    }
  });
}

/**
 * Makes a folder and those above it that are missing. Node's own recursive mkdir never returns where the system says
 * "no such file" of a folder whose parent is there, as in /proc.
 *
 * @returns the outermost folder that was made, undefined when all were there
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const target = resolve(path);
  const missing: string[] = [];
  for (let at = target; ; at = dirname(at)) {
    const found = await stat(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (found?.isDirectory()) break;
    if (found) throw Object.assign(new Error(`a file is in the way: ${at}`), { code: 'EEXIST' });
    missing.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const folder of missing)
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      // another process may have made it meanwhile
      if (error.code !== 'EEXIST') throw error;
    });
  return missing[0];
}

/**
 * Makes `path` if it is missing and checks that files can be made in it.
 *
 * @returns the outermost folder that was made, for `removeEmptyFolders`; undefined when all were there
 * @throws AlixError 'unwritable' with the reason and a remedy
 */
export async function ensureWritableFolder(path: string): Promise<string | undefined> {
  try {
    const made = await makeFolder(path);
    await access(path, constants.W_OK);
    // access() says yes to root even where nothing can be written, so a file is tried as well
    const probe = join(path, `.alix-probe-${randomBytes(6).toString('hex')}`);
    await (await open(probe, 'wx')).close();
    await rm(probe);
    return made;
  } catch (cause) {
    // mkdir answers EEXIST when the path itself is a file
    const isFile = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = isFile ? 'a file is in its place' : describeSystemError(cause, path);
    const why = reason instanceof AlixError ? reason.message.slice(path.length + 2).replace(/;.*$/, '') : `${reason}`;
    throw new AlixError('unwritable', `the output folder cannot be written: ${why}`, {
      where: path,
      remedy: 'choose another folder, or change its permissions',
      cause,
    });
  }
}

/** A hidden name of its own beside `target`, for what is renamed to it when it is whole. */
export function temporaryName(target: string): string {
  return join(
    dirname(target),
    // 40 UTF-16 units are at most 120 bytes, which leaves the rest room in the 255 that a name may have
    `.${basename(target).slice(0, 40)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`,
  );
}

/** 'missing', 'empty' or 'full' (only when it may be replaced); throws 'output-exists' otherwise. */
async function checkFolderFree(target: string, path: string, replace: boolean): Promise<'missing' | 'empty' | 'full'> {
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return 'missing';
  if (!found.isDirectory())
    throw new AlixError('output-exists', 'a file is where the output folder should go', {
      where: path,
      remedy: 'choose another folder',
    });
  if ((await readdir(target)).length === 0) return 'empty';
  if (replace) return 'full';
  throw new AlixError('output-exists', 'the output folder exists and is not empty', {
    where: path,
    remedy: 'choose another folder, remove it, or replace it where the command has --replace',
  });
}

/** Renames `temporary` to `target`; old content is put aside first, and put back if the rename fails. */
async function swap(temporary: string, target: string, occupied: 'missing' | 'empty' | 'full'): Promise<void> {
  if (occupied === 'empty') await rmdir(target);
  if (occupied !== 'full') return rename(temporary, target);
  const aside = `${temporary}.old`;
  await rename(target, aside);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

/** Removes `folder` and its parents up to `made` (what `makeFolder` made first), as far as they are empty. */
export async function removeEmptyFolders(folder: string, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  for (let at = resolve(folder); at.length >= made.length; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path);
  }
  await syncFolder(folder);
}

/** A folder's entries reach the disk only when the folder is synced too; Windows neither needs nor allows it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
