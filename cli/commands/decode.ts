/** alix decode: codes to images. */
import { addModelOptions, type ModelOptions } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions {
  readonly output?: string;
  readonly resume?: true;
}

const help = `
Codes are float32 [N,d] as .npy, .safetensors, .parquet or .jsonl, told by their content, as \`alix encode\` and
\`alix sample\` write them. The names in them, or in codes.npy.json, give the pictures theirs, and the model that they say is
the one that may decode them: codes of another model are refused. Without names pictures are called 00.png, 01.png, ...

What Ctrl-C, a kill or a full disk has ended is gone on with by the same command and --resume, to the same pictures.

Examples:
  alix decode strokes-dali codes.npy -o out/
  alix decode strokes-dali codes.parquet -o out/ --resume
  alix encode strokes-dali digits/ -o - --format safetensors | alix decode strokes-dali - -o grid.png
`;

export const decode: CommandDefinition = {
  name: 'decode',
  define(program, context) {
    const verb = program
      .command('decode')
      .description('codes to images')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<codes>', 'a .npy, .safetensors, .parquet or .jsonl file, or - for stdin')
      .option(
        '-o, --output <path>',
        'a folder (one PNG per code), a grid that ends in .png, or - for a grid to stdout (the default for codes from stdin)',
      )
      .option('--resume', 'go on with the folder that the same command has begun')
      .addHelpText('after', help)
      .action(async (model: string, codes: string, options: Options, command) =>
        run(model, codes, options, context(command)),
      );
    addModelOptions(verb);
  },
};

async function run(argument: string, path: string, options: Options, context: Context): Promise<void> {
  const [{ withModel }, { decodeTo }, { needFolder, outputOf }] = await Promise.all([
    import('../session.js'),
    import('../codes/decode-run.js'),
    import('../pictures/output.js'),
  ]);
  const { output, grid } = outputOf(options.output, [path], context);
  needFolder(options.resume, { output, grid });
  await withModel(argument, options, context, (model) => decodeTo(model, path, { ...options, output, grid }, context));
}
