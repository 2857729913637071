/** The program: global options, the verbs of the table, and what becomes of an error. */
import { AlixError, EXIT } from '@alix/infer/io/errors';
import { nearest } from '@alix/infer/io/suggest';
import { Command, CommanderError } from 'commander';
import type { CommandDefinition } from './commands/command.js';
import { addCommonOptions } from './common-options.js';
import { createContext, type GlobalOptions, type Terminal } from './context.js';
import { describeFailure } from './failure.js';
import { isAsked } from './settings/environment.js';
import { settle, withGlobalOptions } from './settings/index.js';
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
  const program = withGlobalOptions(
    new Command('alix')
      .description('Train, export and run generative models that come with an encoder.')
      .version(version()),
  )
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.stdout.write(text), writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examples)
    .hook('preAction', (_, verb) => settle(verb, common, process.env, (text) => terminal.stdout.write(text)));
  for (const command of commands)
    command.define(program, (action) =>
      createContext(action.optsWithGlobals<GlobalOptions>(), terminal, signal, (exit) => {
        code = exit;
      }),
    );
  const common = addCommonOptions(program, args.includes('--print-config'));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code === EXIT.done && signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    if (isClosedPipe(error)) return EXIT.done;
    const { json, debug } = program.opts<GlobalOptions>();
    const asked = [...args, ...(json ? ['--json'] : []), ...(debug ? ['--debug'] : [])];
    const verb = verbOf(program, args);
    const told = noVerb(error, verb, asked, terminal) ?? mistypedVerb(error, program, args) ?? error;
    return report(told, verb.path.join(' '), asked, terminal);
  }
}

interface Verb {
  readonly command: Command;
  /** Words after `alix`. */
  readonly path: readonly string[];
}

/** The verb that was meant, for the remedy: options' values that are named like one are taken for it, and do no harm. */
function verbOf(program: Command, args: readonly string[]): Verb {
  let [command, path]: [Command, string[]] = [program, []];
  for (const word of args) {
    const below = command.commands.find((verb) => verb.name() === word);
    if (below) [command, path] = [below, [...path, word]];
  }
  return { command, path };
}

/** Prints the one line (with --json: the one object) of an error, and gives its exit code. */
export function report(error: unknown, verb: string, args: readonly string[], terminal: Terminal): number {
  const failure = describeFailure(error, verb);
  // the options may not have been parsed when it failed
  if (isAsked('json', args, process.env)) terminal.stdout.write(`${JSON.stringify({ error: failure.error })}\n`);
  terminal.stderr.write(`alix: ${failure.error.message}\n`);
  if (isAsked('debug', args, process.env)) terminal.stderr.write(`${stack(error)}\n`);
  return failure.exit;
}

/** True for a write to a pipe whose reader has gone, as in `alix ... | head`. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** Of a verb that takes operands and has verbs of its own, as eval: one of these, mistyped, is taken for an operand. */
function mistypedVerb(error: unknown, program: Command, args: readonly string[]): AlixError | undefined {
  const isOperand = error instanceof AlixError && ['usage', 'no-bundle'].includes(error.code);
  if (!isOperand && !(error instanceof CommanderError && error.code === 'commander.excessArguments')) return undefined;
  const [first, given = ''] = args.filter((arg) => !arg.startsWith('-'));
  const own = program.commands.find((command) => command.name() === first)?.commands ?? [];
  const names = own.map((command) => command.name());
  const near = names.includes(given) ? undefined : nearest(given, names);
  if (near === undefined) return undefined;
  const remedy = `see \`alix ${first} --help\``;
  return new AlixError('usage', `unknown command '${first} ${given}' (did you mean ${first} ${near}?)`, { remedy });
}

/** Where a verb was needed and none given, its help is shown. */
function noVerb(error: unknown, verb: Verb, args: readonly string[], terminal: Terminal): AlixError | undefined {
  if (!(error instanceof CommanderError) || error.code !== 'commander.help') return undefined;
  if (!isAsked('json', args, process.env)) terminal.stderr.write(`${verb.command.helpInformation()}\n`);
  return new AlixError('usage', 'no verb was given', { remedy: `see \`${['alix', ...verb.path].join(' ')} --help\`` });
}

function stack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${stack(error.cause)}`}`;
}
