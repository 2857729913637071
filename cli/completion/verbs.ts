/** What the shells complete, as plain data: taken from the commander program, so that no verb is listed twice. */
import type { Argument, Command, Option } from 'commander';
import { endings } from './endings.js';

/** What may stand in a place. */
export interface Values {
  readonly words: readonly string[];
  /** Whether it may be a path, too. */
  readonly files: boolean;
  /** What the files' names end in; none where any file will do. Folders are offered always. */
  readonly endings?: readonly string[] | undefined;
}

export interface Flag {
  /** As they are typed: `-o`, `--output`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Absent where it takes no value. */
  readonly value?: Values;
}

export interface Verb {
  /** Words after `alix`: [] of alix itself, ['eval', 'merge']. */
  readonly path: readonly string[];
  readonly description: string;
  readonly verbs: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly Flag[];
  /** Values of the operands in their order; where `repeats`, the last stands for all that follow. */
  readonly operands: readonly Values[];
  readonly repeats: boolean;
}

/** Words by an option's long name, or by the verb and the name of its operand. */
export type Vocabulary = Readonly<Record<string, readonly string[]>>;

/** What the help calls values that are no paths. */
const noPaths = new Set(
  'n count pixels steps x t name names list text which what key=value metric.option=value x,y,w,h black,white url shell'.split(
    ' ',
  ),
);

/** alix itself, then every verb and the verbs of verbs. */
export function verbsOf(program: Command, vocabulary: Vocabulary, path: readonly string[] = []): readonly Verb[] {
  const help: Flag = { names: ['-h', '--help'], description: 'what it does, its options and examples' };
  const own: Verb = {
    path,
    description: program.description(),
    verbs: program.commands.map((verb) => ({ name: verb.name(), description: verb.description() })),
    flags: [...program.options.filter(({ hidden }) => !hidden).map((option) => flagOf(option, path, vocabulary)), help],
    operands: program.registeredArguments.map((argument) => operandOf(argument, path, vocabulary)),
    repeats: program.registeredArguments.at(-1)?.variadic ?? false,
  };
  return [own, ...program.commands.flatMap((verb) => verbsOf(verb, vocabulary, [...path, verb.name()]))];
}

/** The options of alix itself that every verb takes too. */
export const shared = (verbs: readonly Verb[]): readonly Flag[] =>
  (verbs[0]?.flags ?? []).filter(({ names }) => !names.includes('--version') && !names.includes('--help'));

function flagOf(option: Option, path: readonly string[], vocabulary: Vocabulary): Flag {
  const { short, long, description, flags, argChoices, required, optional } = option;
  const names = [short, long].filter((name) => name !== undefined);
  if (!required && !optional) return { names, description };
  const called = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1] ?? '';
  const words = argChoices ?? vocabulary[long ?? ''] ?? [];
  const files = !argChoices && !noPaths.has(called);
  return { names, description, value: { words, files, endings: endingsOf(path, long ?? '') } };
}

function operandOf(argument: Argument, path: readonly string[], vocabulary: Vocabulary): Values {
  const known = vocabulary[`${path.join(' ')} ${argument.name()}`] ?? vocabulary[argument.name()];
  const words = argument.argChoices ?? known ?? [];
  const files = !argument.argChoices && (known !== undefined || !noPaths.has(argument.name()));
  return { words, files, endings: endingsOf(path, argument.name()) };
}

const endingsOf = (path: readonly string[], name: string) => endings[`${path.join(' ')} ${name}`] ?? endings[name];
