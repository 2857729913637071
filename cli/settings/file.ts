/** `--config FILE`: a JSON table of options by their long names, for all verbs, and in a table under a verb's name for that one. */
import { AlixError } from '@alix/infer/io/errors';
import { readRegular } from '@alix/infer/io/files';
import { parseJson } from '@alix/infer/io/json';
import { meant } from '@alix/infer/io/suggest';
import type { Command, Option } from 'commander';
import { keyOf, readValue } from './option.js';

type Table = Readonly<Record<string, unknown>>;

/** A file that has been read and checked. */
export interface Settings {
  readonly path: string;
  /** What it has for an option of a verb; the verb's own table goes first. */
  valueOf(verb: readonly string[], option: Option): { readonly value: unknown } | undefined;
}

/** Not for a file: what is asked of one command line. */
const notForFiles = new Set(['config', 'print-config', 'help', 'version']);

const MOST_BYTES = 1 << 20;

/**
 * Reads a file and checks all of it, the tables of other verbs too.
 *
 * @param program with all verbs, to know their options by
 * @throws AlixError 'bad-config' for what is no JSON table, a name that no verb has, or a value of another kind
 */
export async function readSettings(path: string, program: Command): Promise<Settings> {
  const root = parse(new TextDecoder().decode(await readRegular(path, MOST_BYTES)), path);
  checkTable(root, program, [], path);
  return {
    path,
    valueOf(verb, option) {
      const own = verb.reduce<unknown>((table, name) => (isTable(table) ? table[name] : undefined), root);
      const key = keyOf(option);
      const table = [own, root].find((each): each is Table => isTable(each) && has(each, key) && !isTable(each[key]));
      if (!table || notForFiles.has(key)) return undefined;
      return { value: readValue(option, table[key], path) };
    },
  };
}

function parse(text: string, where: string): Table {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new AlixError('bad-config', 'not valid JSON', { where, cause });
  }
  if (isTable(json)) return json;
  throw new AlixError('bad-config', 'not a table of options', { where, expected: 'a JSON object' });
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (table: Table, key: string) => Object.hasOwn(table, key);

function checkTable(table: Table, command: Command, path: readonly string[], where: string): void {
  const verbs = new Map(command.commands.map((verb) => [verb.name(), verb]));
  // at the top each option of any verb may stand, and is checked as an option of the verb that runs
  const options = path.length === 0 ? allOptions(command) : [...command.options, ...(rootOf(command)?.options ?? [])];
  const known = new Map(options.map((option) => [keyOf(option), option]));
  for (const name of notForFiles) known.delete(name);
  for (const [key, value] of Object.entries(table)) {
    const verb = verbs.get(key);
    if (isTable(value) && verb) checkTable(value, verb, [...path, key], where);
    else if (!known.has(key) || isTable(value))
      throw unknown(key, isTable(value), [...verbs.keys()], known, path, where);
    else if (path.length > 0) readValue(known.get(key)!, value, where);
  }
}

function unknown(
  key: string,
  isVerb: boolean,
  verbs: readonly string[],
  options: ReadonlyMap<string, Option>,
  path: readonly string[],
  where: string,
): AlixError {
  const names = isVerb ? verbs : [...options.keys(), ...verbs];
  const of = path.length > 0 ? `of alix ${path.join(' ')}` : 'of any verb';
  const what = isVerb ? `"${key}" is no verb` : `"${key}" is no option ${of}`;
  return new AlixError('bad-config', `${what}${meant(key, names)}`, {
    where,
    remedy:
      path.length > 0
        ? `see \`alix ${path.join(' ')} --help\``
        : 'options stand under their long names, without dashes',
  });
}

function allOptions(command: Command): readonly Option[] {
  return [...command.options, ...command.commands.flatMap(allOptions)];
}

function rootOf(command: Command): Command | null {
  let root = command;
  while (root.parent) root = root.parent;
  return root;
}
