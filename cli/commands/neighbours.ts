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
  readonly output?: string;
}

const help = `
The index is what \`alix encode\` wrote with the same model, in any of its formats, with the names in it or beside it. The
search is exact. Distances are 1 - cos of the angle between codes, or with l2 their Euclidean distance.

-o - writes a line of JSON for each image, nearest first:
{"name":...,"neighbours":[{"name":...,"index":...,"distance":...},...]}, a file that ends in .json all of them in one. A
picture has a row for each image, apart from it its neighbours; it needs the images of the index, which --images names:
the folder that was encoded, or the IDX or .npy file.

Examples:
  alix encode strokes-dali digits/ -o codes.npy
  alix neighbours strokes-dali --index codes.npy a.png b.png --images digits/ -o grid.png
  alix neighbours strokes-dali --index codes.parquet queries/ -k 1 --metric l2 -o -
  cat a.png | alix neighbours strokes-dali --index codes.npy -
`;

export const neighbours: CommandDefinition = {
  name: 'neighbours',
  define(program, context) {
    const verb = program
      .command('neighbours')
      .description('the images of an index that are nearest to the images given, by their codes')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar; - for stdin')
      .requiredOption('--index <codes>', 'the codes that are searched: a .npy, .safetensors, .parquet or .jsonl file')
      .option('-k <count>', 'neighbours of each image', wholeNumber(1), 8)
      .addOption(
        new Option('--metric <name>', 'the distance between codes').choices(['cosine', 'l2']).default('cosine'),
      )
      .option('--images <path>', 'where the images of the index are, for a picture')
      .option(
        '-o, --output <path>',
        'a picture that ends in .png, a file that ends in .json, or - for stdout (the default where only stdin is read)',
      )
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(verb));
  },
};

async function run(argument: string, paths: readonly string[], given: Options, context: Context): Promise<void> {
  const [
    { needEncoder, withModel },
    { isOnlyStdin, openInputs },
    { refuseInputs },
    { readCodes },
    search,
    { planned },
    { CodeIndex },
    { AlixError },
  ] = await Promise.all([
    import('../session.js'),
    import('../inputs.js'),
    import('../overwrite.js'),
    import('../codes/read.js'),
    import('../neighbour-search.js'),
    import('../plan.js'),
    import('@alix/infer'),
    import('@alix/infer/io/errors'),
  ]);
  const output = given.output ?? (isOnlyStdin(paths) ? '-' : undefined);
  if (output === undefined)
    throw new AlixError('usage', "required option '-o, --output <path>' not specified", {
      remedy: 'name a .png or .json file, or - for stdout',
    });
  if (given.index === '-' && paths.includes('-'))
    throw new AlixError('usage', 'stdin can be read once only, and - was given twice', { remedy: 'name one of them' });
  const options = { ...given, output };
  const sinkOf = await search.chooseSink(options, context);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    const codes = await readCodes(options.index, model, context.log, context.signal);
    const sink = sinkOf(model, codes);
    const inputs = await openInputs(paths, model.bundle, { ...options, signal: context.signal });
    if (output !== '-') {
      const index = [options.index, `${options.index}.json`].map((path) => ({ path, name: basename(path) }));
      await refuseInputs(output, [...inputs.entries, ...index], false);
    }
    const plan = {
      model: model.bundle.name,
      device: model.device,
      inputs: [options.index, ...paths],
      outputs: output === '-' ? ['stdout'] : /\.png$/i.test(output) ? [output, `${output}.json`] : [output],
      counts: { images: inputs.total, codes: codes.n },
    };
    if (planned(context, plan)) return;
    const found = { index: new CodeIndex(codes.codes, model.latent.size), names: codes.names, inputs };
    await search.searchTo(sink, model, found, options, context);
  });
}
