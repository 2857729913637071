/** alix inpaint: images with a hole, and what the model puts there. */
import type { InpaintingBatch, Model, NamedImage } from '@alix/infer';
import { box } from '../box.js';
import type { HoleErrors } from '../hole-errors.js';
import type { Inputs, Skipped } from '../inputs.js';
import type { Holed, MaskFiles, MaskOptions } from '../masks.js';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions, wholeNumber } from '../options.js';
import {
  addRefineOptions,
  needRefine,
  type Refinement,
  type RefineOptions,
  refinementOf,
  stepNote,
} from '../refine-options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions, RefineOptions, MaskOptions {
  readonly output: string;
  readonly iterations?: number;
  readonly feather: number;
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
right.

Examples:
  alix inpaint strokes-dali digits/ --box 7,7,14,14 -o grid.png
  alix inpaint models/mnist digits/ --mask mask.png --refine 50 -o out/
  alix inpaint models/mnist photos/ --mask holes/ --feather 2 -o out/
`;

export const inpaint: CommandDefinition = {
  name: 'inpaint',
  define(program, context) {
    const verb = program
      .command('inpaint')
      .description('fill the hidden pixels of images')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar')
      .option('--mask <path>', 'a PNG for all images, not black where hidden; or a folder with one for each')
      .option('--box <x,y,w,h>', 'hide this rectangle of every image, in pixels from the top left', box)
      .option('--iterations <n>', "how often the plain encoder's code is decoded and pasted", wholeNumber(1))
      .option('--feather <pixels>', 'smooth the seam this far into the hole', wholeNumber(0), 0)
      .requiredOption(
        '-o, --output <path>',
        'a folder (one PNG per image, structure kept), or a grid that ends in .png',
      )
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(addRefineOptions(verb, 'then fit the known pixels in this many steps')));
  },
};

async function run(argument: string, paths: readonly string[], options: Options, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { intoOutput, pictureFile, pictureOutput }, { openInputs }, overwrite, masking] =
    await Promise.all([
      import('../session.js'),
      import('../pictures.js'),
      import('../inputs.js'),
      import('../overwrite.js'),
      import('../masks.js'),
    ]);
  const { output, iterations, feather } = options;
  const refine = await refinementOf(options);
  const grid = pictureOutput(output) === 'grid';
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    if (refine) await needRefine(model);
    const masks = await masking.openMasks(options, model.image);
    const inputs = await openInputs(paths, model.bundle, { ...options, signal: context.signal });
    const { entries } = inputs;
    const written = new Set(['inpaint.json', ...entries.map(({ name }) => pictureFile(name))]);
    const read = [...entries, ...masks.entries(entries)];
    await overwrite.refuseInputs(output, read, !grid, (file) => written.has(file));
    const sink = grid ? await gridSink(output, model) : await folderSink(output, model);
    const settings = { iterations, feather, refine };
    await intoOutput(output, () => inpaintTo(sink, model, { inputs, masks }, settings, options, context));
  });
}

/** Where inpainted images go. */
interface Sink {
  take(batch: InpaintingBatch, errors: readonly HoleErrors[]): Promise<void>;
  /** Ends the pictures and gives what the description says of them. */
  end(): Promise<object>;
}

/** How it is done. */
interface Settings {
  readonly iterations: number | undefined;
  readonly feather: number;
  readonly refine: Refinement | undefined;
}

async function folderSink(folder: string, model: Model): Promise<Sink> {
  const { pictureFolder } = await import('../picture-folder.js');
  const pictures = pictureFolder(folder, model.image);
  const images: object[] = [];
  return {
    async take({ names, pixels }, errors) {
      const files = await pictures.write(names, pixels);
      for (const [i, name] of names.entries()) images.push({ name, file: files[i], ...errors[i] });
    },
    end: async () => ({ images }),
  };
}

async function gridSink(path: string, model: Model): Promise<Sink> {
  const [{ coloured, MAX_TUPLES, writeTuples }, { unstack }] = await Promise.all([
    import('../sheets.js'),
    import('@alix/infer/io/sheet'),
  ]);
  const { channels } = model.image;
  const tuples: Uint8Array[][] = [];
  return {
    async take({ originals, masks, pixels, n }) {
      const holes = unstack(masks, n);
      const filled = unstack(pixels, n);
      for (const [i, original] of unstack(originals, n).entries()) {
        if (tuples.length >= MAX_TUPLES) return;
        const masked = coloured(original, channels, holes[i]);
        tuples.push([coloured(original, channels), masked, coloured(filled[i]!, channels)]);
      }
    },
    async end() {
      await writeTuples(path, tuples, { ...model.image, channels: 3 });
      return { shown: tuples.length };
    },
  };
}

async function inpaintTo(
  sink: Sink,
  model: Model,
  { inputs, masks }: { readonly inputs: Inputs; readonly masks: MaskFiles },
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
      import('../pictures.js'),
      import('../masks.js'),
      import('../hole-errors.js'),
    ]);
  const { output, batch } = options;
  const unmasked: Skipped[] = [];
  const images = withMasks(inputs, masks, options, unmasked);
  const waiting: Uint8Array[] = [];
  const progress = await createProgress(context, 'inpaint', 'images', inputs.total);
  const errors: HoleErrors[] = [];
  try {
    const stream = inpaintBatches(model, keepMasks(images, waiting), () => waiting.shift()!, {
      batch,
      iterations,
      feather,
      refine: refine && { ...refine, onStep: stepNote(progress.update) },
      signal: context.signal,
      onProgress: progress.update,
    });
    for await (const part of stream) {
      const found = holes.holeErrors(part);
      await sink.take(part, found);
      errors.push(...found);
    }
  } finally {
    progress.stop();
  }
  const skipped = [...inputs.skipped, ...unmasked];
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
  await pictures.writeDescription(output, 'inpaint', { ...summary, ...(await sink.end()) });
  reportSkipped(skipped, context);
  const whole = errors.filter(({ hidden }) => hidden === 0).length;
  if (whole > 0) context.log(`nothing is hidden in ${whole} of the images: they come back as they were`);
  if (context.json) return context.out(JSON.stringify({ ...summary, output }));
  const { known_mse, hidden_mse } = summary;
  const inHoles = hidden_mse === null ? '' : `, in the holes ${hidden_mse.toPrecision(6)}`;
  context.out(`mse on known pixels ${known_mse.toPrecision(6)}${inHoles}, over ${summary.n} images (pixels in [0,1])`);
  context.log(`-> ${output}`);
}

/** Puts the masks of the images that were taken into `waiting`, where they are asked for in the same order. */
async function* keepMasks(images: AsyncIterable<Holed>, waiting: Uint8Array[]): AsyncGenerator<NamedImage> {
  for await (const { mask, ...image } of images) {
    waiting.push(mask);
    yield image;
  }
}
