/** alix reconstruct: images through encoder and decoder, and how far they come back from where they were. */

import type { Model } from '@alix/infer';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions } from '../options.js';
import type { PictureRun } from '../pictures/run.js';
import type { InFolder, PictureSink } from '../pictures/sinks.js';
import {
  addRefineOptions,
  needRefine,
  type Refinement,
  type RefineOptions,
  refinementOf,
  stepNote,
} from '../refine-options.js';
import type { CommandDefinition, Context } from './command.js';

interface Given extends ModelOptions, ErrorOptions, RefineOptions {
  readonly output?: string;
  readonly resume?: true;
}

interface Options extends Given {
  readonly output: string;
}

/** What is told of each image. */
interface Told {
  readonly mse: number;
  readonly mse_before?: number;
}

const help = `
The mean squared error is over the values of an image with pixels in [0,1], then averaged over images; codes are means.
It is printed and stored: in <folder>/reconstruct.json with that of each image, or beside the grid in <grid>.json.

With --refine the codes are moved from there until the decoder's image is nearest to the original, and the error is told
as it was before and as it is after. A grid then shows the original, the encoder's reconstruction, and the refined one.

-o - writes a PNG to stdout: of one image its reconstruction alone, of several the grid. It may be left out where the
only image is -, stdin.

A folder that Ctrl-C, a kill or a full disk has left unfinished is gone on with by the same command and --resume, to the
same bytes.

Examples:
  alix reconstruct strokes-dali digits/ -o grid.png
  alix reconstruct strokes-dali digits/ -o out/ --json
  alix reconstruct models/mnist digits/ --refine 50 -o grid.png
  cat x.png | alix reconstruct strokes-dali - > y.png
`;

export const reconstruct: CommandDefinition = {
  name: 'reconstruct',
  define(program, context) {
    const verb = program
      .command('reconstruct')
      .description('images through encoder and decoder, with their mean squared error')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar; - is stdin')
      .option(
        '-o, --output <path>',
        'a folder (one PNG per image, structure kept), a grid that ends in .png, or - for stdout',
      )
      .option('--resume', 'go on with a folder that the same command has begun')
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Given, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(addRefineOptions(verb, "improve each code by this many steps from the encoder's")));
  },
};

async function run(argument: string, paths: readonly string[], given: Given, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { intoOutput }, { openRun }, { refuseInputs }, { outputOf }, { planned }, sinks] =
    await Promise.all([
      import('../session.js'),
      import('../pictures/files.js'),
      import('../pictures/run.js'),
      import('../overwrite.js'),
      import('../pictures/output.js'),
      import('../plan.js'),
      import('../pictures/sinks.js'),
    ]);
  const { output, grid } = outputOf(given.output, paths, context);
  const options = { ...given, output };
  const refinement = await refinementOf(options);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    if (refinement) await needRefine(model);
    const settings = { refine: refinement?.steps, 'learning-rate': refinement?.learningRate };
    const run = await openRun<InFolder<Told>>('reconstruct', model, paths, { grid, settings }, options, context);
    const { entries, total } = run.inputs;
    await refuseInputs(output, entries, !grid);
    const { bundle, device } = model;
    if (planned(context, { model: bundle.name, device, inputs: paths, outputs: [output], counts: { images: total } }))
      return;
    const sink = sinks.openSink<Told>(output, grid, run, model.image, {
      size: model.image,
      parts: ['original', 'reconstruction', ...(refinement ? ['refined'] : [])],
      note: ({ mse }) => `mse ${mse.toPrecision(3)}`,
    });
    await intoOutput(output, () =>
      reconstructTo(sink, model, run, refinement, options, context).catch(async (error: unknown) => {
        throw await sink.fail(error);
      }),
    );
  });
}

async function reconstructTo(
  sink: PictureSink<Told>,
  model: Model,
  run: PictureRun<InFolder<Told>>,
  refinement: Refinement | undefined,
  { output, batch, resize }: Options,
  context: Context,
): Promise<void> {
  const [
    infer,
    { reconstructed },
    { reportSkipped },
    { createProgress },
    { identity },
    pictures,
    { unstack },
    words,
    { marksOf },
  ] = await Promise.all([
    import('@alix/infer'),
    import('../reconstructions.js'),
    import('../inputs.js'),
    import('../progress.js'),
    import('../session.js'),
    import('../pictures/files.js'),
    import('@alix/infer/io/sheet'),
    import('../pictures/sinks.js'),
    import('../pictures/run.js'),
  ]);
  const { inputs } = run;
  const marks = marksOf(run);
  const begun = sink.told().length;
  const progress = await createProgress(context, 'reconstruct', 'images', inputs.total);
  try {
    const update = (done: number, note?: unknown) => progress.update(begun + done, note);
    const settings = { batch, signal: context.signal, onProgress: update, onStep: stepNote(update) };
    for await (const part of reconstructed(model, marks.pass(marks.read()), refinement, settings)) {
      const { n, names, originals, pixels, mse, before } = part;
      const parts = [originals, ...(before ? [before.pixels] : []), pixels].map((images) => unstack(images, n));
      const told = Array.from(mse, (error, i) => ({ mse: error, ...(before && { mse_before: before.mse[i]! }) }));
      await sink.take({
        n,
        names,
        pixels,
        told,
        mark: marks.after(n),
        tuple: (i) => parts.map((images) => images[i]!),
      });
    }
  } finally {
    progress.stop();
  }
  const told = sink.told();
  const mse = infer.meanAndStd(told.map((image) => image.mse));
  const before = infer.meanAndStd(told.map((image) => image.mse_before ?? image.mse));
  const summary = {
    mse,
    ...(refinement && {
      mse_before: before,
      refine: { steps: refinement.steps, learning_rate: refinement.learningRate },
    }),
    n: told.length,
    pixel_range: [0, 1],
    codes: refinement ? 'refined' : 'mean',
    ...(resize && { resize }),
    model: identity(model),
    skipped: inputs.skipped,
  };
  const shown = ({ mean, std }: { mean: number; std: number }, digits = 6) =>
    // one image has no spread
    told.length > 1 ? `${mean.toPrecision(digits)} ± ${std.toPrecision(3)}` : mean.toPrecision(digits);
  const short = (error: typeof mse) => shown(error, 4);
  const ended = await sink.end(
    (count) =>
      `${model.bundle.name}: reconstructions of ${words.countOf(count, told.length)}, mse ${short(mse)}` +
      (refinement ? ` after ${refinement.steps} steps of refinement, ${short(before)} before` : '') +
      (count < told.length ? ' over all' : ''),
  );
  await pictures.writeDescription(output, 'reconstruct', { ...summary, ...ended });
  await sink.finish();
  reportSkipped(inputs.skipped, context);
  if (context.json) return context.out(JSON.stringify({ ...summary, output }));
  const codes = refinement ? `codes refined by ${refinement.steps} steps; before: ${shown(before)}` : 'codes are means';
  // stdout has the picture where it goes there
  const say = output === '-' ? context.log : context.out;
  say(`mse ${shown(mse)} over ${words.countOf(summary.n, summary.n)} (pixels in [0,1], ${codes})`);
  if (output !== '-') context.log(`-> ${output}`);
}
