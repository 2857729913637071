/** alix manifold: the images over a grid of the latent plane. */
import { addModelOptions, type ModelOptions, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions {
  readonly output: string;
  readonly size: number;
}

const help = `
For models whose codes have two values. Every cell stands for as large a share of the prior; the first value of the code grows to the
right, the second upwards. A folder gets the pictures from left to right, the top row first, and their codes in codes.npy.

Example:
  alix manifold models/mnist-2d -o grid.png
`;

export const manifold: CommandDefinition = {
  name: 'manifold',
  define(program, context) {
    const verb = program
      .command('manifold')
      .description('the images over a grid of a two-dimensional latent space')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .option('--size <n>', 'images in each direction', wholeNumber(1), 20)
      .requiredOption('-o, --output <path>', 'a picture that ends in .png, or a folder')
      .addHelpText('after', help)
      .action(async (model: string, options: Options, command) => run(model, options, context(command)));
    addModelOptions(verb);
  },
};

async function run(argument: string, options: Options, context: Context): Promise<void> {
  const [{ withModel, identity }, pictures, { createProgress }, sheets, { numbered, writeWithCodes }, { unstack }] =
    await Promise.all([
      import('../session.js'),
      import('../pictures.js'),
      import('../progress.js'),
      import('../sheets.js'),
      import('../picture-folder.js'),
      import('@alix/infer/io/sheet'),
    ]);
  const { output, size, batch } = options;
  const grid = pictures.pictureOutput(output) === 'grid';
  await withModel(argument, options, context, async (model) => {
    pictures.scaleFor(size * size, model.image);
    const n = size * size;
    const description = { model: identity(model), latent: 2, n, what: 'manifold', size, prior: model.latent.prior };
    await pictures.intoOutput(output, async () => {
      const progress = await createProgress(context, 'manifold', 'images', n);
      const made = await model
        .manifold({ rows: size, batch, signal: context.signal, onProgress: progress.update })
        .finally(progress.stop);
      if (grid) await sheets.writeSeamless(output, unstack(made.pixels, n), size, model.image);
      else
        await writeWithCodes(output, [made], {
          size: model.image,
          latent: 2,
          description,
          name: (place) => numbered(place, n),
        });
      await pictures.writeDescription(output, 'manifold', description);
    });
    if (context.json) context.out(JSON.stringify({ ...description, output }));
    else context.log(`${size} x ${size} images -> ${output}`);
  });
}
