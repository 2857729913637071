/** The one error class of alix, and the exit codes that the command line gives for it. */

/** What went wrong, in the terms a caller can act on. */
export interface ErrorDetails {
  /** What would have been right, e.g. "28x28 pixels". */
  readonly expected?: string;
  /** What was there instead, e.g. "64x64 pixels". */
  readonly found?: string;
  /** The file, folder, option or tensor concerned. */
  readonly where?: string;
  /** What the user can do about it, as an imperative. */
  readonly remedy?: string;
  /** The error underneath, kept for `--debug`. */
  readonly cause?: unknown;
}

/** Exit codes of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2, partial: 3, interrupted: 130 } as const;

/**
 * Every error that alix raises on purpose. `message` is one line: what, where, expected and found, remedy.
 * `code` is stable ('bad-image', 'bad-bundle', ...), for programs to branch on.
 */
export class AlixError extends Error {
  declare readonly code: string;
  /** What went wrong, without the rest of the line. */
  declare readonly what: string;
  declare readonly expected: string | undefined;
  declare readonly found: string | undefined;
  declare readonly where: string | undefined;
  declare readonly remedy: string | undefined;

  /** Known by its name: packages that were installed one by one have a copy of this file each. */
  static override [Symbol.hasInstance](value: unknown): value is AlixError {
    return (value as Error | undefined)?.name === 'AlixError';
  }

  constructor(code: string, what: string, details: ErrorDetails = {}) {
    super(oneLine(what, details), details);
    const { expected, found, where, remedy } = details;
    Object.assign(this, { name: 'AlixError', code, what, expected, found, where, remedy });
  }
}

function oneLine(what: string, { expected, found, where, remedy }: ErrorDetails): string {
  const difference = [expected && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join(', ');
  const sentence = `${where ? `${where}: ` : ''}${what}${difference ? ` (${difference})` : ''}`;
  // names of files may hold anything, at any length; control characters could move the cursor of the reader's terminal
  return `${sentence}${remedy ? `; ${remedy}` : ''}`
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\p{Cc}/gu, '\ufffd')
    .slice(0, 4e3);
}

/** What Node throws where the operating system refuses: NodeJS.ErrnoException, for projects without Node's types too. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno?: number | undefined;
  readonly path?: string | undefined;
  readonly syscall?: string | undefined;
}

/** True for errors of the operating system (ENOENT, EACCES, ENOSPC, ...). */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && typeof (error as Partial<SystemError>).code === 'string';
}

/** `AbortSignal.throwIfAborted` with the error class of alix; code 'interrupted'. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AlixError('interrupted', 'interrupted', { cause: signal.reason });
}
