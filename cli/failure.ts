/** Any error as what the command line says of it: one line, a code for programs, an exit code. */
import { AlixError, EXIT, isSystemError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';
import { CommanderError } from 'commander';
import { installCommand } from './install-command.js';

export interface Failure {
  readonly exit: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly where?: string | undefined;
    readonly remedy?: string | undefined;
  };
  /** False for a mistake inside alix, of which the line alone tells too little. */
  readonly expected: boolean;
}

/** The codes that mean a wrong command line. */
const usageCodes = new Set(['usage', 'bad-option', 'bad-seed', 'bad-config', 'mismatch']);

/** @param verb the verb that ran, for the remedy of a usage error; '' if none */
export function describeFailure(error: unknown, verb: string): Failure {
  if (error instanceof CommanderError) return usage(error, verb);
  const known = missingPackage(error) ?? outOfMemory(error) ?? systemError(error);
  if (known) return describeFailure(known, verb);
  if (error instanceof AlixError) {
    const { code, message, where, remedy } = error;
    const exit = code === 'interrupted' ? EXIT.interrupted : usageCodes.has(code) ? EXIT.usage : EXIT.failed;
    return { exit, error: { code, message, where, remedy }, expected: true };
  }
  const message = oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const remedy = 'run again with --debug and report what it prints';
  return {
    exit: EXIT.failed,
    error: { code: 'internal', message: `internal error: ${message}; ${remedy}`, remedy },
    expected: false,
  };
}

function usage(error: CommanderError, verb: string): Failure {
  const remedy = `see \`alix ${verb ? `${verb} ` : ''}--help\``;
  const message = oneLine(error.message)
    .replace(/^error: /, '')
    .replace('(Did you mean', '(did you mean')
    .replace(/\.$/, '');
  return { exit: EXIT.usage, error: { code: 'usage', message: `${message}; ${remedy}`, remedy }, expected: true };
}

/** The optional packages are imported where they are needed; one that is not there is not a mistake of alix. */
function missingPackage(error: unknown): AlixError | undefined {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const name = /Cannot find package '(@alix\/[a-z]+)/.exec(error.message)?.[1];
  if (!name) return undefined;
  return new AlixError('not-installed', `this verb needs the package ${name}, which is not installed`, {
    remedy: `run \`${installCommand(name)}\``,
    cause: error,
  });
}

/** An array that the machine has no room for, as a huge --batch asks. */
function outOfMemory(error: unknown): AlixError | undefined {
  if (
    !(error instanceof RangeError) ||
    !/^(Array buffer allocation failed|Invalid (typed )?array length)/.test(error.message)
  )
    return undefined;
  return new AlixError('out-of-memory', 'there is not enough memory for an array', {
    remedy: 'choose a smaller --batch or fewer images',
    cause: error,
  });
}

function systemError(error: unknown): AlixError | undefined {
  if (!isSystemError(error) || error instanceof AlixError) return undefined;
  const described = describeSystemError(error, error.path ?? error.syscall ?? 'system');
  return described instanceof AlixError ? described : undefined;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
