/** alix interpolate: the images on the way from one image's code to another's. */
import type { Model, NamedImage } from '@alix/infer';
import { Option } from 'commander';
import { addModelOptions, type ModelOptions, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions {
  readonly output: string;
  readonly steps: number;
  readonly resize?: boolean;
  readonly resume?: true;
  readonly path: 'linear' | 'spherical';
}

const help = `
A strip has a row for each two neighbours in the order given: the first image, apart from it the decoder's images on the
way from its code to that of the second, both included, and the second image. A folder gets the images on the way and
their codes in codes.npy; with more than two images each way is a folder of its own. Codes are means.

A folder that Ctrl-C, a kill or a full disk has left unfinished is gone on with by the same command and --resume, to the
same bytes.

Examples:
  alix interpolate strokes-dali a.png b.png -o strip.png
  alix interpolate strokes-dali a.png b.png c.png a.png --steps 12 --path spherical -o strip.png
  alix interpolate strokes-dali a.png b.png -o - > strip.png
`;

/** An interpolation of more images than this is no strip to look at, and no mistake goes as far. */
const MAX_IMAGES = 256;

export const interpolate: CommandDefinition = {
  name: 'interpolate',
  define(program, context) {
    const verb = program
      .command('interpolate')
      .description('the images on the way from one image to another, or along several')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'two images or more, in this order: files, folders, IDX (.gz too), .npy or tar')
      .option('--steps <n>', 'images on each way, both ends included', wholeNumber(2), 9)
      .addOption(
        new Option('--path <name>', 'on the straight line between the codes, or on the arc')
          .choices(['linear', 'spherical'])
          .default('linear'),
      )
      .requiredOption('-o, --output <path>', 'a strip that ends in .png, a folder, or - for stdout')
      .option('--resume', 'go on with a folder that the same command has begun')
      .option('--resize', "image files of other sizes: the largest centred part, scaled to the model's size")
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addModelOptions(verb);
  },
};

async function run(argument: string, paths: readonly string[], options: Options, context: Context): Promise<void> {
  const [
    { needEncoder, withModel, identity },
    pictures,
    { readSequence },
    { refuseInputs },
    folders,
    { imagesOf },
    { createProgress },
    { planned },
    { needFolder, outputOf },
    { inBatches, writeCodePictures },
    { sha256 },
  ] = await Promise.all([
    import('../session.js'),
    import('../pictures/files.js'),
    import('../sequence.js'),
    import('../overwrite.js'),
    import('../pictures/folder.js'),
    import('../pictures/sheets.js'),
    import('../progress.js'),
    import('../plan.js'),
    import('../pictures/output.js'),
    import('../pictures/of-codes.js'),
    import('@alix/infer/io/files'),
  ]);
  const { steps, path } = options;
  const { output, grid } = outputOf(options.output, paths, context);
  needFolder(options.resume, { output, grid });
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    const { images, entries } = await readSequence(paths, model.bundle, {
      signal: context.signal,
      max: MAX_IMAGES,
      resize: options.resize === true,
    });
    await atLeastTwo(images, paths);
    const pairs = images.length - 1;
    const n = pairs * steps;
    const name = (place: number) => {
      const step = folders.numbered(place % steps, steps);
      return pairs === 1 ? step : `${folders.numbered(Math.floor(place / steps), pairs)}/${step}`;
    };
    if (grid) pictures.scaleFor(imagesOf(pairs, steps), model.image);
    await refuseInputs(output, entries, !grid, folders.isNumbered);
    const summary = { model: identity(model), n, steps, path, images: images.map((image) => image.name) };
    const { bundle, device } = model;
    if (planned(context, { model: bundle.name, device, inputs: paths, outputs: [output], counts: { images: n } }))
      return;
    const progress = await createProgress(context, 'interpolate', 'images', n);
    await pictures
      .intoOutput(output, async () => {
        const latent = await way(model, images, options, context);
        const d = model.latent.size;
        const { batch } = options;
        const end = () => pictures.writeDescription(output, 'interpolate', summary);
        if (!grid)
          return writeCodePictures(
            model,
            output,
            {
              verb: 'interpolate',
              batches: inBatches(latent, d, batch),
              settings: { steps, path },
              inputs: sha256(new Uint8Array(latent.buffer, latent.byteOffset, latent.byteLength)),
              description: { ...summary, latent: d, what: 'interpolation' },
              name,
              end,
            },
            options,
            context,
            progress.update,
          );
        const { signal } = context;
        const stream = folders.decoded(model, latent, { batch, signal, onProgress: progress.update });
        await writeStrip(output, images, await folders.collected(stream), options, model);
        await end();
      })
      .finally(progress.stop);
    if (context.json) context.out(JSON.stringify({ ...summary, output }));
    else
      context.log(`${pairs === 1 ? '' : `${pairs} ways of `}${steps} images -> ${output === '-' ? 'stdout' : output}`);
  });
}

async function atLeastTwo(images: readonly NamedImage[], [where = '']: readonly string[]): Promise<void> {
  if (images.length >= 2) return;
  const { AlixError } = await import('@alix/infer/io/errors');
  throw new AlixError('usage', 'one image is no way', { where, expected: 'two or more', remedy: 'name another image' });
}

/** The codes on the way along the images, float32 [pairs,steps,d]. */
async function way(
  model: Model,
  images: readonly NamedImage[],
  { steps, path, batch }: Options,
  { signal }: Context,
): Promise<Float32Array> {
  const { interpolateCodes } = await import('@alix/infer');
  const d = model.latent.size;
  const { mean } = await model.encode(images, { batch, signal });
  return interpolateCodes(mean.subarray(0, -d), mean.subarray(d), d, { steps, path });
}

async function writeStrip(
  output: string,
  images: readonly NamedImage[],
  made: readonly Uint8Array[],
  { steps, path }: Options,
  model: Model,
): Promise<void> {
  const { shortNames, writeRows } = await import('../pictures/sheets.js');
  const names = shortNames(images.map(({ name }) => name));
  const between = Array.from({ length: steps }, () => []);
  const rows = images.slice(1).map(({ pixels: last }, i) => ({
    first: images[i]!.pixels,
    made: made.slice(i * steps, (i + 1) * steps),
    last,
    notes: [[names[i]!], ...between, [names[i + 1]!]],
  }));
  const shares = between.map((_, step) => `${Number((step / (steps - 1)).toFixed(2))}`);
  await writeRows(output, rows, model.image, {
    title: `${model.bundle.name}: ${steps} steps from one code to the other, ${path === 'linear' ? 'on a straight line' : 'on an arc'}`,
    ends: ['original', 'original'],
    made: shares,
  });
}
