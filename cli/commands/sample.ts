/** alix sample: new images from a model. */
import { join } from 'node:path';
import type { Model, Sample, SampleOptions } from '@alix/infer';
import { addModelOptions, type ModelOptions, positiveNumber, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions {
  readonly n: number;
  readonly seed?: number;
  readonly truncate?: number;
  readonly given?: string;
  readonly output: string;
}

export const sample: CommandDefinition = {
  name: 'sample',
  define(program, context) {
    const verb = program
      .command('sample')
      .description('draw new images: from the prior, or with --given from the posterior of an image')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .option('-n <count>', 'how many', wholeNumber(1), 64)
      .option('--seed <n>', 'the same seed gives the same images; drawn and recorded if not given', wholeNumber(0))
      .option('--truncate <t>', 'keep every value of the codes within ±t: more typical, less varied', positiveNumber)
      .option('--given <image>', 'z ~ q(z|x) for this image, then p(x|z)')
      .requiredOption('-o, --output <path>', 'a folder, or a grid that ends in .png')
      .action(async (model: string, options: Options, command) => run(model, options, context(command)))
      .addHelpText('after', '\nExample:\n  alix sample strokes-dali -n 64 --seed 1 -o grid.png');
    addModelOptions(verb);
  },
};

async function run(argument: string, options: Options, context: Context): Promise<void> {
  const [{ AlixError }, { needEncoder, withModel, identity }, pictures, { createProgress }] = await Promise.all([
    import('@alix/infer/io/errors'),
    import('../session.js'),
    import('../pictures.js'),
    import('../progress.js'),
  ]);
  const { n, output, truncate, given, batch } = options;
  if (given !== undefined && truncate !== undefined)
    throw new AlixError('usage', '--truncate is for the prior and does nothing with --given', {
      remedy: 'leave one of them out',
    });
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const grid = pictures.pictureOutput(output) === 'grid';
  await withModel(argument, options, context, async (model) => {
    if (grid) pictures.scaleFor(n, model.image);
    if (given !== undefined) {
      needEncoder(model);
      await refuseGiven(output, given, grid);
    }
    const progress = await createProgress(context, 'sample', 'images', n);
    const settings = { seed, batch, truncate, signal: context.signal, onProgress: progress.update };
    try {
      const stream = await draw(model, given, n, settings);
      await pictures.intoOutput(output, () =>
        grid ? writeGrid(output, stream, model) : writeFolder(output, stream, n, model),
      );
    } finally {
      progress.stop();
    }
    const description = {
      model: identity(model),
      n,
      seed,
      ...(truncate !== undefined && { truncate }),
      ...(given !== undefined && { given }),
      prior: model.latent.prior,
    };
    await pictures.writeDescription(output, 'sample', description);
    if (context.json) context.out(JSON.stringify({ ...description, output }));
    else context.log(`${n} images, seed ${seed} -> ${output}`);
  });
}

/** The posterior's images must not take the place of the one that they are drawn for. */
async function refuseGiven(output: string, given: string, grid: boolean): Promise<void> {
  const [{ refuseInputs }, { basename }] = await Promise.all([import('../overwrite.js'), import('node:path')]);
  const name = basename(given);
  // in a folder they are called 00.png, 01.png, ...
  if (grid || /^\d+\.png$/.test(name)) await refuseInputs(output, [{ path: given, name }], !grid);
}

async function draw(
  model: Model,
  given: string | undefined,
  n: number,
  settings: SampleOptions,
): Promise<AsyncIterable<Sample>> {
  const { sampleBatches, sampleGivenBatches } = await import('@alix/infer');
  if (given === undefined) return sampleBatches(model, n, settings);
  const { readOne } = await import('../inputs.js');
  return sampleGivenBatches(model, await readOne(given, model.bundle), n, settings);
}

async function writeGrid(path: string, stream: AsyncIterable<Sample>, model: Model): Promise<void> {
  const [pictures, { unstack }] = await Promise.all([import('../pictures.js'), import('@alix/infer/io/sheet')]);
  const images: Uint8Array[] = [];
  for await (const { pixels, n } of stream) for (const image of unstack(pixels, n)) images.push(image);
  await pictures.writeGrid(path, images, model.image);
}

/** 00.png, 01.png, ... and codes.npy, the codes they were decoded from. */
async function writeFolder(folder: string, stream: AsyncIterable<Sample>, total: number, model: Model): Promise<void> {
  const [{ pictureFile, writePictures }, { openCodesFile }] = await Promise.all([
    import('../pictures.js'),
    import('../codes-writer.js'),
  ]);
  const digits = `${total - 1}`.length;
  const codes = await openCodesFile(join(folder, 'codes.npy'), model.latent.size);
  const names: string[] = [];
  try {
    for await (const { pixels, latent, n } of stream) {
      const files = Array.from({ length: n }, (_, i) => pictureFile(`${names.length + i}`.padStart(digits, '0')));
      await codes.write(latent);
      await writePictures(folder, files, pixels, model.image);
      for (const file of files) names.push(file);
    }
    await codes.commit({ names, what: 'sample' });
  } finally {
    await codes.discard();
  }
}
