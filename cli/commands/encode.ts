/** alix encode: images to codes. */
import { Option } from 'commander';
import { addErrorOptions, addModelOptions, type ErrorOptions, type ModelOptions, wholeNumber } from '../options.js';
import type { CommandDefinition, Context } from './command.js';

interface Options extends ModelOptions, ErrorOptions {
  readonly output?: string;
  readonly format?: string;
  readonly sample?: true;
  readonly seed?: number;
  readonly resume?: true;
}

/** Those of codes/formats.ts, which loads slowly and is needed for no help. */
const formats = ['npy', 'safetensors', 'parquet', 'jsonl'];

const help = `
The rows, float32 [N,d], are in the order of the sorted relative paths, those of a tar archive in its order. The names of
the images and the model's sha256 go with them:
  .npy          the codes; names and all else in codes.npy.json beside it
  .safetensors  "codes"; names (a JSON list), model and sha256 in the metadata
  .parquet      columns name and code, a list of float32; all else in the file's metadata
  .jsonl        {"name":...,"code":[...],"model":...,"sha256":...} in each line; all else in codes.jsonl.json

What Ctrl-C, a kill or a full disk has ended is gone on with by the same command and --resume, to the same bytes.

Examples:
  alix encode strokes-dali digits/ -o codes.npy
  alix encode strokes-dali digits/ -o codes.parquet --on-error skip
  cat digits.tar | alix encode strokes-dali - --format jsonl | head -1
  alix encode strokes-dali t10k-images-idx3-ubyte.gz -o - | python3 -c "..."
`;

export const encode: CommandDefinition = {
  name: 'encode',
  define(program, context) {
    const verb = program
      .command('encode')
      .description('images to codes: the means of q(z|x), or with --sample draws from it')
      .argument('<model>', 'a model folder, or the name of a shipped model')
      .argument('<images...>', 'files, folders, IDX (.gz too), .npy or tar; - for stdin')
      .option(
        '-o, --output <path>',
        'where the codes go: a .npy, .safetensors, .parquet or .jsonl file, or - for stdout (the default where only stdin is read)',
      )
      .addOption(new Option('--format <name>', 'of stdout (default: npy); a file goes by its ending').choices(formats))
      .option('--sample', 'draw z ~ q(z|x) in place of the mean')
      .option(
        '--seed <n>',
        'with --sample: the same seed gives the same codes; drawn and recorded if not given',
        wholeNumber(0),
      )
      .option('--resume', 'go on with what the same command has begun')
      .addHelpText('after', help)
      .action(async (model: string, images: string[], options: Options, command) =>
        run(model, images, options, context(command)),
      );
    addErrorOptions(addModelOptions(verb));
  },
};

async function run(argument: string, paths: readonly string[], options: Options, context: Context): Promise<void> {
  const [{ needEncoder, withModel }, { encodeTo }, { isOnlyStdin }, { formatFor }] = await Promise.all([
    import('../session.js'),
    import('../codes/encode-run.js'),
    import('../inputs.js'),
    import('../codes/formats.js'),
  ]);
  const output = options.output ?? (isOnlyStdin(paths) ? '-' : '');
  await check(output, options, context);
  const format = formatFor(output, options.format);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    // opened while the first images are read; what is wrong with it is told by the first run
    if (!context.dryRun) model.prepare('encoder').catch(() => {});
    await encodeTo(model, paths, { ...options, output, format }, context);
  });
}

async function check(output: string, { format, sample, seed, resume }: Options, context: Context): Promise<void> {
  const { AlixError } = await import('@alix/infer/io/errors');
  const refuse = (what: string, remedy: string): never => {
    throw new AlixError('usage', what, { remedy });
  };
  const isStdout = output === '-';
  if (output === '') refuse("required option '-o, --output <path>' not specified", 'name a file, or - for stdout');
  if (format !== undefined && !isStdout) refuse('--format is for stdout alone', 'let the file end in the format');
  if (resume && isStdout) refuse('--resume needs a file to go on with', 'name one with -o');
  if (seed !== undefined && !sample) refuse('--seed does nothing without --sample', 'add --sample');
  if (!isStdout || context.dryRun) return;
  if (context.json) refuse('--json and -o - both want stdout', 'leave one of them out');
  if (process.stdout.isTTY && format !== 'jsonl')
    refuse('-o - writes bytes, and stdout is a terminal', 'send it to a file or a pipe');
}
