/** alix export: a run folder to a model bundle, with the parity of the two always checked. */
import { basename, resolve } from 'node:path';
import type { Bundle, Precision } from '@alix/infer';
import { precisions } from '@alix/infer/precision';
import type { CheckpointChoice } from '@alix/train';
import { InvalidArgumentError, Option } from 'commander';
import { driftLines } from '../export-drift.js';
import type { GoldenSource } from '../export-run.js';
import type { CommandDefinition, Context } from './command.js';

interface Options {
  readonly output: string;
  readonly name?: string;
  readonly replace?: true;
  readonly licence: string;
  readonly data?: string;
  readonly checkpoint: CheckpointChoice;
  readonly precision: readonly Precision[];
  readonly golden: GoldenSource;
}

const help = `
The best checkpoint is the one whose held-out error was lowest (the run's setting "best.metric"); a run never removes it.

Precisions store the weights smaller; what a graph computes stays float32, and so do its inputs and outputs. float16 is half the
bytes, int8 a quarter, with a scale per output channel. How far each is from float32 is measured, printed and kept in model.json;
a precision that breaks the model (reconstruction MSE more than doubled) is refused.

Examples:
  alix export runs/mnist -o models/mnist-dali
  alix export runs/mnist -o models/mnist-dali --checkpoint best
  alix export runs/mnist -o models/mnist-dali --precision float32,float16,int8
`;

export const exportVerb: CommandDefinition = {
  name: 'export',
  define(program, context) {
    program
      .command('export')
      .description('a trained run to a model bundle: ONNX graphs and model.json')
      .argument('<run>', 'a folder that `alix train` wrote')
      .requiredOption('-o, --output <model>', 'the folder of the bundle')
      .option('--name <name>', "the model's name (default: the folder's)")
      .option('--data <data>', "the run's data, if they have moved since")
      .option('--checkpoint <which>', 'newest, best, or the step of one', checkpointChoice, 'newest')
      .addOption(
        new Option('--precision <list>', `one or more of ${precisions.join(', ')}: the first is the model's own`)
          .argParser(precisionList)
          .default(['float32'], 'float32'),
      )
      .option('--licence <text>', 'the licence of the weights, as model.json states it', 'unstated')
      .addOption(
        new Option('--golden <what>', 'what a model tests itself with: held-out data, which it then carries, or noise')
          .choices(['data', 'noise'])
          .default('data'),
      )
      .option('--replace', 'replace a bundle that is there already')
      .addHelpText('after', help)
      .action(async (run: string, options: Options, command) => exportRun(run, options, context(command)));
  },
};

function checkpointChoice(text: string): CheckpointChoice {
  if (text === 'newest' || text === 'best') return text;
  if (/^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError('It is newest, best, or the number of a step.');
}

function precisionList(text: string): readonly Precision[] {
  const names = text.split(',').map((name) => name.trim());
  const known = names.filter((name): name is Precision => (precisions as readonly string[]).includes(name));
  if (known.length === names.length && new Set(known).size === known.length) return known;
  throw new InvalidArgumentError(`It is one or more of ${precisions.join(', ')}, once each, with commas between.`);
}

async function exportRun(run: string, options: Options, context: Context): Promise<void> {
  if (context.dryRun) {
    const [{ planned }, { exportPlan }] = await Promise.all([import('../plan.js'), import('../export-plan.js')]);
    const { output, checkpoint, replace } = options;
    planned(context, await exportPlan(run, { output, checkpoint, replace: replace === true }));
    return;
  }
  const { exportTrained } = await import('../export-run.js');
  const { bundle, parity, omitted } = await exportTrained(
    run,
    options.output,
    {
      name: options.name ?? basename(resolve(options.output)),
      licence: options.licence,
      replace: options.replace === true,
      data: options.data,
      checkpoint: options.checkpoint,
      precisions: options.precision,
      golden: options.golden,
    },
    context.log,
  );
  if (context.json) {
    const { name, metrics, precision, drift, variants = {}, files } = bundle;
    const drifts = Object.fromEntries(
      Object.entries(variants).map(([variant, told]) => [variant, told?.drift ?? null]),
    );
    const precisions = { [precision]: drift ?? null, ...drifts };
    return context.out(JSON.stringify({ output: options.output, name, parity, omitted, metrics, precisions, files }));
  }
  const bytes = Object.values(bundle.files).reduce((sum, file) => sum + file.bytes, 0);
  const differences = Object.entries(parity.graphs).map(([graph, value]) => `${graph} ${value.toExponential(1)}`);
  context.log(
    `parity with the trained networks over ${parity.n} examples, largest differences: ${differences.join(', ')} ` +
      `(allowed ${parity.tolerance.toExponential(1)})`,
  );
  for (const line of driftLines(bundle)) context.log(line);
  for (const [graph, reason] of Object.entries(omitted)) context.log(`no ${graph}.onnx: ${reason}`);
  context.log(`${options.output}: ${(bytes / 1e6).toFixed(1)} MB${next(bundle, options.output)}`);
}

/** A verb that this model is good for. */
function next({ files, image }: Bundle, output: string): string {
  if (!image || !('decoder.onnx' in files)) return '';
  const verb = 'encoder.onnx' in files ? `reconstruct ${output} IMAGES` : `sample ${output}`;
  return `; next: \`alix ${verb} -o grid.png\``;
}
