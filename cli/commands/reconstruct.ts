/** alix reconstruct: images through encoder and decoder, and how far they come back from where they were. */
import type { Model } from '@alix/infer';
import type { Inputs } from '../inputs.js';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions } from '../options.js';
import type { Reconstructed } from '../reconstructions.js';
import {
  addRefineOptions,
  needRefine,
  type Refinement,
  type RefineOptions,
  refinementOf,
  stepNote,
} from '../refine-options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions, RefineOptions {
  readonly output: string;
}

const help = `
The mean squared error is over the values of an image with pixels in [0,1], then averaged over images; codes are means.
It is printed and stored: in <folder>/reconstruct.json with that of each image, or beside the grid in <grid>.json.

With --refine the codes are moved from there until the decoder's image is nearest to the original, and the error is told
as it was before and as it is after. A grid then shows the original, the encoder's reconstruction, and the refined one.

Examples:
  alix reconstruct strokes-dali digits/ -o grid.png
  alix reconstruct strokes-dali digits/ -o out/ --json
  alix reconstruct models/mnist digits/ --refine 50 -o grid.png
`;

export const reconstruct: CommandDefinition = {
  name: 'reconstruct',
  define(program, context) {
    const verb = program
      .command('reconstruct')
      .description('images through encoder and decoder, with their mean squared error')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar')
      .requiredOption(
        '-o, --output <path>',
        'a folder (one PNG per image, structure kept), or a grid that ends in .png',
      )
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(addRefineOptions(verb, "improve each code by this many steps from the encoder's")));
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
  const refinement = await refinementOf(options);
  const grid = pictureOutput(output) === 'grid';
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    if (refinement) await needRefine(model);
    const inputs = await openInputs(paths, model.bundle, { ...options, signal: context.signal });
    await refuseInputs(output, inputs.entries, !grid);
    const sink = grid ? await gridSink(output, model) : await folderSink(output, model);
    await intoOutput(output, () => reconstructTo(sink, model, inputs, refinement, options, context));
  });
}

/** Where reconstructed images go. */
interface Sink {
  take(batch: Reconstructed): Promise<void>;
  /** Ends the pictures and gives what the description says of them. */
  end(): Promise<object>;
}

async function folderSink(folder: string, model: Model): Promise<Sink> {
  const { pictureFolder } = await import('../picture-folder.js');
  const pictures = pictureFolder(folder, model.image);
  const images: object[] = [];
  return {
    async take({ names, pixels, mse, before }) {
      const files = await pictures.write(names, pixels);
      for (const [i, name] of names.entries())
        images.push({ name, file: files[i], mse: mse[i], ...(before && { mse_before: before.mse[i] }) });
    },
    end: async () => ({ images }),
  };
}

async function gridSink(path: string, model: Model): Promise<Sink> {
  const [{ MAX_TUPLES, writeTuples }, { unstack }] = await Promise.all([
    import('../sheets.js'),
    import('@alix/infer/io/sheet'),
  ]);
  const tuples: Uint8Array[][] = [];
  return {
    async take({ originals, before, pixels, n }) {
      if (tuples.length >= MAX_TUPLES) return;
      const parts = [originals, ...(before ? [before.pixels] : []), pixels].map((part) => unstack(part, n));
      for (let i = 0; i < n; i++) tuples.push(parts.map((part) => part[i]!));
    },
    async end() {
      const shown = tuples.slice(0, MAX_TUPLES);
      await writeTuples(path, shown, model.image);
      return { shown: shown.length };
    },
  };
}

async function reconstructTo(
  sink: Sink,
  model: Model,
  inputs: Inputs,
  refinement: Refinement | undefined,
  { output, batch, resize }: Options,
  context: Context,
): Promise<void> {
  const [{ meanAndStd }, { reconstructed }, { reportSkipped }, { createProgress }, { identity }, pictures] =
    await Promise.all([
      import('@alix/infer'),
      import('../reconstructions.js'),
      import('../inputs.js'),
      import('../progress.js'),
      import('../session.js'),
      import('../pictures.js'),
    ]);
  const progress = await createProgress(context, 'reconstruct', 'images', inputs.total);
  const errors: number[] = [];
  const errorsBefore: number[] = [];
  try {
    const { update } = progress;
    const settings = { batch, signal: context.signal, onProgress: update, onStep: stepNote(update) };
    for await (const part of reconstructed(model, inputs.images, refinement, settings)) {
      await sink.take(part);
      for (const error of part.mse) errors.push(error);
      for (const error of part.before?.mse ?? []) errorsBefore.push(error);
    }
  } finally {
    progress.stop();
  }
  const summary = {
    mse: meanAndStd(errors),
    ...(refinement && {
      mse_before: meanAndStd(errorsBefore),
      refine: { steps: refinement.steps, learning_rate: refinement.learningRate },
    }),
    n: errors.length,
    pixel_range: [0, 1],
    codes: refinement ? 'refined' : 'mean',
    ...(resize && { resize }),
    model: identity(model),
    skipped: inputs.skipped,
  };
  await pictures.writeDescription(output, 'reconstruct', { ...summary, ...(await sink.end()) });
  reportSkipped(inputs.skipped, context);
  if (context.json) return context.out(JSON.stringify({ ...summary, output }));
  const shown = ({ mean, std }: { mean: number; std: number }) => `${mean.toPrecision(6)} ± ${std.toPrecision(3)}`;
  const codes = refinement
    ? `codes refined by ${refinement.steps} steps; before: ${shown(meanAndStd(errorsBefore))}`
    : 'codes are means';
  context.out(`mse ${shown(summary.mse)} over ${summary.n} images (pixels in [0,1], ${codes})`);
  context.log(`-> ${output}`);
}
