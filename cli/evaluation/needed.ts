/** Options that a verb cannot do without. Commander hands those that `alix eval` shares with its verbs to `alix eval`, and would miss them. */
import { AlixError } from '@alix/infer/io/errors';

/** @param flags of each, by its name @throws AlixError 'usage', in commander's words */
export function checkNeeded<T extends object>(options: T, flags: Partial<Record<keyof T, string>>, verb: string): void {
  for (const [name, flag] of Object.entries(flags) as [keyof T, string][])
    if (options[name] === undefined)
      throw new AlixError('usage', `required option '${flag}' not specified`, {
        remedy: `see \`alix ${verb} --help\``,
      });
}
