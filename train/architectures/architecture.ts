/** What an architecture file gives: a paper's table of networks, with its numbers as options. */
import type { ArchitectureSpec } from '../spec.js';

export type ArchitectureOptions = Readonly<Record<string, number | string>>;

export interface ArchitectureDefinition<O extends ArchitectureOptions> {
  readonly name: string;
  readonly title: string;
  /** The paper and its table, with what was chosen where the table is silent or garbled. */
  readonly source: string;
  readonly options: O;
  build(options: O): ArchitectureSpec;
}

/** With its option types erased, as the table of architectures holds it. */
export interface Architecture {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly options: ArchitectureOptions;
  build(options: ArchitectureOptions): ArchitectureSpec;
}

export function architecture<O extends ArchitectureOptions>(definition: ArchitectureDefinition<O>): Architecture {
  return definition as unknown as Architecture;
}
