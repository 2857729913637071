/** alix eval: how well a model reconstructs, samples and encodes held-out images. Its other verbs are in cli/evaluation. */
import { type Command, Option } from 'commander';
import { defineCompare } from '../evaluation/compare.js';
import { compatOption } from '../evaluation/compat-option.js';
import { defineFeatures } from '../evaluation/features.js';
import { defineMerge } from '../evaluation/merge.js';
import { addModelOptions, repeated, wholeNumber } from '../options.js';
import { addSkipOptions } from '../skip-options.js';
import type { CommandDefinition } from './command.js';

const help = `
Metrics: mse (with rmse), psnr, ssim of reconstructions; codes against the prior, pca, their picture; and with --extractor fd, kid, prdc
(precision, recall, density, coverage) of reconstructions and of samples. A Fréchet distance is named after its network,
FD(digits:output); none is called FID, for numbers of different networks do not compare. With --extractor also feature_mse,
and fdinf where it is asked for; with --classifier is, the Inception Score, called IS(digits:output); classes where the data have labels.

With --train and labels also probe and neighbours, and svm where it is asked for: they never learn from images that are measured. Without
--train baseline is the error of the measured images' own mean. With --lpips lpips, called LPIPS(digits). nll, asked for, gives upper bounds,
once --set nll.likelihood says what the decoder's image stands for. inpainting fills a hole in the middle of each image.

--compat takes another tool's conventions, with its seeds and random orders, and measures what that tool has: torch-fidelity is,
fd, kid, prdc; torchmetrics is, fd, kid, ssim, psnr, mse; clean-fid fd, kid; prdc prdc; improved-gan is. What --set says goes first.

With --on-error skip images that cannot be read are in no number, n is without them, report.json lists them, and the exit code is 3.

The folder gets report.json, every number at full precision with n and all conventions, and report.html, one file to look at.

Ctrl-C keeps finished parts, of 4096 images each, in its parts/; the same command with --resume goes on from them to the same numbers.
What is made of real images alone is kept for other models, in eval/ of the cache: ALIX_CACHE, else ~/.cache/alix (~/Library/Caches/alix
on macOS). An entry is used only for the very images that it was made of; with 2048 features one is 60 MB. It may be deleted at any time.

Examples:
  alix eval models/mnist --data mnist/ -o report
  alix eval models/mnist --data mnist/ --metrics mse,ssim --n 1000 -o report
  alix eval models/mnist --data mnist/ --extractor models/classifier -o report
  alix eval models/mnist --data mnist/ --run runs/mnist -o report
  alix eval compare report-a report-b -o comparison
  alix eval features --data mnist/ --extractor models/classifier -o real.safetensors
`;

export const evalVerb: CommandDefinition = {
  name: 'eval',
  define(program, context) {
    const verb = program
      .command('eval')
      .description('measures a model on held-out images: a report to look at, and every number in JSON')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .option('--data <name or path>', 'a data set of `alix recipes`, a folder or a file')
      .addOption(new Option('--split <name>', 'the part of the data').choices(['train', 'test']).default('test'))
      .option('--n <count>', 'the first images of it (default: all)', wholeNumber(2))
      .option('--train <name or path>', 'training images, for the metrics that learn from labels')
      .option('--metrics <names>', 'which, with commas between (default: all that can be had)')
      .option('--set <metric.option=value>', 'an option of a metric; may be given again', repeated, [])
      .addOption(compatOption("another tool's conventions: splits, seeds, subsets, resize"))
      .option(
        '--samples <n>',
        'images sampled from the prior (default: as many as images, 10000 at most)',
        wholeNumber(2),
      )
      .option('--seed <n>', 'of samples and of draws from q(z|x)', wholeNumber(0), 0)
      .option('--extractor <model or file>', 'what makes features: a model folder, or an .onnx file')
      .option('--extractor-output <name>', 'of an .onnx file: the output to take')
      .option('--extractor-range <black,white>', 'of an .onnx file: what black and white are to it (default: 0,1)')
      .option('--classifier <model or file>', 'what makes logits of classes: a model folder, or an .onnx file')
      .option('--classifier-output <name>', 'of an .onnx file: the output to take')
      .option('--classifier-range <black,white>', 'of an .onnx file: what black and white are to it (default: 0,1)')
      .option('--lpips <file>', 'an .onnx file that compares two images, [N,3,H,W] in [-1,1] each')
      .option('--reference <file>', 'real features to compare samples with, from `alix eval features` or pytorch-fid')
      .option('--run <folder>', 'the run that the model was exported from: curves over its checkpoints')
      .option(
        '--curve-n <count>',
        'of --run: the first images, through each checkpoint (default: 1000)',
        wholeNumber(2),
      )
      .option('--no-cache', 'makes features of real images anew, and keeps none')
      .option('--resume', 'goes on with an evaluation that was interrupted')
      .option('--feature-sample <n>', 'features of each set that kid and prdc compare, at most', wholeNumber(2), 5000)
      .option('-o, --output <folder>', 'where report.json and report.html go')
      .addHelpText('after', help)
      .action(async (model: string, options, command: Command) => {
        const { evaluate } = await import('../evaluation/evaluate.js');
        await evaluate(model, options, context(command));
      });
    addModelOptions(verb);
    addSkipOptions(verb);
    defineFeatures(verb, context);
    defineMerge(verb, context);
    defineCompare(verb, context);
  },
};
