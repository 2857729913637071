/** One process trains a run at a time. */
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing, ensureWritableFolder } from '@alix/infer/io/files';
import { type HeldLock, holdLock, type Owner } from './tensorflow/lock.js';

export interface RunLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told in one line why it takes a while. */
  readonly onEvent?: ((line: string) => void) | undefined;
  /** Milliseconds without a sign of life after which a process of another machine is taken for dead. */
  readonly patience?: number;
}

/**
 * Locks a run folder for this process. The lock of a process that has died is taken over: at once where that can be seen; where
 * it was on another machine or in another container, after two minutes without a sign of its life.
 *
 * @throws AlixError 'run-busy' naming the process that is at work there, 'interrupted'
 */
export async function lockRun(folder: string, options: RunLockOptions = {}): Promise<HeldLock> {
  const { signal, onEvent, patience = 120_000 } = options;
  const busy = ({ pid, since }: Owner) => {
    throw new AlixError('run-busy', 'another process is training in this folder', {
      where: folder,
      found: `process ${pid} since ${since}`,
      remedy: 'wait for it, stop it, or name another folder with -o',
    });
  };
  await ensureWritableFolder(folder);
  return describing(folder, () =>
    holdLock(join(folder, 'run.lock'), {
      signal,
      patience,
      onWait: (owner, alive) => {
        if (alive) busy(owner);
        const seconds = Math.ceil(patience / 1000);
        onEvent?.(
          `${folder} was in use by process ${owner.pid} of another machine or container (${owner.host.split(' ')[0]}): ` +
            `waiting up to ${seconds} s to see whether it lives`,
        );
      },
      onSign: busy,
    }),
  );
}
