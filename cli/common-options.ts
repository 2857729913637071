/** What every verb of the program has alike, given to all of them in one place. */
import { meant } from '@alix/infer/io/suggest';
import { type Command, InvalidArgumentError } from 'commander';

/** Verbs that list and look at things, and those that have no action but other verbs: nothing that a dry run could leave out. */
const withoutDryRun = new Set(['alix', 'doctor', 'models', 'recipes', 'completion', 'data', 'web']);

/** Adds `--dry-run` to each verb that may write and has none of its own; choices that are mistyped get a suggestion. */
export function addCommonOptions(command: Command): void {
  const has = (long: string) => command.options.some((option) => option.long === long);
  if (!withoutDryRun.has(command.name()) && !has('--dry-run'))
    command.option('--dry-run', 'tell what would be read and written, and do none of it');
  for (const choice of [...command.options, ...command.registeredArguments])
    if (choice.argChoices) choice.argParser(oneOf(choice.argChoices));
  for (const verb of command.commands) addCommonOptions(verb);
}

/** Commander's own check of choices, with the nearest one. */
function oneOf(choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.${meant(text, choices)}`);
  };
}
