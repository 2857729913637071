/** alix models: what is shipped. */
import type { Bundle } from '@alix/infer';
import type { CommandDefinition, Context } from './command.js';

interface Listed {
  readonly name: string;
  readonly path: string;
  readonly system: string;
  readonly dataset: string;
  /** Height, width and channels of images, or the numbers of a point. */
  readonly image: readonly number[];
  readonly latent: number | undefined;
  readonly prior: string | undefined;
  readonly bytes: number;
  readonly metrics: Readonly<Record<string, { readonly value: number; readonly n: number; readonly on: string }>>;
}

const help = `
Every verb that takes a model takes these by name.

Examples:
  alix models
  alix models --json
`;

export const models: CommandDefinition = {
  name: 'models',
  define(program, context) {
    program
      .command('models')
      .description('list the shipped models')
      .addHelpText('after', help)
      .action(async (_options, command) => run(context(command)));
  },
};

async function run(context: Context): Promise<void> {
  const list = await listModels();
  if (context.json) return context.out(JSON.stringify({ models: list }));
  if (list.length === 0) return context.log('no model is shipped with this installation; train and export one');
  const rows = list.map((model) => [
    model.name,
    model.system,
    model.dataset,
    describeData(model.image),
    `${model.latent ?? '-'}`,
    `${(model.bytes / 1e6).toFixed(1)} MB`,
    measured(model),
  ]);
  context.out(table([['name', 'system', 'data', 'image', 'latent', 'size', 'measured'], ...rows]));
  const encoding = list.find(({ latent }) => latent !== undefined);
  if (encoding) context.log(`\nUse one by its name: alix encode ${encoding.name} <images...> -o codes.npy`);
}

/** The first number that model.json has of reconstructions or classes. */
function measured({ metrics }: Listed): string {
  for (const name of ['mse', 'accuracy']) {
    const found = metrics[name];
    if (found) return `${name} ${found.value.toPrecision(3)} (${found.on})`;
  }
  return '-';
}

/** The models in a folder; those that are shipped by default. */
export async function listModels(folder?: string): Promise<Listed[]> {
  const [{ modelNames, shippedFolder }, { parseBundle }, { readRegular }, { join }] = await Promise.all([
    import('../models.js'),
    import('@alix/infer/bundle'),
    import('@alix/infer/io/files'),
    import('node:path'),
  ]);
  const root = folder ?? shippedFolder;
  return Promise.all(
    modelNames(root).map(async (name) => {
      const path = join(root, name);
      const manifest = join(path, 'model.json');
      const bundle = parseBundle(new TextDecoder().decode(await readRegular(manifest)), manifest);
      return {
        name,
        path,
        system: bundle.system,
        dataset: bundle.dataset,
        image: dataShape(bundle),
        latent: bundle.latent?.size,
        prior: bundle.latent?.prior,
        bytes: Object.values(bundle.files).reduce((sum, file) => sum + file.bytes, 0),
        metrics: bundle.metrics,
      };
    }),
  );
}

function dataShape({ image, points }: Bundle): readonly number[] {
  return image ? [image.height, image.width, image.channels] : [points?.size ?? 0];
}

const describeData = ([first, width, channels]: readonly number[]) =>
  width === undefined ? `points of ${first}` : `${width}x${first}x${channels}`;

/** Columns of equal width, two spaces between. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
