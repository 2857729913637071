/** alix neighbours: the images whose codes are nearest to those of the images given. */
import { basename } from 'node:path';
import { Option } from 'commander';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions {
  readonly index: string;
  readonly k: number;
  readonly metric: 'cosine' | 'l2';
  readonly images?: string;
  readonly output: string;
}

const help = `
The index is what \`alix encode\` wrote with the same model: codes.npy, and the names in codes.npy.json beside it. The
search is exact. Distances are 1 - cos of the angle between codes, or with l2 their Euclidean distance.

-o - writes a line of JSON for each image, nearest first:
{"name":...,"neighbours":[{"name":...,"index":...,"distance":...},...]}, a file that ends in .json all of them in one. A
picture has a row for each image, apart from it its neighbours; it needs the images of the index, which --images names:
the folder that was encoded, or the IDX or .npy file.

Examples:
  alix encode strokes-dali digits/ -o codes.npy
  alix neighbours strokes-dali --index codes.npy a.png b.png --images digits/ -o grid.png
  alix neighbours strokes-dali --index codes.npy queries/ -k 1 --metric l2 -o -
`;

export const neighbours: CommandDefinition = {
  name: 'neighbours',
  define(program, context) {
    const verb = program
      .command('neighbours')
      .description('the images of an index that are nearest to the images given, by their codes')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar')
      .requiredOption('--index <codes.npy>', 'the codes that are searched')
      .option('-k <count>', 'neighbours of each image', wholeNumber(1), 8)
      .addOption(
        new Option('--metric <name>', 'the distance between codes').choices(['cosine', 'l2']).default('cosine'),
      )
      .option('--images <path>', 'where the images of the index are, for a picture')
      .requiredOption('-o, --output <path>', 'a picture that ends in .png, a file that ends in .json, or - for stdout')
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(verb));
  },
};

async function run(argument: string, paths: readonly string[], options: Options, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { openInputs }, { refuseInputs }, { readCodes }, search, { CodeIndex }] =
    await Promise.all([
      import('../session.js'),
      import('../inputs.js'),
      import('../overwrite.js'),
      import('../codes-reader.js'),
      import('../neighbour-search.js'),
      import('@alix/infer'),
    ]);
  const sinkOf = await search.chooseSink(options, context);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    const codes = await readCodes(options.index, model, context.log);
    const sink = sinkOf(model, codes);
    const inputs = await openInputs(paths, model.bundle, { ...options, signal: context.signal });
    if (options.output !== '-') {
      const index = [options.index, `${options.index}.json`].map((path) => ({ path, name: basename(path) }));
      await refuseInputs(options.output, [...inputs.entries, ...index], false);
    }
    const found = { index: new CodeIndex(codes.codes, model.latent.size), names: codes.names, inputs };
    await search.searchTo(sink, model, found, options, context);
  });
}
