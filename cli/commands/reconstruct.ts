/** alix reconstruct: images through encoder and decoder, and how far they come back from where they were. */
import type { Model, ReconstructionBatch } from '@alix/infer';
import type { Inputs } from '../inputs.js';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions {
  readonly output: string;
}

const help = `
The mean squared error is over the values of an image with pixels in [0,1], then averaged over images; codes are means.
It is printed and stored: in <folder>/reconstruct.json with that of each image, or beside the grid in <grid>.json.

Examples:
  alix reconstruct strokes-dali digits/ -o grid.png
  alix reconstruct strokes-dali digits/ -o out/ --json
`;

/** A grid of more pairs than this is too large to look at; the error is over all images all the same. */
const MAX_PAIRS = 128;

export const reconstruct: CommandDefinition = {
  name: 'reconstruct',
  define(program, context) {
    const verb = program
      .command('reconstruct')
      .description('images through encoder and decoder, with their mean squared error')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too) or .npy')
      .requiredOption(
        '-o, --output <path>',
        'a folder (one PNG per image, structure kept), or a grid that ends in .png',
      )
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(verb));
  },
};

async function run(argument: string, paths: readonly string[], options: Options, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { intoOutput, pictureOutput }, { openInputs }, { refuseInputs }] =
    await Promise.all([
      import('../session.js'),
      import('../pictures.js'),
      import('../inputs.js'),
      import('../overwrite.js'),
    ]);
  const { output } = options;
  const grid = pictureOutput(output) === 'grid';
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    const inputs = await openInputs(paths, model.bundle, { ...options, signal: context.signal });
    await refuseInputs(output, inputs.entries, !grid);
    const sink = grid ? await gridSink(output, model) : await folderSink(output, model);
    await intoOutput(output, () => reconstructTo(sink, model, inputs, options, context));
  });
}

/** Where reconstructed images go. */
interface Sink {
  take(batch: ReconstructionBatch): Promise<void>;
  /** Ends the pictures and gives what the description says of them. */
  end(): Promise<object>;
}

async function folderSink(folder: string, model: Model): Promise<Sink> {
  const [{ pictureFile, writePictures }, { AlixError }] = await Promise.all([
    import('../pictures.js'),
    import('@alix/infer/io/errors'),
  ]);
  const images: { name: string; file: string; mse: number }[] = [];
  const taken = new Set<string>();
  return {
    async take({ names, pixels, mse }) {
      const files = names.map(pictureFile);
      for (const [i, file] of files.entries()) {
        if (taken.has(file))
          throw new AlixError('output-exists', 'two images would be written to this file', {
            where: file,
            remedy: 'rename one of them, or reconstruct them into two folders',
          });
        taken.add(file);
        images.push({ name: names[i]!, file, mse: mse[i]! });
      }
      await writePictures(folder, files, pixels, model.image);
    },
    end: async () => ({ images }),
  };
}

async function gridSink(path: string, model: Model): Promise<Sink> {
  const [{ writePairs }, { unstack }] = await Promise.all([import('../pictures.js'), import('@alix/infer/io/sheet')]);
  const pairs: [Uint8Array, Uint8Array][] = [];
  return {
    async take({ originals, pixels, n }) {
      if (pairs.length >= MAX_PAIRS) return;
      const others = unstack(pixels, n);
      for (const [i, original] of unstack(originals, n).entries()) pairs.push([original, others[i]!]);
    },
    async end() {
      const shown = pairs.slice(0, MAX_PAIRS);
      await writePairs(path, shown, model.image);
      return { shown: shown.length };
    },
  };
}

async function reconstructTo(
  sink: Sink,
  model: Model,
  inputs: Inputs,
  options: Options,
  context: Context,
): Promise<void> {
  const [{ meanAndStd, reconstructBatches }, { reportSkipped }, { createProgress }, { identity }, pictures] =
    await Promise.all([
      import('@alix/infer'),
      import('../inputs.js'),
      import('../progress.js'),
      import('../session.js'),
      import('../pictures.js'),
    ]);
  const { output, batch } = options;
  const { signal } = context;
  const progress = await createProgress(context, 'reconstruct', 'images', inputs.total);
  const errors: number[] = [];
  try {
    for await (const part of reconstructBatches(model, inputs.images, { batch, signal, onProgress: progress.update })) {
      await sink.take(part);
      for (const error of part.mse) errors.push(error);
    }
  } finally {
    progress.stop();
  }
  const summary = {
    mse: meanAndStd(errors),
    n: errors.length,
    pixel_range: [0, 1],
    codes: 'mean',
    model: identity(model),
    skipped: inputs.skipped,
  };
  await pictures.writeDescription(output, 'reconstruct', { ...summary, ...(await sink.end()) });
  reportSkipped(inputs.skipped, context);
  if (context.json) return context.out(JSON.stringify({ ...summary, output }));
  const { mean, std } = summary.mse;
  context.out(
    `mse ${mean.toPrecision(6)} ± ${std.toPrecision(3)} over ${summary.n} images (pixels in [0,1], codes are means)`,
  );
  context.log(`-> ${output}`);
}
