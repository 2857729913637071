/** How an option is called in a configuration file and in the environment, and how a value from there is read. */
import { AlixError } from '@alix/infer/io/errors';
import { InvalidArgumentError, type Option } from 'commander';
import { repeated } from '../options.js';

/** What an option is set to in JSON. */
export type Given = boolean | number | string | readonly (number | string)[];

/** `on-error` of `--on-error <what>`; of an option without a long name its letter. */
export const keyOf = ({ long, short }: Option): string => (long ?? short ?? '').replace(/^-+/, '');

/** `ALIX_ON_ERROR` of `--on-error <what>`. */
export const variableOf = (option: Option): string => `ALIX_${keyOf(option).replaceAll('-', '_').toUpperCase()}`;

/** True for an option that takes no value. */
export const isSwitch = ({ required, optional }: Option): boolean => !required && !optional;

const isList = ({ variadic, parseArg }: Option): boolean => variadic || parseArg === repeated;

/**
 * The value that the command line would have made of it.
 *
 * @param where the file, or the variable @throws AlixError 'bad-config'
 */
export function readValue(option: Option, given: unknown, where: string): unknown {
  if (isSwitch(option)) {
    if (typeof given !== 'boolean') throw wrong(option, given, 'true or false', where);
    return option.negate ? !given : given;
  }
  if (isList(option)) {
    const all: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (!all.every(isText)) throw wrong(option, given, 'a list of texts', where);
    return all.map((each) => (option.variadic ? parsed(option, `${each}`, where) : `${each}`));
  }
  if (!isText(given)) throw wrong(option, given, 'a text or a number', where);
  return parsed(option, `${given}`, where);
}

const isText = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

function parsed(option: Option, text: string, where: string): unknown {
  try {
    return option.parseArg ? (option.parseArg as (text: string, before: unknown) => unknown)(text, undefined) : text;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const why = error.message.replace(/\.(?=$| \()/, '');
    throw new AlixError('bad-config', `"${keyOf(option)}" cannot be '${text}': ${why}`, { where });
  }
}

function wrong(option: Option, given: unknown, expected: string, where: string): AlixError {
  const what = `"${keyOf(option)}" has a value of another kind`;
  return new AlixError('bad-config', what, { where, expected, found: JSON.stringify(given) });
}
