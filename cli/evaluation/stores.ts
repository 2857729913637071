/** Folders as what keeps parts of evaluations, and what may be used again by others. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartStore } from '@alix/eval';
import { isSystemError } from '@alix/infer/io/errors';
import { describing, readBytes, writeFileAtomic } from '@alix/infer/io/files';

/** The folder is made when something is put into it. */
export function folderStore(folder: string): PartStore {
  return {
    async read(name) {
      try {
        return await readBytes(join(folder, name));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async write(name, bytes) {
      await describing(folder, () => mkdir(folder, { recursive: true }));
      await writeFileAtomic(join(folder, name), bytes);
    },
  };
}

export async function removeFolder(folder: string): Promise<void> {
  await describing(folder, () => rm(folder, { recursive: true, force: true }));
}

function isAbsent(error: unknown): boolean {
  const cause = error instanceof Error && isSystemError(error.cause) ? error.cause : error;
  return cause instanceof Error && isSystemError(cause) && (cause as NodeJS.ErrnoException).code === 'ENOENT';
}
