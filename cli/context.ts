/** What a verb may know of the terminal that it runs in. */
import type { Context } from './commands/command.js';

/** The options that every verb has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  /** Of the verbs that may write. */
  readonly dryRun?: boolean;
}

/** The part of `process` that is needed, so that tests can pass their own. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

export function createContext(
  options: GlobalOptions,
  terminal: Terminal,
  signal: AbortSignal,
  exit: (code: number) => void,
): Context {
  const { json = false, quiet = false, debug = false, dryRun = false } = options;
  return {
    json,
    quiet,
    debug,
    dryRun,
    signal,
    exit,
    // a terminal that cannot go back in a line would get a line for each step
    interactive: terminal.stderr.isTTY === true && process.env.TERM !== 'dumb' && !quiet && !json,
    out: (text) => terminal.stdout.write(endLine(text)),
    log: (text) => {
      if (!quiet) terminal.stderr.write(endLine(text));
    },
  };
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
