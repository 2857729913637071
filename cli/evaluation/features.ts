/** alix eval features: a data set to the file of its features' statistics. */
import { join } from 'node:path';
import type { CompatTool } from '@alix/eval';
import { type Command, Option } from 'commander';
import type { Context } from '../commands/command.js';
import { type ModelOptions, repeated, wholeNumber } from '../options.js';
import { planned } from '../plan.js';
import { addSkipOptions, type SkipFlags, skippingOf, tellSkipped } from '../skip-options.js';
import { compatOption } from './compat-option.js';
import type { ExtractorOptions } from './extractors.js';
import { checkNeeded } from './needed.js';

interface Options extends Pick<ModelOptions, 'batch' | 'device' | 'threads'>, ExtractorOptions, SkipFlags {
  readonly data: string;
  readonly set: readonly string[];
  readonly like?: string;
  readonly split: 'train' | 'test';
  readonly extractor: string;
  readonly compat?: CompatTool;
  readonly featureSample: number;
  readonly output: string;
}

const help = `
The extractor is a model folder with features.onnx or classifier.onnx, or any ONNX file with one input of images. The file holds
n, mean and scatter in float64, a sample of the features by hashes of the images (equal images count in n, and are once
in the sample), and what it was made of and with. To be a reference for a model, images must be cropped and scaled as those that
\`alix eval\` measures: --like MODEL reads them as its training data were read, and --set says it in so many words. Files of parts of a data set merge: see \`alix eval merge\`.

Examples:
  alix eval features --data mnist/ --extractor models/classifier -o real.safetensors
  alix eval features --data celeba/ --like models/faces --extractor inception.onnx --extractor-range=-1,1 -o real.npz
  alix eval features --data photos/ --set size=64 --extractor inception.onnx --extractor-range=-1,1 -o real.npz
`;

/** Adds the verb below \`alix eval\`. */
export function defineFeatures(parent: Command, context: (command: Command) => Context): void {
  const verb = parent
    .command('features')
    .description("a data set to its features' statistics, which merge")
    .option('--data <name or path>', 'a data set of `alix recipes`, a folder or a file')
    .addOption(new Option('--split <name>', 'the part of the data').choices(['train', 'test']).default('test'))
    .option('--like <model>', "reads the data as this model's training data were read: their crop and size")
    .option(
      '--set <key=value>',
      'an option of the data set, as crop=centre-108 or size=64; may be repeated',
      repeated,
      [],
    )
    .option('--extractor <model or file>', 'a model folder, or an .onnx file')
    .option('--extractor-output <name>', 'of an .onnx file: the output to take')
    .option('--extractor-range <black,white>', 'of an .onnx file: what black and white are to it (default: 0,1)')
    .addOption(compatOption('resizes images as another tool does'))
    .option('--feature-sample <n>', 'rows that are kept at most', wholeNumber(2), 5000)
    .option('--batch <n>', 'images per run of the graph', wholeNumber(1), 64)
    .option('--threads <n>', 'CPU threads (default: all cores)', wholeNumber(1))
    .addOption(new Option('--device <name>', 'where to run').choices(['auto', 'cpu', 'cuda']).default('auto'))
    .option('-o, --output <path>', 'a file that ends in .safetensors, or in .npz for pytorch-fid')
    .addHelpText('after', help)
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const flags = {
        data: '--data <name or path>',
        extractor: '--extractor <model or file>',
        output: '-o, --output <path>',
      };
      checkNeeded(options, flags, 'eval features');
      await features(options, context(command));
    });
  addSkipOptions(verb);
}

/** What a model's record says of how its data were read. @throws AlixError 'no-record' where it says nothing */
async function likeModel(argument: string) {
  const [{ parseBundle }, { resolveModel }, { trainedOn }, { AlixError }, { readRegular }] = await Promise.all([
    import('@alix/infer/bundle'),
    import('../models.js'),
    import('./data.js'),
    import('@alix/infer/io/errors'),
    import('@alix/infer/io/files'),
  ]);
  const manifest = join(resolveModel(argument), 'model.json');
  const found = trainedOn(parseBundle(new TextDecoder().decode(await readRegular(manifest)), manifest));
  if (found) return found;
  throw new AlixError('no-record', 'the model does not say how its training data were read', {
    where: argument,
    remedy: "say it with --set, as size=64; a data set's options are those of `alix data`",
  });
}

async function features(options: Options, context: Context): Promise<void> {
  const [{ checkOutput, writeFeatureFile }, { openImages }, { withExtractor }, { collectFeatures }, pictures, bars] =
    await Promise.all([
      import('./files.js'),
      import('./data.js'),
      import('./extractors.js'),
      import('@alix/eval'),
      import('../pictures/files.js'),
      import('../progress.js'),
    ]);
  const { output, batch, featureSample } = options;
  checkOutput(output);
  const { dataOptions } = await import('../data/settings.js');
  const images = await openImages(options.data, options.split, {
    ...(options.like !== undefined && { before: await likeModel(options.like) }),
    options: dataOptions(options.set),
    skipping: await skippingOf(options, context),
  });
  const isPlanned = () => {
    const { extractor, device, data } = options;
    return planned(context, {
      model: extractor,
      device,
      inputs: [data],
      counts: { images: images.n },
      outputs: [output],
    });
  };
  const file = await withExtractor(options.extractor, images.size, options, async (extractor) =>
    isPlanned()
      ? undefined
      : pictures.intoFile(output, async () => {
          const progress = await bars.createProgress(context, 'features', 'images', images.n);
          try {
            const { signal } = context;
            const onProgress = (done: number) => progress.update(done);
            const made = await collectFeatures(images, extractor, { batch, featureSample, signal, onProgress });
            await writeFeatureFile(output, made);
            return made;
          } finally {
            progress.stop();
          }
        }),
  );
  if (!file) return;
  const { n, d } = file.statistics;
  tellSkipped(images.skipped, context, '--json');
  if (context.json)
    return context.out(
      JSON.stringify({
        n,
        d,
        images: file.images,
        options: images.dataset.options,
        extractor: file.extractor,
        output,
        ...(images.skipped.length > 0 && { skipped: images.skipped }),
      }),
    );
  context.out(`${n} images, ${d} features, ${file.sample.keys.length} of them sampled`);
  if (n <= d)
    context.log(`no more images than features: distances to these would be far too large; give more than ${d}`);
  context.log(`-> ${output}`);
}
