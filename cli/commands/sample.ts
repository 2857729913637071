/** alix sample: new images from a model. */
import type { Model, Sample } from '@alix/infer';
import {
  addErrorOptions,
  addModelOptions,
  type ErrorOptions,
  type ModelOptions,
  positiveNumber,
  wholeNumber,
} from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions {
  readonly n?: number;
  readonly seed?: number;
  readonly truncate?: number;
  readonly given?: readonly string[];
  readonly resume?: true;
  readonly output: string;
}

const help = `
A folder gets 00.png, 01.png, ... and codes.npy, the codes that they were decoded from. With --given a grid has a row
for each image: the image, and apart from it its samples; a folder gets a folder for each image, if there are several.
Of several images the samples of each are fixed by the seed and the image's name. -o - writes the grid to stdout.

A folder that Ctrl-C, a kill or a full disk has left unfinished is gone on with by the same command and --resume, to the
same bytes; not with --given.

Examples:
  alix sample strokes-dali -n 64 --seed 1 -o grid.png
  alix sample strokes-dali --given digits/ -n 6 --seed 1 -o grid.png
  alix sample strokes-dali -n 1 --seed 1 -o - > sample.png
`;

/** How many unless told: from the prior or of one image, and of each of several. */
const COUNT = 64;
const COUNT_EACH = 8;

export const sample: CommandDefinition = {
  name: 'sample',
  define(program, context) {
    const verb = program
      .command('sample')
      .description('draw new images: from the prior, or with --given from the posterior of images')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .option(
        '-n <count>',
        `how many, of each image given (default: ${COUNT}; ${COUNT_EACH} of several)`,
        wholeNumber(1),
      )
      .option('--seed <n>', 'the same seed gives the same images; drawn and recorded if not given', wholeNumber(0))
      .option('--truncate <t>', 'keep every value of the codes within ±t: more typical, less varied', positiveNumber)
      .option('--given <images...>', 'z ~ q(z|x) for each of these images, then p(x|z): files, folders, IDX or .npy')
      .requiredOption('-o, --output <path>', 'a folder, a grid that ends in .png, or - for stdout')
      .option('--resume', 'go on with a folder that the same command has begun')
      .addHelpText('after', help)
      .action(async (model: string, options: Options, command) => run(model, options, context(command)));
    addErrorOptions(addModelOptions(verb));
  },
};

async function run(argument: string, options: Options, context: Context): Promise<void> {
  const [{ AlixError }, { withModel }, { needFolder, outputOf }] = await Promise.all([
    import('@alix/infer/io/errors'),
    import('../session.js'),
    import('../pictures/output.js'),
  ]);
  needFolder(options.resume, outputOf(options.output, [], context));
  const { given, truncate } = options;
  if (given !== undefined && truncate !== undefined)
    throw new AlixError('usage', '--truncate is for the prior and does nothing with --given', {
      remedy: 'leave one of them out',
    });
  if (given === undefined && (options.onError === 'skip' || options.maxErrors !== undefined))
    throw new AlixError('usage', '--on-error and --max-errors do nothing without --given', {
      remedy: 'leave them out',
    });
  if (given !== undefined && options.resume)
    throw new AlixError('usage', '--resume does not go with --given', {
      remedy: 'draw anew: the same seed is the same',
    });
  const seed = options.seed ?? (await begunSeed(options)) ?? Math.floor(Math.random() * 2 ** 31);
  await withModel(argument, options, context, (model) =>
    given === undefined
      ? fromPrior(model, seed, options, context)
      : fromPosteriors(model, seed, given, options, context),
  );
}

/** A seed that was drawn is the one that a resumed run goes on with. */
async function begunSeed({ resume, output }: Options): Promise<number | undefined> {
  if (!resume) return undefined;
  const { begunOption } = await import('../pictures/journal.js');
  const seed = await begunOption(output, 'sample', 'seed');
  return typeof seed === 'number' ? seed : undefined;
}

async function fromPrior(model: Model, seed: number, options: Options, context: Context): Promise<void> {
  const [{ sampleBatches }, pictures, { identity }, { numbered }, sheets, folders, draws, { createRandom }] =
    await Promise.all([
      import('@alix/infer'),
      import('../pictures/files.js'),
      import('../session.js'),
      import('../pictures/folder.js'),
      import('../pictures/sheets.js'),
      import('../pictures/of-codes.js'),
      import('@alix/infer/sample'),
      import('@alix/infer/io/random'),
    ]);
  const { n = COUNT, output, truncate, batch } = options;
  if (pictures.pictureOutput(output) === 'grid') pictures.scaleFor(n, model.image);
  const description = {
    model: identity(model),
    n,
    seed,
    ...(truncate !== undefined && { truncate }),
    prior: model.latent.prior,
  };
  const title =
    `${model.bundle.name}: ${n === 1 ? '1 sample' : `${n} samples`} from the prior, seed ${seed}` +
    (truncate === undefined ? '' : `, codes within ±${truncate}`);
  await write(
    {
      n,
      inputs: [],
      description: () => description,
      draw: (onProgress) => sampleBatches(model, n, { seed, batch, truncate, signal: context.signal, onProgress }),
      writeGrid: (path, images) => sheets.writeGrid(path, images, model.image, { title }),
      name: (place) => numbered(place, n),
      writeFolder: (onProgress, end) => {
        const draw = draws.priorDraws(model.bundle, createRandom(seed), truncate);
        function* batches() {
          for (let start = 0; start < n; start += batch) yield draw(Math.min(batch, n - start));
        }
        const made = {
          verb: 'sample',
          batches: batches(),
          settings: { n, seed, truncate },
          inputs: '',
          description: { model: identity(model), latent: model.latent.size, what: 'sample' },
          name: (place: number) => numbered(place, n),
          end,
        };
        return folders.writeCodePictures(model, output, made, options, context, onProgress);
      },
    },
    model,
    output,
    context,
  );
}

async function fromPosteriors(
  model: Model,
  seed: number,
  paths: readonly string[],
  options: Options,
  context: Context,
): Promise<void> {
  const [{ sampleGivenBatches }, { needEncoder, identity }, { openInputs, reportSkipped }, { openGiven }] =
    await Promise.all([
      import('@alix/infer'),
      import('../session.js'),
      import('../inputs.js'),
      import('../posteriors.js'),
    ]);
  needEncoder(model);
  const { output, batch } = options;
  const { signal } = context;
  const inputs = await openInputs(paths, model.bundle, { ...options, signal });
  const each = options.n ?? (inputs.total === 1 ? COUNT : COUNT_EACH);
  const given = await openGiven(paths, inputs, each, output, model);
  const title = `${model.bundle.name}: ${each === 1 ? 'a sample' : `${each} samples`} given ${inputs.total === 1 ? 'an image' : `each of ${inputs.total} images`}`;
  await write(
    {
      n: inputs.total * each,
      inputs: paths,
      description: () => ({
        model: identity(model),
        n: given.names.length * each,
        seed,
        given: paths.length === 1 ? paths[0] : paths,
        images: given.names,
        per_image: each,
        prior: model.latent.prior,
        skipped: inputs.skipped,
      }),
      draw: (onProgress) => sampleGivenBatches(model, given.images, each, { seed, batch, signal, onProgress }),
      writeGrid: (path, images) => given.writeGrid(path, images, `${title}, seed ${seed}`),
      name: given.name,
    },
    model,
    output,
    context,
  );
  reportSkipped(inputs.skipped, context);
}

/** What is drawn, and how it is called. */
interface Draws {
  /** How many there are to be. */
  readonly n: number;
  /** What is read. */
  readonly inputs: readonly string[];
  /** Called once all are drawn. */
  readonly description: () => { readonly n: number; readonly seed: number };
  readonly draw: (onProgress: (done: number) => void) => AsyncIterable<Sample>;
  readonly writeGrid: (path: string, images: readonly Uint8Array[]) => Promise<void>;
  readonly name: (place: number) => string;
  /** In the place of what follows from the others, where it can be gone on with. */
  readonly writeFolder?: (onProgress: (done: number) => void, end: () => Promise<void>) => Promise<void>;
}

async function write(draws: Draws, model: Model, output: string, context: Context): Promise<void> {
  const [pictures, { createProgress }, { identity }, { collected, writeWithCodes }, { planned }] = await Promise.all([
    import('../pictures/files.js'),
    import('../progress.js'),
    import('../session.js'),
    import('../pictures/folder.js'),
    import('../plan.js'),
  ]);
  const { bundle, device } = model;
  const { n, inputs } = draws;
  if (planned(context, { model: bundle.name, device, inputs, outputs: [output], counts: { images: n } })) return;
  const progress = await createProgress(context, 'sample', 'images', n);
  await pictures
    .intoOutput(output, async () => {
      const end = () => pictures.writeDescription(output, 'sample', draws.description());
      const isGrid = pictures.pictureOutput(output) === 'grid';
      if (!isGrid && draws.writeFolder) return draws.writeFolder(progress.update, end);
      const stream = draws.draw(progress.update);
      if (isGrid) await draws.writeGrid(output, await collected(stream));
      else
        await writeWithCodes(output, stream, {
          size: model.image,
          latent: model.latent.size,
          description: { model: identity(model), latent: model.latent.size, what: 'sample' },
          name: draws.name,
        });
      await end();
    })
    .finally(progress.stop);
  const description = draws.description();
  if (context.json) context.out(JSON.stringify({ ...description, output }));
  else context.log(`${description.n} images, seed ${description.seed} -> ${output === '-' ? 'stdout' : output}`);
}
