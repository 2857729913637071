/** What a verb of the command line is. One file per verb beside this one; index.ts lists them. */
import type { Command } from 'commander';

/** What every verb shares. */
export interface Context {
  /** Data and results; nothing else goes to stdout. */
  out(text: string): void;
  /** Words for the person: stderr, silent with --quiet. */
  log(text: string): void;
  /** True when stderr is a terminal and neither --quiet nor --json was given. */
  readonly interactive: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** With --dry-run: see `planned`. */
  readonly dryRun: boolean;
  /** Aborted by the first Ctrl-C; a second one ends the process. */
  readonly signal: AbortSignal;
  /** Sets the exit code of a verb that ends without throwing (EXIT.partial). */
  exit(code: number): void;
}

/** A verb: adds its command to the program. Heavy packages are imported inside the action, so that help stays fast. */
export interface CommandDefinition {
  readonly name: string;
  /** `context` is called when the action runs, after the options are parsed. */
  define(program: Command, context: (command: Command) => Context): void;
}
