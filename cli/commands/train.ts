/** alix train: a recipe, an objective, a configuration file or a user's own TypeScript file to a run folder. */
import { join } from 'node:path';
import { positiveNumber, repeated, wholeNumber } from '../options.js';
import { addSkipOptions, checkMaxErrors, tellSkipped } from '../skip-options.js';
import type { TrainFlags } from '../train-config.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends TrainFlags {
  readonly output?: string;
  readonly resume?: true;
  readonly threads?: number;
  readonly dryRun?: true;
  readonly printConfig?: true;
}

const help = `
Settings for --set are those that --print-config shows, e.g. optimiser.learningRate=1e-4 or architecture.options.latent=8.
Ctrl-C finishes the step and saves; continue with --resume. A run that was killed continues in the same way, from its newest
whole checkpoint. Checkpoints are written at each epoch's end and at the intervals above. The newest two stay (checkpointsKept)
and the best one (best.metric: reconstruction_mse where there is an encoder). --epochs, --steps and --hours count from the run's
beginning, over all its sessions; whichever comes first ends it, with a checkpoint.

An image that cannot be read ends the run. With --on-error skip all images are decoded once when the run begins, some thousands a
second; those that cannot be read are left out and listed in run.json, and the exit code is 3.

Examples:
  alix train dali --epochs 3 -o runs/strokes
  alix train dali-mnist --data mnist/ --epochs 5 -o runs/mnist
  alix train dali --data my/photos --size 64         your own images, of any sizes: a tenth is held out for testing
  alix train --resume -o runs/mnist --epochs 10
  alix train dali-mnist --data more/ --init runs/mnist -o runs/more      goes on from trained weights on other data
  alix train ./my-objective.ts --epochs 1            your own objective, architecture or recipe
`;

export const train: CommandDefinition = {
  name: 'train',
  define(program, context) {
    const verb = program
      .command('train')
      .description('train a generator and its encoder together')
      .argument(
        '[what]',
        'a recipe, an objective (its default recipe), a configuration (.json) or your own file (.ts, .js)',
      )
      .option('--data <data>', 'a data set, a folder of images, tar files of images, or IDX files')
      .option('-o, --output <run>', 'the run folder (default: runs/RECIPE)')
      .option('--size <pixels>', 'images become squares of this side, and networks are chosen for it', wholeNumber(1))
      .option('--epochs <n>', 'stop after this many epochs', wholeNumber(1))
      .option('--steps <n>', 'stop after this many steps', wholeNumber(1))
      .option('--hours <n>', 'stop after this much training, all sessions together', positiveNumber)
      .option('--seed <n>', 'of everything random in the run', wholeNumber(0))
      .option('--init <run>', "start from another run's weights: its folder, or a checkpoint in it")
      .option('--resume', 'continue the run from its newest whole checkpoint')
      .option('--checkpoint-minutes <n>', 'also save after this many minutes (default: 10)', positiveNumber)
      .option('--checkpoint-steps <n>', 'also save after each so many steps', wholeNumber(1))
      .option('--threads <n>', 'CPU threads (default: all cores; one for tiny networks)', wholeNumber(1))
      .option('--bfloat16', 'let oneDNN multiply in bfloat16 where it can; other numbers than float32 gives')
      .option('--set <key=value>', 'any setting; may be repeated', repeated, [])
      .option('--dry-run', 'show the networks, their parameters and the cost of a step; train nothing')
      .option('--print-config', 'print the configuration as JSON; train nothing')
      .addHelpText('after', help)
      .action(async (what: string | undefined, options: Options, command) => run(what, options, context(command)));
    addSkipOptions(verb);
  },
};

async function run(what: string | undefined, options: Options, context: Context): Promise<void> {
  const [{ AlixError }, { trainConfig, resumedConfig }, { readRun }] = await Promise.all([
    import('@alix/infer/io/errors'),
    import('../train-config.js'),
    import('@alix/train/run-folder'),
  ]);
  if (!what && !(options.resume && options.output))
    throw new AlixError('usage', 'nothing to train was named', {
      remedy: 'name a recipe (`alix recipes` lists them), or continue a run with --resume -o RUN',
    });
  const config = what
    ? await trainConfig(what, options, context.log)
    : await resumedConfig((await readRun(options.output ?? '')).config, options);
  await checkMaxErrors(config.data.maxErrors, config.data.onError);
  const { loadExtensions } = await import('@alix/train/extensions/index');
  await loadExtensions(config, options.output);
  if (options.printConfig) {
    const { design } = await import('@alix/train/design');
    return context.out(JSON.stringify(design(config).config, null, 2));
  }
  const { describeDesign } = await import('../describe-design.js');
  if (options.dryRun) return context.out(await describeDesign(config, context.json));
  const folder = options.output ?? join('runs', config.recipe);
  const { withProgress } = await import('../train-progress.js');
  const result = await withProgress(context, {
    config,
    folder,
    resume: options.resume === true,
    threads: options.threads,
  });
  // an interruption has an exit code of its own
  const isDone = !result.interrupted;
  tellSkipped(result.skipped, isDone ? context : { ...context, exit: () => undefined }, join(folder, 'run.json'));
  if (context.json) return context.out(JSON.stringify(result));
  // 0 where the run was at its end already
  const rate = result.imagesPerSecond > 0 ? ` at ${result.imagesPerSecond.toFixed(0)} images/s` : '';
  if (result.interrupted)
    context.log(`interrupted at step ${result.step} and saved; continue with \`alix train --resume -o ${folder}\``);
  else {
    context.log(`trained ${result.step} steps (${result.epochs.toFixed(2)} epochs)${rate}: ${folder}`);
    const { bestCheckpoint, nextCommands } = await import('../train-next.js');
    const { meanImage, reconstructionError } = result;
    if (meanImage && reconstructionError !== undefined) {
      const { besideMeanImage } = await import('@alix/train/mean-image-error');
      context.log(besideMeanImage(reconstructionError, meanImage));
    }
    const best = bestCheckpoint(result);
    if (best) context.log(best);
    for (const line of await nextCommands(config, result)) context.log(line);
  }
}
