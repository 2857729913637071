/** alix encode: images to codes. */
import type { Model } from '@alix/infer';
import type { CodesWriter } from '../codes-writer.js';
import type { Inputs } from '../inputs.js';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions {
  readonly output: string;
  readonly sample?: true;
  readonly seed?: number;
}

const help = `
The rows of codes.npy (float32 [N,d]) are in the order of the sorted relative paths, those of a tar archive in its order;
codes.npy.json has the names.

Examples:
  alix encode strokes-dali digits/ -o codes.npy
  alix encode strokes-dali t10k-images-idx3-ubyte.gz -o - | python3 -c "..."
`;

export const encode: CommandDefinition = {
  name: 'encode',
  define(program, context) {
    const verb = program
      .command('encode')
      .description('images to codes: the means of q(z|x), or with --sample draws from it')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar')
      .requiredOption('-o, --output <path>', 'where the codes go: a file that ends in .npy, or - for stdout')
      .option('--sample', 'draw z ~ q(z|x) in place of the mean')
      .option(
        '--seed <n>',
        'with --sample: the same seed gives the same codes; drawn and recorded if not given',
        wholeNumber(0),
      )
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(verb));
  },
};

async function run(argument: string, paths: readonly string[], options: Options, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { openInputs }, { refuseInputs }, { codesToStdout, openCodesFile }] =
    await Promise.all([
      import('../session.js'),
      import('../inputs.js'),
      import('../overwrite.js'),
      import('../codes-writer.js'),
    ]);
  await check(options, context);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    // opened while the first images are read; what is wrong with it is told by the first run
    model.prepare('encoder').catch(() => {});
    const inputs = await openInputs(paths, model.bundle, { ...options, signal: context.signal });
    if (options.output !== '-') await refuseInputs(options.output, inputs.entries, false);
    const d = model.latent.size;
    // opened first: an output that cannot be written is known before anything is computed
    const writer = options.output === '-' ? codesToStdout(d) : await openCodesFile(options.output, d);
    try {
      await encodeTo(writer, model, inputs, options, context);
    } finally {
      await writer.discard();
    }
  });
}

async function check({ output, sample, seed }: Options, context: Context): Promise<void> {
  const { AlixError } = await import('@alix/infer/io/errors');
  if (output !== '-' && !output.endsWith('.npy'))
    throw new AlixError('usage', '-o must end in .npy, or be - for stdout', { where: output });
  if (output === '-' && context.json)
    throw new AlixError('usage', '--json and -o - both want stdout', { remedy: 'leave one of them out' });
  if (output === '-' && process.stdout.isTTY)
    throw new AlixError('usage', '-o - writes bytes, and stdout is a terminal', {
      remedy: 'send it to a file or a pipe',
    });
  if (seed !== undefined && !sample)
    throw new AlixError('usage', '--seed does nothing without --sample', { remedy: 'add --sample' });
}

async function encodeTo(
  writer: CodesWriter,
  model: Model,
  inputs: Inputs,
  options: Options,
  context: Context,
): Promise<void> {
  const [{ encodeBatches }, { reportSkipped }, { createProgress, rate }, { identity }] = await Promise.all([
    import('@alix/infer'),
    import('../inputs.js'),
    import('../progress.js'),
    import('../session.js'),
  ]);
  const seed = options.sample ? (options.seed ?? Math.floor(Math.random() * 2 ** 31)) : undefined;
  const progress = await createProgress(context, 'encode', 'images', inputs.total);
  let n = 0;
  const start = performance.now();
  try {
    const stream = encodeBatches(model, inputs.images, {
      batch: options.batch,
      signal: context.signal,
      onProgress: progress.update,
      ...(seed !== undefined && { sample: { seed } }),
    });
    for await (const codes of stream) {
      await writer.write(codes.latent ?? codes.mean, codes.names);
      n += codes.n;
    }
  } finally {
    progress.stop();
  }
  const speed = rate(n, performance.now() - start);
  const summary = {
    model: identity(model),
    latent: model.latent.size,
    n,
    what: seed === undefined ? 'mean' : 'sample',
    ...(seed !== undefined && { seed }),
    skipped: inputs.skipped,
  };
  await writer.commit(summary);
  reportSkipped(inputs.skipped, context);
  if (context.json) context.out(JSON.stringify({ ...summary, output: options.output }));
  else context.log(`${n} codes of ${summary.latent} values -> ${options.output} (${speed} images/s)`);
}
