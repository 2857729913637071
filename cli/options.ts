/** Options that several verbs share, and how their values are read. */
import type { Precision } from '@alix/infer/precision';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Named here, for the packages that know them load slowly and every verb's help needs them. */
const precisions = ['float32', 'float16', 'int8'] as const satisfies readonly Precision[];

/** A parser for whole numbers from `min` up. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`A whole number of at least ${min} is needed.`);
    return value;
  };
}

/** A parser for numbers above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
}

/** What the verbs that run a model take. */
export interface ModelOptions {
  readonly batch: number;
  readonly threads?: number;
  readonly device: 'auto' | 'cpu' | 'cuda';
  readonly precision?: Precision;
}

export function addModelOptions(command: Command): Command {
  return command
    .option('--batch <n>', 'images per run of the graph', wholeNumber(1), 64)
    .option('--threads <n>', 'CPU threads (default: all cores)', wholeNumber(1))
    .addOption(
      new Option('--device <name>', 'where to run; a device that is named and missing is an error')
        .choices(['auto', 'cpu', 'cuda'])
        .default('auto'),
    )
    .addOption(
      new Option('--precision <name>', "what the weights are stored in (default: the model's own)").choices(precisions),
    )
    .hook('preAction', async (verb) => {
      // ONNX Runtime starts on its own thread while this one loads the verb
      const { prepareRuntime } = await import('@alix/infer/start');
      const { device, threads } = verb.opts<ModelOptions>();
      prepareRuntime({ device, threads });
    });
}

/** What the verbs that read many images take. */
export interface ErrorOptions {
  readonly onError: 'fail' | 'skip';
  readonly maxErrors?: number;
  readonly resize?: boolean;
}

export function addErrorOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--on-error <what>', 'what an image that cannot be read does')
        .choices(['fail', 'skip'])
        .default('fail'),
    )
    .option('--max-errors <n>', 'with --on-error skip: fail when more images than this are skipped', wholeNumber(0))
    .option('--resize', "image files of other sizes: the largest centred part, scaled to the model's size");
}

/** For options that may be given again. */
export function repeated(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
