/** alix manifold: the images over a grid of the latent plane. */
import { addModelOptions, type ModelOptions, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions {
  readonly output: string;
  readonly size: number;
  readonly resume?: true;
}

const help = `
For models whose codes have two values. Every cell stands for as large a share of the prior; the first value of the code
grows to the right, the second upwards. A folder gets the pictures from left to right, the top row first, and their
codes in codes.npy.

A folder that Ctrl-C, a kill or a full disk has left unfinished is gone on with by the same command and --resume, to the
same bytes.

Examples:
  alix manifold models/mnist-2d -o grid.png
  alix manifold models/mnist-2d --size 10 -o - > plane.png
`;

export const manifold: CommandDefinition = {
  name: 'manifold',
  define(program, context) {
    const verb = program
      .command('manifold')
      .description('the images over a grid of a two-dimensional latent space')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .option('--size <n>', 'images in each direction', wholeNumber(1), 20)
      .requiredOption('-o, --output <path>', 'a picture that ends in .png, a folder, or - for stdout')
      .option('--resume', 'go on with a folder that the same command has begun')
      .addHelpText('after', help)
      .action(async (model: string, options: Options, command) => run(model, options, context(command)));
    addModelOptions(verb);
  },
};

async function run(argument: string, options: Options, context: Context): Promise<void> {
  const [
    { manifoldCodes },
    { withModel, identity },
    pictures,
    { createProgress },
    sheets,
    folders,
    { planned },
    { needFolder, outputOf },
    { inBatches, writeCodePictures },
  ] = await Promise.all([
    import('@alix/infer'),
    import('../session.js'),
    import('../pictures/files.js'),
    import('../progress.js'),
    import('../pictures/sheets.js'),
    import('../pictures/folder.js'),
    import('../plan.js'),
    import('../pictures/output.js'),
    import('../pictures/of-codes.js'),
  ]);
  const { size, batch } = options;
  const { signal } = context;
  const { output, grid } = outputOf(options.output, [], context);
  needFolder(options.resume, { output, grid });
  await withModel(argument, options, context, async (model) => {
    const n = size * size;
    if (grid) pictures.scaleFor(n, model.image);
    const latent = manifoldCodes(model.bundle, size, size);
    const description = { model: identity(model), latent: 2, n, what: 'manifold', size, prior: model.latent.prior };
    const { bundle, device } = model;
    if (planned(context, { model: bundle.name, device, outputs: [output], counts: { images: n } })) return;
    const progress = await createProgress(context, 'manifold', 'images', n);
    const name = (place: number) => folders.numbered(place, n);
    await pictures
      .intoOutput(output, async () => {
        const end = () => pictures.writeDescription(output, 'manifold', description);
        if (!grid) {
          const batches = inBatches(latent, 2, batch);
          const made = { verb: 'manifold', batches, settings: { size }, inputs: '', description, name, end };
          return writeCodePictures(model, output, made, options, context, progress.update);
        }
        const stream = folders.decoded(model, latent, { batch, signal, onProgress: progress.update });
        const title = titleOf(model.bundle.name, latent, size);
        const edgeless = { columns: size, seamless: true };
        await sheets.writeGrid(output, await folders.collected(stream), model.image, { title }, edgeless);
        await end();
      })
      .finally(progress.stop);
    if (context.json) context.out(JSON.stringify({ ...description, output }));
    else context.log(`${size} x ${size} images -> ${output === '-' ? 'stdout' : output}`);
  });
}

/** The plane's extent: the first value grows to the right, the second upwards. */
function titleOf(name: string, latent: Float32Array, size: number): string {
  const shown = (value: number) => `${Number(value.toFixed(2))}`;
  const [left = 0, top = 0] = latent;
  const [right = 0, bottom = 0] = latent.subarray(2 * (size * size - 1));
  return `${name}: ${size} x ${size} codes; the first value ${shown(left)} to ${shown(right)} rightwards, the second ${shown(bottom)} to ${shown(top)} upwards`;
}
