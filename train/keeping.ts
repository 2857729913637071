/** What a run says when the disk, its folder or the machine's memory fails it: where it was, and from where it can go on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError, isSystemError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';

export interface Standing {
  readonly folder: string;
  readonly step: number;
  /** The step of the last checkpoint; 0 where there is none. */
  readonly lastGood: number;
  /** Whether the folder is still this process's to write into. */
  readonly isMine?: () => Promise<boolean>;
}

/** "checkpoint-40 is the last good one" */
export const lastGoodInWords = (lastGood: number): string =>
  lastGood > 0 ? `checkpoint-${lastGood} is the last good one` : 'no checkpoint was written yet';

/**
 * Runs `work`, which writes into the run's folder. What the system refuses it becomes one line that says at which step, and
 * which checkpoint is left to go on from.
 *
 * @param doing "the checkpoint could not be written"
 */
export async function keeping<T>(standing: Standing, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    if (!existsSync(join(standing.folder, 'run.json'))) throw gone();
    if ((await standing.isMine?.()) === false) throw taken();
    return await work();
  } catch (error) {
    throw isGone(error, standing.folder) ? told(gone(), standing, doing) : told(error, standing, doing);
  }
}

const gone = () =>
  new AlixError('run-gone', 'the folder of the run was removed while it trained', { remedy: 'start it again' });

const taken = () =>
  new AlixError('run-gone', 'another process has taken the folder of the run, or its lock was removed', {
    remedy: 'continue it with --resume once nobody else trains there',
  });

const isGone = (error: unknown, folder: string) => (error as AlixError).code === 'not-found' && !existsSync(folder);

function told(error: unknown, { folder, step, lastGood }: Standing, doing: string): unknown {
  const known = isSystemError(error) && !(error instanceof AlixError) ? describeSystemError(error, folder) : error;
  if (!(known instanceof AlixError) || !(known.code === 'run-gone' || isSystemError(known.cause))) return error;
  const { code, message, where, remedy } = known;
  const begins = where ? `${where}: ` : '';
  const what = (message.startsWith(begins) ? message.slice(begins.length) : message).replace(`; ${remedy}`, '');
  const last = code === 'run-gone' ? '' : `${lastGoodInWords(lastGood)}: `;
  return new AlixError(code, `step ${step}: ${doing}: ${what}`, {
    where: where ?? folder,
    remedy: `${last}${remedy ?? 'see to it'}${code === 'run-gone' ? '' : ', then continue with --resume'}`,
    cause: known.cause,
  });
}

/**
 * TensorFlow's and JavaScript's ways to say that there is no memory for an array, in one line; any other error as it is.
 *
 * @param batch the run's setting, which decides how much a step takes
 */
export function outOfMemory(error: unknown, { folder, step, lastGood }: Standing, batch: number): unknown {
  const text = error instanceof Error ? error.message : '';
  const shape = /OOM when allocating tensor with shape\s?\[([\d,]*)\]/.exec(text)?.[1];
  const isRange =
    error instanceof RangeError && /^(Array buffer allocation failed|Invalid (typed )?array length)/.test(text);
  if (shape === undefined && !isRange && !/RESOURCE_EXHAUSTED|ResourceExhausted|\bOOM\b|bad_alloc/.test(text))
    return error;
  const tensor = shape === undefined ? '' : ` for a tensor of ${shape.split(',').join('x')} numbers`;
  return new AlixError('out-of-memory', `step ${step}: there is not enough memory${tensor} with batches of ${batch}`, {
    where: folder,
    remedy: `${lastGoodInWords(lastGood)}; train with smaller batches (--set batch=N) or smaller networks`,
    cause: error,
  });
}
