/** What every verb of the program has alike, given to all of them in one place. */
import { meant } from '@alix/infer/io/suggest';
import { type Command, InvalidArgumentError, type Option } from 'commander';

/** What is taken out of commander's hands, for files and the environment come in only after it has read the flags. */
export interface Common {
  /** Options that a verb cannot do without. */
  readonly needed: Set<Option>;
  /** Verbs whose --print-config is the program's; `train` and `import` print more than options. */
  readonly printing: Set<Command>;
}

/** Verbs that list and look at things, and those that have no action but other verbs: nothing that a dry run could leave out. */
const withoutDryRun = new Set(['alix', 'doctor', 'models', 'recipes', 'completion', 'data', 'web']);
/** Of these two there is no action. */
const groups = new Set(['alix', 'web']);

/**
 * Adds `--dry-run` and `--print-config` to each verb that has none of its own; choices that are mistyped get a suggestion.
 *
 * @param lenient operands may be left out, as --print-config does not need them
 */
export function addCommonOptions(command: Command, lenient = false, common = createCommon()): Common {
  const has = (long: string) => command.options.some((option) => option.long === long);
  if (!withoutDryRun.has(command.name()) && !has('--dry-run'))
    command.option('--dry-run', 'tell what would be read and written, and do none of it');
  if (!groups.has(command.name()) && !has('--print-config')) {
    command.option('--print-config', 'print the options as JSON, each with where it comes from, and do nothing');
    common.printing.add(command);
    if (lenient) for (const operand of command.registeredArguments) operand.required = false;
  }
  for (const choice of [...command.options, ...command.registeredArguments])
    if (choice.argChoices) choice.argParser(oneOf(choice.argChoices));
  for (const option of command.options) {
    if (option.mandatory) common.needed.add(option);
    option.mandatory = false;
  }
  for (const verb of command.commands) addCommonOptions(verb, lenient, common);
  return common;
}

const createCommon = (): Common => ({ needed: new Set(), printing: new Set() });

/** Commander's own check of choices, with the nearest one. */
function oneOf(choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}${meant(text, choices)}.`);
  };
}
