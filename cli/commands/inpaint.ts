/** alix inpaint: images with a hole, and what the model puts there. */
import type { Model, NamedImage } from '@alix/infer';
import type { ImageEntry } from '@alix/infer/io/images';
import { box } from '../box.js';
import type { HoleErrors } from '../hole-errors.js';
import type { Skipped } from '../inputs.js';
import type { Holed, MaskFiles, MaskOptions } from '../masks.js';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions, wholeNumber } from '../options.js';
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

interface Given extends ModelOptions, ErrorOptions, RefineOptions, MaskOptions {
  readonly output?: string;
  readonly resume?: true;
  readonly iterations?: number;
  readonly feather: number;
}

interface Options extends Given {
  readonly output: string;
}

const help = `
A mask is a PNG of the size of the images: what is not black is hidden. The masks of a folder have the relative names of
the images (a/1.png hides in a/1.png, or in a/1.jpg). Known pixels come back as they were; what lies under a mask is
never looked at.

A model that was trained for masks fills them in one pass; others encode, decode and paste --iterations times (10, or
once before --refine). --refine then moves the codes until the decoder's image is nearest to the known pixels.

A grid shows each image, the image with its hole, and the image filled. A folder gets the filled images under their
relative names. What is stored beside them has two mean squared errors: known_mse of the decoder's image where it was
told, and hidden_mse of what was put into the hole, which means something only where the images still have there what is
right. -o - writes a PNG to stdout: of one image the filled one alone, of several the grid; it may be left out where the
only image is -, stdin.

A folder that Ctrl-C, a kill or a full disk has left unfinished is gone on with by the same command and --resume, to the
same bytes.

Examples:
  alix inpaint strokes-dali digits/ --box 7,7,14,14 -o grid.png
  alix inpaint models/mnist digits/ --mask mask.png --refine 50 -o out/
  alix inpaint models/mnist photos/ --mask holes/ --feather 2 -o out/
  cat x.png | alix inpaint strokes-dali - --box 7,7,14,14 > y.png
`;

export const inpaint: CommandDefinition = {
  name: 'inpaint',
  define(program, context) {
    const verb = program
      .command('inpaint')
      .description('fill the hidden pixels of images')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar; - is stdin')
      .option('--mask <path>', 'a PNG for all images, not black where hidden; or a folder with one for each')
      .option('--box <x,y,w,h>', 'hide this rectangle of every image, in pixels from the top left', box)
      .option('--iterations <n>', "how often the plain encoder's code is decoded and pasted", wholeNumber(1))
      .option('--feather <pixels>', 'smooth the seam this far into the hole', wholeNumber(0), 0)
      .option(
        '-o, --output <path>',
        'a folder (one PNG per image, structure kept), a grid that ends in .png, or - for stdout',
      )
      .option('--resume', 'go on with a folder that the same command has begun')
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Given, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(addRefineOptions(verb, 'then fit the known pixels in this many steps')));
  },
};

async function run(argument: string, paths: readonly string[], given: Given, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { intoOutput, pictureFile }, { openRun }, overwrite, masking, outputs, sinks] =
    await Promise.all([
      import('../session.js'),
      import('../pictures/files.js'),
      import('../pictures/run.js'),
      import('../overwrite.js'),
      import('../masks.js'),
      import('../pictures/output.js'),
      import('../pictures/sinks.js'),
    ]);
  const { planned } = await import('../plan.js');
  const { output, grid } = outputs.outputOf(given.output, paths, context);
  const options = { ...given, output };
  const refine = await refinementOf(options);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    if (refine) await needRefine(model);
    const masks = await masking.openMasks(options, model.image);
    const { mask, box, iterations, feather } = options;
    const told = {
      mask,
      box: box && `${box.x},${box.y},${box.width},${box.height}`,
      iterations,
      feather,
      refine: refine?.steps,
      'learning-rate': refine?.learningRate,
    };
    const beside = (entries: readonly ImageEntry[]) => masks.entries(entries);
    const run = await openRun<InFolder<HoleErrors>>(
      'inpaint',
      model,
      paths,
      { grid, settings: told, beside },
      options,
      context,
    );
    const { entries, total } = run.inputs;
    const written = new Set(['inpaint.json', ...entries.map(({ name }) => pictureFile(name))]);
    const read = [...entries, ...masks.entries(entries)];
    await overwrite.refuseInputs(output, read, !grid, (file) => written.has(file));
    const [{ bundle, device }, counts] = [model, { images: total }];
    const reads = [...paths, ...(mask === undefined ? [] : [mask])];
    if (planned(context, { model: bundle.name, device, inputs: reads, outputs: [output], counts })) return;
    const sink = sinks.openSink<HoleErrors>(output, grid, run, model.image, {
      size: { ...model.image, channels: 3 },
      parts: ['original', 'with hole', 'filled'],
      note: ({ hidden_mse }) => (hidden_mse === null ? 'no hole' : `mse ${hidden_mse.toPrecision(3)}`),
    });
    const settings = { iterations, feather, refine };
    await intoOutput(output, () =>
      inpaintTo(sink, model, { run, masks }, settings, options, context).catch(async (error: unknown) => {
        throw await sink.fail(error);
      }),
    );
  });
}

/** How it is done. */
interface Settings {
  readonly iterations: number | undefined;
  readonly feather: number;
  readonly refine: Refinement | undefined;
}

async function inpaintTo(
  sink: PictureSink<HoleErrors>,
  model: Model,
  { run, masks }: { readonly run: PictureRun<InFolder<HoleErrors>>; readonly masks: MaskFiles },
  { iterations, feather, refine }: Settings,
  options: Options,
  context: Context,
): Promise<void> {
  const [{ inpaintBatches }, { reportSkipped }, { createProgress }, { identity }, pictures, { withMasks }, holes] =
    await Promise.all([
      import('@alix/infer'),
      import('../inputs.js'),
      import('../progress.js'),
      import('../session.js'),
      import('../pictures/files.js'),
      import('../masks.js'),
      import('../hole-errors.js'),
    ]);
  const [{ coloured }, { unstack }, words, { marksOf }] = await Promise.all([
    import('../pictures/sheets.js'),
    import('@alix/infer/io/sheet'),
    import('../pictures/sinks.js'),
    import('../pictures/run.js'),
  ]);
  const { inputs, before } = run;
  const { output, batch } = options;
  const { channels } = model.image;
  const unmasked: Skipped[] = [...(before.at(-1)?.unmasked ?? [])];
  const marks = marksOf(run, unmasked);
  const images = marks.pass(withMasks({ ...inputs, images: marks.read() }, masks, options, unmasked));
  const begun = sink.told().length;
  const waiting: Uint8Array[] = [];
  const progress = await createProgress(context, 'inpaint', 'images', inputs.total);
  const update = (done: number, note?: unknown) => progress.update(begun + done, note);
  try {
    const stream = inpaintBatches(model, keepMasks(images, waiting), () => waiting.shift()!, {
      batch,
      iterations,
      feather,
      refine: refine && { ...refine, onStep: stepNote(update) },
      signal: context.signal,
      onProgress: update,
    });
    for await (const part of stream) {
      const { n, names, pixels } = part;
      const [originals, hidden, filled] = [part.originals, part.masks, pixels].map((all) => unstack(all, n));
      await sink.take({
        n,
        names,
        pixels,
        told: holes.holeErrors(part),
        mark: marks.after(n),
        tuple: (i) => [
          coloured(originals![i]!, channels),
          coloured(originals![i]!, channels, hidden![i]),
          coloured(filled![i]!, channels),
        ],
      });
    }
  } finally {
    progress.stop();
  }
  const skipped = [...inputs.skipped, ...unmasked];
  const errors = sink.told();
  const summary = {
    model: identity(model),
    n: errors.length,
    ...(options.mask === undefined ? { box: options.box } : { mask: options.mask }),
    ...(iterations !== undefined && { iterations }),
    ...(refine && { refine: { steps: refine.steps, learning_rate: refine.learningRate } }),
    feather,
    pixel_range: [0, 1],
    ...holes.meanErrors(errors),
    skipped,
  };
  const { known_mse, hidden_mse } = summary;
  const inHoles = hidden_mse === null ? '' : `, in the holes ${hidden_mse.toPrecision(6)}`;
  const ended = await sink.end(
    (shown) =>
      `${model.bundle.name}: ${words.countOf(shown, errors.length)} inpainted, mse on known pixels ${known_mse.toPrecision(4)}` +
      (hidden_mse === null ? '' : `, in the holes ${hidden_mse.toPrecision(4)}`) +
      (shown < errors.length ? ' over all' : ''),
  );
  await pictures.writeDescription(output, 'inpaint', { ...summary, ...ended });
  await sink.finish();
  reportSkipped(skipped, context);
  const whole = errors.filter(({ hidden }) => hidden === 0).length;
  if (whole > 0) context.log(`nothing is hidden in ${whole} of the images: they come back as they were`);
  if (context.json) return context.out(JSON.stringify({ ...summary, output }));
  // stdout has the picture where it goes there
  const say = output === '-' ? context.log : context.out;
  say(
    `mse on known pixels ${known_mse.toPrecision(6)}${inHoles}, over ${words.countOf(summary.n, summary.n)} (pixels in [0,1])`,
  );
  if (output !== '-') context.log(`-> ${output}`);
}

/** Puts the masks of the images that were taken into `waiting`, where they are asked for in the same order. */
async function* keepMasks(images: AsyncIterable<Holed>, waiting: Uint8Array[]): AsyncGenerator<NamedImage> {
  for await (const { mask, ...image } of images) {
    waiting.push(mask);
    yield image;
  }
}
