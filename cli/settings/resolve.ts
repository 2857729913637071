/** Options of a command line that was parsed, filled in from file and environment: defaults < file < environment < flags. */
import { type Command, CommanderError, type Option } from 'commander';
import { fromEnvironment } from './environment.js';
import type { Settings } from './file.js';
import { isSwitch, keyOf } from './option.js';

/** Where an option's value comes from. */
export type Source = 'default' | 'file' | 'environment' | 'flag';

const sources: Readonly<Record<string, Source>> = { cli: 'flag', file: 'file', env: 'environment' };

/** A verb and what it is below, the verb first. */
const chain = (command: Command): Command[] => [command, ...(command.parent ? chain(command.parent) : [])];

/** Words after `alix`: ['eval', 'merge']. */
export const pathOf = (command: Command): string[] =>
  chain(command)
    .map((each) => each.name())
    .reverse()
    .slice(1);

/** Its own options, and those that all verbs have. */
export function optionsOf(verb: Command): readonly Option[] {
  const program = chain(verb).at(-1)!;
  const own = program === verb ? [] : program.options;
  return [...verb.options, ...own].filter(({ long }) => long !== '--version');
}

/**
 * Sets each option that no flag has set. A verb below another one shares options with it, and commander hands those to the
 * upper one: they are set in both.
 *
 * @throws AlixError 'bad-config'
 */
export function fillIn(
  verb: Command,
  file: Settings | undefined,
  env: Readonly<Record<string, string | undefined>>,
): void {
  for (const option of optionsOf(verb)) {
    const name = option.attributeName();
    const holders = chain(verb).filter(({ options }) => options.some((other) => other.attributeName() === name));
    if (keyOf(option) === 'config' || holders.some((holder) => holder.getOptionValueSource(name) === 'cli')) continue;
    const inFile = file?.valueOf(pathOf(verb), option);
    // both are read, for what is wrong in one is no better for being covered
    const inEnvironment = fromEnvironment(option, env);
    const found = inEnvironment ?? inFile;
    if (!found) continue;
    for (const holder of holders) holder.setOptionValueWithSource(name, found.value, inEnvironment ? 'env' : 'file');
  }
}

/** @param needed options that the verb cannot do without @throws CommanderError in commander's words */
export function checkMandatory(verb: Command, needed: ReadonlySet<Option>): void {
  const missing = verb.options.find((option) => needed.has(option) && valueIn(verb, option).value === undefined);
  if (!missing) return;
  const message = `error: required option '${missing.flags}' not specified`;
  throw new CommanderError(1, 'commander.missingMandatoryOptionValue', message);
}

/** An option's value as the verb gets it, and where it comes from. */
function valueIn(verb: Command, option: Option): { readonly value: unknown; readonly from: Source } {
  const name = option.attributeName();
  const value: unknown = verb.optsWithGlobals<Record<string, unknown>>()[name];
  return { value, from: sources[verb.getOptionValueSourceWithGlobals(name) ?? ''] ?? 'default' };
}

/** What --print-config prints: each option under its long name, null where it has no value. */
export function resolved(verb: Command, file: Settings | undefined): object {
  const options = optionsOf(verb)
    .filter((option) => !['config', 'print-config'].includes(keyOf(option)))
    .map((option) => {
      const { value, from } = valueIn(verb, option);
      const told = isSwitch(option) ? value === !option.negate : (value ?? null);
      return [keyOf(option), { value: told, from }] as const;
    });
  return { verb: pathOf(verb).join(' '), config: file?.path ?? null, options: Object.fromEntries(options) };
}
