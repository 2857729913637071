/** What happens between a command line and its verb: configuration file and environment come in, --print-config prints them. */
import { AlixError } from '@alix/infer/io/errors';
import { Command, CommanderError } from 'commander';
import { addCommonOptions, type Common } from '../common-options.js';
import { readSettings, type Settings } from './file.js';
import { checkMandatory, fillIn, resolved } from './resolve.js';

/** The code of what is thrown when --print-config has printed: the verb is not run, and nothing is wrong. */
const PRINTED = 'alix.printed';

/**
 * Fills in the options of the verb that is about to run.
 *
 * @param out what --print-config prints goes there
 * @throws AlixError 'bad-config'; CommanderError for an option that is missing, and with exit code 0 when all is done
 */
export async function settle(
  verb: Command,
  { needed, printing }: Common,
  env: Readonly<Record<string, string | undefined>>,
  out: (text: string) => void,
): Promise<void> {
  const path = verb.optsWithGlobals<{ config?: string }>().config ?? (env.ALIX_CONFIG || undefined);
  const file = path === undefined ? undefined : await openSettings(path);
  fillIn(verb, file, env);
  if (verb.optsWithGlobals<{ printConfig?: boolean }>().printConfig && printing.has(verb)) {
    out(`${JSON.stringify(resolved(verb, file), null, 2)}\n`);
    throw new CommanderError(0, PRINTED, '');
  }
  checkMandatory(verb, needed);
}

/** The command line has one verb; a file may name them all. */
async function openSettings(path: string): Promise<Settings> {
  const { commandsFor } = await import('../commands/index.js');
  const all = withGlobalOptions(new Command('alix'));
  const none = () => {
    throw new AlixError('internal', 'no verb runs here');
  };
  for (const definition of await commandsFor([])) definition.define(all, none);
  addCommonOptions(all);
  return readSettings(path, all);
}

/** Options that may stand before the verb or behind it. */
export function withGlobalOptions(program: Command): Command {
  return program
    .option('--json', 'one machine-readable result on stdout')
    .option('--quiet', 'no words on stderr except errors')
    .option('--debug', 'print the stack trace of an error')
    .option('--config <file>', 'options from a JSON file (default: $ALIX_CONFIG, if set)');
}
