/** Evaluations that ended early: whether their parts are kept, and how the user is told to go on. */
import { AlixError } from '@alix/infer/io/errors';
import { PASSING, resumable } from '../resuming.js';
import type { PartsFolder } from './stores.js';

/** What may be gone when the same command runs again. */
export const passing: ReadonlySet<string> = new Set([...PASSING, 'not-found']);

/**
 * Keeps the parts where the same command can go on from them, else removes those that this process has made or taken.
 *
 * @returns the error to throw
 */
export async function afterFailure(error: unknown, parts: PartsFolder): Promise<unknown> {
  // a mistake of alix, or no memory
  if (!(error instanceof AlixError)) return error;
  const { code } = error;
  // parts of another evaluation are not this one's to remove
  if (code === 'other-plan') return error;
  if (!passing.has(code)) {
    if (parts.used > 0) await parts.remove();
    return error;
  }
  return (await parts.any()) ? resumable(error) : error;
}
