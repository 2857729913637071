/** What a benchmark is. One file per benchmark beside this one; index.ts lists them. */

export interface Bench {
  readonly name: string;
  /** What follows the name on the command line, e.g. "MODEL FOLDER [--pairs 5]". */
  readonly usage: string;
  /** What is measured against what, in one line. */
  readonly summary: string;
  /** @param args what follows the name. Throws an Error whose message is one line. */
  run(args: readonly string[], print: (line: string) => void): Promise<void>;
}

/** Reads an option's value as a number above 0. Throws an Error that names the option. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} needs a number above 0, not "${text}"`);
  return value;
}

/** Reads an option's value as a whole number from 1 up. */
export function whole(name: string, text: string): number {
  const value = positive(name, text);
  if (!Number.isInteger(value)) throw new Error(`--${name} needs a whole number, not "${text}"`);
  return value;
}
