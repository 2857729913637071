/** The program: global options, the verbs of the table, and what becomes of an error. */
import { AlixError, EXIT } from '@alix/infer/io/errors';
import { nearest } from '@alix/infer/io/suggest';
import { Command, CommanderError } from 'commander';
import type { CommandDefinition } from './commands/command.js';
import { addCommonOptions } from './common-options.js';
import { createContext, type GlobalOptions, type Terminal } from './context.js';
import { describeFailure } from './failure.js';
import { version } from './version.js';

const examples = `
Examples:
  alix models                                        the models that are shipped
  alix encode strokes-dali digits/ -o codes.npy      images to codes
  alix reconstruct strokes-dali digits/ -o grid.png  originals beside reconstructions
  alix sample strokes-dali -n 64 --seed 1 -o grid.png
  alix interpolate strokes-dali a.png b.png -o strip.png
  alix inpaint strokes-dali digits/ --box 7,7,14,14 -o grid.png

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part, 130 interrupted.
`;

/**
 * Runs one command line and gives its exit code. Never throws.
 *
 * @param args without `node` and the script
 */
export async function runProgram(
  args: readonly string[],
  commands: readonly CommandDefinition[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  let code: number = EXIT.done;
  let verb = '';
  const program = new Command('alix')
    .description('Train, export and run generative models that come with an encoder.')
    .version(version())
    .option('--json', 'one machine-readable result on stdout')
    .option('--quiet', 'no words on stderr except errors')
    .option('--debug', 'print the stack trace of an error')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.stdout.write(text), writeErr: () => {} })
    .addHelpText('after', examples)
    .hook('preAction', (_, action) => {
      verb = action.name();
    });
  for (const command of commands)
    command.define(program, (action) =>
      createContext(action.optsWithGlobals<GlobalOptions>(), terminal, signal, (exit) => {
        code = exit;
      }),
    );
  addCommonOptions(program);
  try {
    if (args.every((arg) => ['--json', '--quiet', '--debug'].includes(arg))) throw noVerb(program, args, terminal);
    await program.parseAsync(args, { from: 'user' });
    return code === EXIT.done && signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    if (isClosedPipe(error)) return EXIT.done;
    const known = args.find((arg) => commands.some(({ name }) => name === arg));
    return report(mistypedVerb(error, program, args) ?? error, verb || (known ?? ''), args, terminal);
  }
}

/** Prints the one line (with --json: the one object) of an error, and gives its exit code. */
export function report(error: unknown, verb: string, args: readonly string[], terminal: Terminal): number {
  const failure = describeFailure(error, verb);
  // the options may not have been parsed when it failed
  if (args.includes('--json')) terminal.stdout.write(`${JSON.stringify({ error: failure.error })}\n`);
  terminal.stderr.write(`alix: ${failure.error.message}\n`);
  if (args.includes('--debug')) terminal.stderr.write(`${stack(error)}\n`);
  return failure.exit;
}

/** True for a write to a pipe whose reader has gone, as in `alix ... | head`. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** Of a verb that takes operands and has verbs of its own, as eval: one of these, mistyped, is an operand too many. */
function mistypedVerb(error: unknown, program: Command, args: readonly string[]): AlixError | undefined {
  if (!(error instanceof CommanderError) || error.code !== 'commander.excessArguments') return undefined;
  const [first, given = ''] = args.filter((arg) => !arg.startsWith('-'));
  const own = program.commands.find((command) => command.name() === first)?.commands ?? [];
  const names = own.map((command) => command.name());
  const near = names.includes(given) ? undefined : nearest(given, names);
  if (near === undefined) return undefined;
  const remedy = `see \`alix ${first} --help\``;
  return new AlixError('usage', `unknown command '${first} ${given}' (did you mean ${first} ${near}?)`, { remedy });
}

function noVerb(program: Command, args: readonly string[], terminal: Terminal): AlixError {
  if (!args.includes('--json')) terminal.stderr.write(`${program.helpInformation()}\n`);
  return new AlixError('usage', 'no verb was given', { remedy: 'see `alix --help`' });
}

function stack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${stack(error.cause)}`}`;
}
