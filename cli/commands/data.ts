/** alix data: which data sets there are, what one holds, and how to get one. */
import { type Command, Option } from 'commander';
import type { DownloadOptions } from '../data/download.js';
import type { InfoOptions } from '../data/info.js';
import type { MakeOptions } from '../data/make.js';
import { repeated, wholeNumber } from '../options.js';
import { addSkipOptions } from '../skip-options.js';
import type { CommandDefinition } from './command.js';

const help = `
Examples:
  alix data                                          the data sets, where they come from and their options
  alix data info strokes -o sheet.png                counts, classes, a fingerprint, and a picture of them
  alix data info my/photos --set size=64 --json
  alix data make strokes -n 1000 --seed 1 -o digits  a folder of PNGs, its sub-folders are the classes
  alix data make gaussian-grid -n 5000 --seed 1 -o grid.npy
  alix data download mnist -o data/mnist
`;

const infoHelp = `
Counts come from names, lengths and heads. With --on-error skip every image is decoded, what cannot be read is listed, and
the exit code is then 3.

Examples:
  alix data info strokes -o sheet.png
  alix data info my/photos --set size=64 --json
`;

const makeHelp = `
Examples:
  alix data make strokes -n 1000 --seed 1 -o digits        a folder of PNGs, its sub-folders are the classes
  alix data make strokes -n 1000 --split test -o t10k.idx  t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte
  alix data make gaussian-grid -n 5000 -o grid.npy
`;

const downloadHelp = `
The licence is shown first. Each file is checked against the published checksum before it gets its name; archives are
unpacked and removed. Ctrl-C and kills leave NAME.part, with which the same command goes on. A file that you place in
the folder yourself is checked and unpacked as one that was fetched: CelebA's authors give no direct address.

Examples:
  alix data download mnist -o data/mnist
  alix data download svhn --only train_32x32.mat test_32x32.mat -o data/svhn
  alix data download cifar10 --mirror https://mirror.example/cifar -o data/cifar
  alix data download https://example.org/faces.tar --sha256 9f86d0...
`;

export const data: CommandDefinition = {
  name: 'data',
  define(program, context) {
    const group = program
      .command('data')
      .description('list data sets, look at one, make one, or download one')
      .addHelpText('after', help)
      // a mistyped verb arrives here, and deserves better than a count of arguments
      .allowExcessArguments()
      .action(async (_options, command: Command) => {
        if (command.args.length > 0) throw await noSuchVerb(command);
        await (await import('../data/list.js')).runList(context(command));
      });
    const split = (usage: string) => new Option('--split <name>', usage).choices(['train', 'test']).default('train');
    const info = group
      .command('info')
      .description('what a data set holds: counts, sizes, classes, formats, fingerprint; with -o a contact sheet')
      .argument('<data>', 'a name of `alix data`, a folder, or a file')
      .addOption(split('which split'))
      .option('--seed <n>', 'of data that are drawn', wholeNumber(0), 0)
      .option('--set <key=value>', 'an option of the data set; may be repeated', repeated, [])
      .option('-o, --output <file.png>', 'a contact sheet')
      .action(async (name: string, options: InfoOptions, command) =>
        (await import('../data/info.js')).runInfo(name, options, context(command)),
      );
    addSkipOptions(info).addHelpText('after', infoHelp);
    group
      .command('make')
      .description('draw strokes (images) or Gaussian mixtures (points) and write them as files')
      .argument('<what>', 'strokes, gaussian-grid, gaussian-nine or gaussian-ring')
      .option('-n <count>', 'how many', wholeNumber(1), 1000)
      .option('--seed <n>', 'the same seed draws the same rows', wholeNumber(0), 0)
      .addOption(split('of which split: no row of one is in the other'))
      .requiredOption('-o, --output <path>', 'strokes: a folder, NAME.idx (a pair of IDX files) or .npy; points: .npy')
      .action(async (what: string, options: MakeOptions, command) =>
        (await import('../data/make.js')).runMake(what, options, context(command)),
      )
      .addHelpText('after', makeHelp);
    group
      .command('download')
      .description('fetch a published data set, or a file by its address; a run that was cut short is gone on with')
      .argument('<what>', 'mnist, cifar10, svhn, celeba, tiny-imagenet, or an address')
      .option('-o, --output <folder>', 'where it goes (default: its folder below $ALIX_DATA; of an address: here)')
      .option(
        '--mirror <address>',
        'a folder on the web with files of the published names (default: $ALIX_MIRROR/NAME)',
      )
      .option('--sha256 <digits>', 'of an address: what the file must have')
      .option('--only <files...>', 'of a data set: these files alone, for example train_32x32.mat')
      .option('--retries <n>', 'how often in a row it is tried again without any gain', wholeNumber(0), 5)
      .action(async (what: string, options: DownloadOptions, command) =>
        (await import('../data/download.js')).runDownload(what, options, context(command)),
      )
      .addHelpText('after', downloadHelp);
  },
};

async function noSuchVerb({ args: [given = ''], commands }: Command): Promise<Error> {
  const [{ AlixError }, { nearest }] = await Promise.all([
    import('@alix/infer/io/errors'),
    import('@alix/infer/io/suggest'),
  ]);
  const names = commands.map((command) => command.name());
  const near = nearest(given, names);
  return new AlixError('usage', `\`alix data\` does no such thing${near ? ` (did you mean ${near}?)` : ''}`, {
    where: given,
    remedy: `it does ${names.join(', ')}, and alone it lists the data sets`,
  });
}
