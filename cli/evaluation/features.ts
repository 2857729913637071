/** alix eval features: a data set to the file of its features' statistics. */
import type { CompatTool } from '@alix/eval';
import { type Command, Option } from 'commander';
import type { Context } from '../commands/command.js';
import { type ModelOptions, wholeNumber } from '../options.js';
import { planned } from '../plan.js';
import { compatOption } from './compat-option.js';
import type { ExtractorOptions } from './extractors.js';
import { checkNeeded } from './needed.js';

interface Options extends Pick<ModelOptions, 'batch' | 'device' | 'threads'>, ExtractorOptions {
  readonly data: string;
  readonly split: 'train' | 'test';
  readonly extractor: string;
  readonly compat?: CompatTool;
  readonly featureSample: number;
  readonly output: string;
}

const help = `
The extractor is a model folder with features.onnx or classifier.onnx, or any ONNX file with one input of images. The file holds
n, mean and scatter in float64, a sample of the features by hashes of the images (equal images count in n, and are once
in the sample), and what it was made of and with. Files of parts of a data set merge: see \`alix eval merge\`.

Examples:
  alix eval features --data mnist/ --extractor models/classifier -o real.safetensors
  alix eval features --data photos/ --extractor inception.onnx --extractor-range=-1,1 -o real.npz
`;

/** Adds the verb below \`alix eval\`. */
export function defineFeatures(parent: Command, context: (command: Command) => Context): void {
  parent
    .command('features')
    .description("a data set to its features' statistics, which merge")
    .option('--data <name or path>', 'a data set of `alix recipes`, a folder or a file')
    .addOption(new Option('--split <name>', 'the part of the data').choices(['train', 'test']).default('test'))
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
}

async function features(options: Options, context: Context): Promise<void> {
  const [{ checkOutput, writeFeatureFile }, { openImages }, { withExtractor }, { collectFeatures }, pictures, bars] =
    await Promise.all([
      import('./files.js'),
      import('./data.js'),
      import('./extractors.js'),
      import('@alix/eval'),
      import('../pictures.js'),
      import('../progress.js'),
    ]);
  const { output, batch, featureSample } = options;
  checkOutput(output);
  const images = await openImages(options.data, options.split);
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
  if (context.json)
    return context.out(JSON.stringify({ n, d, images: file.images, extractor: file.extractor, output }));
  context.out(`${n} images, ${d} features, ${file.sample.keys.length} of them sampled`);
  if (n <= d)
    context.log(`no more images than features: distances to these would be far too large; give more than ${d}`);
  context.log(`-> ${output}`);
}
