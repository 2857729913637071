/** When quickstart goes on without training. */
import { AlixError } from '@alix/infer/io/errors';

/** Why a machine cannot train as it is: each is said with its remedy. What else fails, a wrong hash say, stays an error. */
const reasons = new Set([
  'no-pip',
  'no-compiler',
  'unsupported-platform',
  'no-space',
  'cache-not-writable',
  'cannot-link',
  'download-failed',
  'compile-failed',
  'load-failed',
]);

export interface Skipped {
  readonly what: string;
  /** One line: the reason, and how to get what was skipped. */
  readonly why: string;
  readonly code: string;
}

/** What is skipped for this error; undefined where it is no reason to go on. */
export function skippedFor(error: unknown): Skipped | undefined {
  if (!(error instanceof AlixError) || !reasons.has(error.code)) return undefined;
  return { what: 'training and export', why: error.message, code: error.code };
}
