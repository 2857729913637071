/** What an architecture file gives: a paper's table of networks, with its numbers as options. */
import { AlixError } from '@alix/infer/io/errors';
import type { ArchitectureSpec } from '../spec.js';

export type ArchitectureOptions = Readonly<Record<string, number | string>>;

/** The words that options may be set to. */
type Choices<O> = { readonly [K in keyof O]?: readonly string[] };
type Chosen<O, C extends Choices<O>> = {
  readonly [K in keyof O]: C[K] extends readonly (infer Word)[] ? Word : O[K];
};

export interface ArchitectureDefinition<O extends ArchitectureOptions, C extends Choices<O>> {
  readonly name: string;
  readonly title: string;
  /** The paper and its table, with what was chosen where the table is silent or garbled. */
  readonly source: string;
  readonly options: O;
  /** Of every option that is a word: what it may be. */
  readonly choices?: C;
  build(options: Chosen<O, C>): ArchitectureSpec;
}

/** With its option types erased, as the table of architectures holds it. */
export interface Architecture {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly options: ArchitectureOptions;
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** @throws AlixError 'bad-config' for a word that an option does not have */
  build(options: ArchitectureOptions): ArchitectureSpec;
}

export function architecture<O extends ArchitectureOptions, const C extends Choices<O> = Record<never, never>>(
  definition: ArchitectureDefinition<O, C>,
): Architecture {
  const erased = definition as unknown as Architecture;
  return { ...erased, build: (options) => erased.build(checked(erased, options)) };
}

function checked({ name, choices = {} }: Architecture, options: ArchitectureOptions): ArchitectureOptions {
  for (const [option, words] of Object.entries(choices))
    if (!words.includes(`${options[option]}`))
      throw new AlixError('bad-config', `option "${option}" of ${name}`, {
        expected: words.join(', '),
        found: `${options[option]}`,
      });
  return options;
}
