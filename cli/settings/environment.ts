/** Options out of the environment: ALIX_DEVICE for --device. */
import { AlixError } from '@alix/infer/io/errors';
import type { Option } from 'commander';
import { isSwitch, readValue, variableOf } from './option.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that mean something else than the option of that name, or that no option is to be set by. */
export const ownVariables = new Set([
  'ALIX_CACHE',
  'ALIX_CONFIG',
  'ALIX_DATA',
  'ALIX_EXPORT_TO',
  'ALIX_MIRROR',
  'ALIX_PRINT_CONFIG',
  'ALIX_PYTHON',
  'ALIX_SEED',
  'ALIX_SLOW_FILES',
]);

const words: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

/** Undefined where the variable is not set, empty, or not the option's. @throws AlixError 'bad-config' */
export function fromEnvironment(option: Option, env: Environment): { readonly value: unknown } | undefined {
  const name = variableOf(option);
  const text = ownVariables.has(name) ? undefined : env[name];
  if (!text) return undefined;
  if (!isSwitch(option)) return { value: readValue(option, listOr(text), name) };
  const given = words[text.toLowerCase()];
  if (given === undefined)
    throw new AlixError('bad-config', 'neither on nor off', { where: name, expected: '1 or 0', found: text });
  return { value: readValue(option, given, name) };
}

/** Options that may be given again take several values as a JSON list. */
function listOr(text: string): unknown {
  if (!text.startsWith('[')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a switch of all verbs was asked for, as far as that is known when the command line cannot be read. */
export function isAsked(name: 'json' | 'quiet' | 'debug', args: readonly string[], env: Environment): boolean {
  return args.includes(`--${name}`) || words[(env[`ALIX_${name.toUpperCase()}`] ?? '').toLowerCase()] === true;
}
