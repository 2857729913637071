/** alix decode: codes to images. */
import { basename } from 'node:path';
import type { Model } from '@alix/infer';
import type { ReadCodes } from '../codes-reader.js';
import { addModelOptions, type ModelOptions } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions {
  readonly output: string;
}

const help = `
Codes are float32 [N,d], as \`alix encode\` and \`alix sample\` write them. codes.npy.json beside them gives the
pictures their names, and the model that the codes belong to: those of another model are refused. Without it the
pictures are called 00.png, 01.png, ...

Examples:
  alix decode strokes-dali codes.npy -o out/
  alix encode strokes-dali digits/ -o - | alix decode strokes-dali - -o grid.png
`;

export const decode: CommandDefinition = {
  name: 'decode',
  define(program, context) {
    const verb = program
      .command('decode')
      .description('codes to images')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<codes>', 'a file that ends in .npy, or - for stdin')
      .requiredOption('-o, --output <path>', 'a folder (one PNG per code), or a grid that ends in .png')
      .addHelpText('after', help)
      .action(async (model: string, codes: string, options: Options, command) =>
        run(model, codes, options, context(command)),
      );
    addModelOptions(verb);
  },
};

async function run(argument: string, path: string, options: Options, context: Context): Promise<void> {
  const [{ withModel }, pictures, { readCodes }, { refuseInputs }, { numbered }] = await Promise.all([
    import('../session.js'),
    import('../pictures.js'),
    import('../codes-reader.js'),
    import('../overwrite.js'),
    import('../picture-folder.js'),
  ]);
  const { output } = options;
  const grid = pictures.pictureOutput(output) === 'grid';
  await withModel(argument, options, context, async (model) => {
    const { image } = model;
    const codes = await readCodes(path, model, context.log);
    if (grid) pictures.scaleFor(codes.n, image);
    const names = codes.names ?? Array.from({ length: codes.n }, (_, i) => numbered(i, codes.n));
    if (path !== '-') {
      const given = [path, `${path}.json`].map((file) => ({ path: file, name: basename(file) }));
      const written = new Set(['decode.json', ...names.map(pictures.pictureFile)]);
      await refuseInputs(output, given, !grid, (file) => written.has(file));
    }
    await pictures.intoOutput(output, () => decodeTo(model, path, codes, names, options, context));
  });
}

async function decodeTo(
  model: Model,
  path: string,
  { codes, n }: ReadCodes,
  names: readonly string[],
  { output, batch }: Options,
  context: Context,
): Promise<void> {
  const [{ decodeBatches }, { createProgress }, { identity }, pictures, { pictureFolder }, { unstack }] =
    await Promise.all([
      import('@alix/infer'),
      import('../progress.js'),
      import('../session.js'),
      import('../pictures.js'),
      import('../picture-folder.js'),
      import('@alix/infer/io/sheet'),
    ]);
  const grid = pictures.pictureOutput(output) === 'grid';
  const folder = pictureFolder(output, model.image);
  const shown: Uint8Array[] = [];
  const images: { name: string; file: string }[] = [];
  const progress = await createProgress(context, 'decode', 'images', n);
  try {
    const stream = decodeBatches(model, codes, { batch, signal: context.signal, onProgress: progress.update });
    for await (const part of stream) {
      if (grid) {
        shown.push(...unstack(part.pixels, part.n));
        continue;
      }
      const batchNames = names.slice(images.length, images.length + part.n);
      const files = await folder.write(batchNames, part.pixels);
      for (const [i, name] of batchNames.entries()) images.push({ name, file: files[i]! });
    }
  } finally {
    progress.stop();
  }
  if (grid) {
    const { shortNames, writeGrid } = await import('../sheets.js');
    const title = `${model.bundle.name}: images of ${n === 1 ? '1 code' : `${n} codes`}`;
    await writeGrid(output, shown, model.image, { title, notes: shortNames(names).map((name) => [name]) });
  }
  const summary = { model: identity(model), n, codes: path };
  await pictures.writeDescription(output, 'decode', { ...summary, ...(grid ? { names } : { images }) });
  if (context.json) context.out(JSON.stringify({ ...summary, output }));
  else context.log(`${n} images -> ${output}`);
}
