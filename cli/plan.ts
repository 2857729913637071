/** `--dry-run`: what a verb would do, told in the place of doing it. */
import type { Context } from './commands/command.js';
import { textTable } from './table.js';

/** What a verb would do. Lists are whole here: people are shown the first few, --json has all. */
export interface Plan {
  /** Files, folders, data sets and addresses that would be read, as the user named them. */
  readonly inputs?: readonly string[];
  /** Files and folders that would be written. */
  readonly outputs: readonly string[];
  /** The model's name or folder. */
  readonly model?: string | undefined;
  /** Where it would run. */
  readonly device?: string | undefined;
  /** How much, by what it is of: `{ images: 1000 }`. */
  readonly counts?: Readonly<Record<string, number>>;
  /** What is worth a line, such as what a resumed run need not do again. */
  readonly notes?: readonly string[];
}

/**
 * With --dry-run prints the plan, as a few lines or with --json as one object `{ "dryRun": true, ... }`, and gives true: the
 * verb then returns, before it has opened an output. Without, prints nothing and gives false.
 *
 * ```ts
 * if (planned(context, { model: model.bundle.name, device: model.device, inputs: paths, outputs: [output], counts: { images: n } })) return;
 * ```
 */
export function planned(context: Pick<Context, 'dryRun' | 'json' | 'out' | 'log'>, plan: Plan): boolean {
  if (!context.dryRun) return false;
  if (context.json) context.out(JSON.stringify({ dryRun: true, ...plan }));
  else {
    context.out(planLines(plan).join('\n'));
    context.log('a dry run: nothing was written');
  }
  return true;
}

/** More than this many paths are summed up. */
const SHOWN = 4;

/** A line for each thing that is known, its name in the first column. */
export function planLines({ inputs = [], outputs, model, device, counts = {}, notes = [] }: Plan): string[] {
  const rows = [
    ...(model === undefined ? [] : [['model', device === undefined ? model : `${model} on ${device}`]]),
    ...(model === undefined && device !== undefined ? [['device', device]] : []),
    ...(inputs.length > 0 ? [['reads', some(inputs)]] : []),
    ...Object.entries(counts).map(([what, n]) => [what, n.toLocaleString('en')]),
    ...(outputs.length > 0 ? [['writes', some(outputs)]] : []),
    ...notes.map((note) => ['note', note]),
  ];
  return textTable(rows.map((row) => row.map(visible)));
}

function some(paths: readonly string[]): string {
  const more = paths.length - SHOWN;
  return `${paths.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`;
}

/** Names of files may hold anything; control characters could move the cursor of the reader's terminal. */
const visible = (text: string) => text.replace(/\p{Cc}/gu, '\ufffd');
