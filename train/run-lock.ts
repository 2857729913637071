/** One process trains a run at a time. */
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { ensureWritableFolder } from '@alix/infer/io/files';
import { takeLock } from './tensorflow/lock.js';

/**
 * Locks a run folder for this process; the lock of a process that has died is taken over.
 *
 * @returns what releases it
 * @throws AlixError 'run-busy' naming the process that is at work there
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  await ensureWritableFolder(folder);
  return takeLock(join(folder, 'run.lock'), {
    onWait: ({ pid, since }) => {
      throw new AlixError('run-busy', 'another process is training in this folder', {
        where: folder,
        found: `process ${pid} since ${since}`,
        remedy: 'wait for it, stop it, or name another folder with -o',
      });
    },
  });
}
