/** Folders as what keeps parts of evaluations, and what may be used again by others. */
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartStore } from '@alix/eval';
import { AlixError, isSystemError } from '@alix/infer/io/errors';
import { describing, makeFolder, readRegular, writeFileAtomic } from '@alix/infer/io/files';

/** What a write that was killed leaves behind: see `temporaryName` and `ensureWritableFolder` of infer/io/files. */
const UNFINISHED = /^\..+\.\d+-[0-9a-f]{12}\.tmp$/;
const PART = /^(images|samples|train)-\d+-\d+\.safetensors$/;
const REPORT = /^\.(report\.(json|html)\.\d+-[0-9a-f]{12}\.tmp|alix-probe-[0-9a-f]{12})$/;

/** The parts of an evaluation that is not finished. The folder is made when a part is put into it. */
export interface PartsFolder extends PartStore {
  /** How many parts this process has taken or put. */
  readonly used: number;
  /** Whether any part lies there. */
  any(): Promise<boolean>;
  /** Removes parts, and the folder if nothing else is in it. */
  remove(): Promise<void>;
}

export function partsFolder(folder: string): PartsFolder {
  let used = 0;
  return {
    get used() {
      return used;
    },
    async read(name) {
      const path = join(folder, name);
      const bytes = await found(path).catch((error: unknown) => {
        if (error instanceof AlixError && ['is-a-folder', 'not-a-file', 'not-a-folder'].includes(error.code))
          throw new AlixError(error.code, 'something else is where a part of the evaluation should be', {
            where: path,
            remedy: 'remove it',
            cause: error,
          });
        throw error;
      });
      if (bytes) used++;
      return bytes;
    },
    async write(name, bytes) {
      await describing(folder, () => makeFolder(folder));
      await writeFileAtomic(join(folder, name), bytes);
      used++;
    },
    async any() {
      return (await readdir(folder).catch(() => [])).some((name) => PART.test(name));
    },
    async remove() {
      await removeFiles(folder, (name) => PART.test(name) || UNFINISHED.test(name));
      // a user's own files may lie there too, and stay
      await rmdir(folder).catch(() => undefined);
    },
  };
}

/** What runs that were killed have left of their reports. */
export function removeUnfinishedReports(folder: string): Promise<void> {
  return removeFiles(folder, (name) => REPORT.test(name));
}

/** An hour: longer than any write takes. */
const STALE = 3_600_000;

/** The evaluation goes on without what cannot be read from or written to a cache; the first time it is told. */
export function cacheStore(folder: string, onNote: (note: string) => void): PartStore {
  let isTold = false;
  const forgiving = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AlixError)) throw error;
      if (!isTold) onNote(`the cache is not used: ${error.message}`);
      isTold = true;
      return undefined;
    }
  };
  return {
    read: (name) => forgiving(() => found(join(folder, name))),
    async write(name, bytes) {
      await forgiving(async () => {
        await describing(folder, () => makeFolder(folder));
        // before more is put there: it may be full of them
        await removeFiles(folder, async (left) => UNFINISHED.test(left) && (await ageOf(join(folder, left))) > STALE);
        await writeFileAtomic(join(folder, name), bytes);
      });
    },
  };
}

async function ageOf(path: string): Promise<number> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs;
}

/** Undefined where there is no such file. */
async function found(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readRegular(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function removeFiles(folder: string, which: (name: string) => boolean | Promise<boolean>): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await describing(folder, async () => {
    for (const name of names) if (await which(name)) await rm(join(folder, name), { force: true });
  });
}

function isAbsent(error: unknown): boolean {
  const cause = error instanceof Error && isSystemError(error.cause) ? error.cause : error;
  return cause instanceof Error && isSystemError(cause) && (cause as NodeJS.ErrnoException).code === 'ENOENT';
}
