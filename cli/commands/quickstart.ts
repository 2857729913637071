/** alix quickstart: train a small model, export it, and see what it does, in a few minutes. */
import { join, resolve } from 'node:path';
import { positiveNumber, wholeNumber } from '../options.js';
import type { Parts } from '../quickstart/make.js';
import type { CommandDefinition, Context } from './command.js';

interface Options {
  readonly output: string;
  readonly seconds: number;
  readonly seed?: number;
  readonly threads?: number;
}

const help = `
It sets up TensorFlow if need be, trains a small DALI on the embedded data set, exports it to ONNX, encodes, reconstructs
and samples with the runtime alone, and writes one HTML page about it. Without pip or a C++ compiler it shows the
shipped model instead, and says what was skipped.

Example:
  alix quickstart --seconds 60 -o first
`;

/** @param parts what a test puts in the place of the real thing */
export function defineQuickstart(parts?: Parts): CommandDefinition {
  return {
    name: 'quickstart',
    define(program, context) {
      program
        .command('quickstart')
        .description('train, export, encode, reconstruct and sample a small model, with a report to look at')
        .option('-o, --output <folder>', 'where all of it goes; an older quickstart there is replaced', 'quickstart')
        .option('--seconds <n>', 'train for at most this long', positiveNumber, 115)
        .option('--seed <n>', 'of everything random', wholeNumber(0))
        .option('--threads <n>', 'CPU threads (default: all cores)', wholeNumber(1))
        .addHelpText('after', help)
        .action(async (options: Options, command) => run(options, context(command), parts));
    },
  };
}

export const quickstart = defineQuickstart();

async function run({ output, seconds, seed, threads }: Options, context: Context, parts?: Parts): Promise<void> {
  if (context.dryRun) {
    const [{ planned }, { mayReplace }] = await Promise.all([import('../plan.js'), import('../quickstart/folder.js')]);
    const notes = (await mayReplace(output)) ? [`the older quickstart in ${output} would be replaced`] : [];
    planned(context, { counts: { 'seconds of training at most': seconds }, outputs: [output], notes });
    return;
  }
  const { quickstart } = await import('../quickstart/quickstart.js');
  // through `npm run` the program is the workspace's own, which npx finds
  const alix = process.env.npm_lifecycle_event ? 'npx alix' : 'alix';
  const record = await quickstart({ output, seconds, seed, threads, alix }, context, parts);
  const report = resolve(join(output, 'report.html'));
  if (context.json) return context.out(JSON.stringify({ ...record, report }));
  const { reconstruction, meanImage, ratio } = record;
  const digits = (value: number) => value.toFixed(4);
  context.out(
    `mse ${digits(reconstruction.mse.mean)} over ${reconstruction.n} held-out images, ${ratio.toFixed(2)} times the mean ` +
      `image's ${digits(meanImage.mse.mean)} (pixels in [0,1], codes are means)`,
  );
  context.out(`report: ${report}`);
}
