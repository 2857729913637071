/** The table of data sets, and how `--data` finds its entry. */
import { readdir, stat } from 'node:fs/promises';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError, describing } from '@alix/infer/io/files';
import { orLeftOut } from '@alix/infer/io/leave-out';
import { meant } from '@alix/infer/io/suggest';
import { celeba, namesCeleba } from './celeba.js';
import { cifar10, namesCifar10 } from './cifar10.js';
import { type Dataset, type DatasetRequest, type DatasetSource, resolveOptions } from './dataset.js';
import { withFit } from './fitted.js';
import { gaussianGrid } from './gaussian-grid.js';
import { gaussianNine } from './gaussian-nine.js';
import { gaussianRing } from './gaussian-ring.js';
import { idx } from './idx.js';
import { imageFolder } from './image-folder.js';
import { mnist } from './mnist.js';
import { namesNpy, npy } from './npy.js';
import { partedBySplit } from './parted.js';
import { namesShards } from './shard-list.js';
import { withoutDamaged } from './sound-rows.js';
import { strokes } from './strokes.js';
import { namesSvhn, svhn } from './svhn.js';
import { tarShards } from './tar-shards.js';
import { namesTinyImagenet, tinyImagenet } from './tiny-imagenet.js';

export type { Dataset, DatasetRequest, DatasetSource, Split } from './dataset.js';
export { type SkipOptions, type SkippedImage, Skipping, type SplitSkipping } from './skipping.js';

/** Sources with what all of their kind have: parts to choose from, other sizes. The validation sets are those of the papers. */
const sources: readonly DatasetSource[] = [
  strokes,
  gaussianGrid,
  gaussianNine,
  gaussianRing,
  withFit(partedBySplit(mnist, validation(50_000))),
  // ALI trains on the first 45,000
  withFit(partedBySplit(cifar10, validation(45_000))),
  withFit(svhn),
  celeba,
  tinyImagenet,
  withFit(partedBySplit(idx)),
  withFit(npy),
  imageFolder,
  tarShards,
];

function validation(first: number): Readonly<Record<string, string>> {
  return { 'train-without-validation': `train[:${first}]`, validation: `train[${first}:]` };
}

/** Every data set by its name. */
export const datasets: Readonly<Record<string, DatasetSource>> = Object.fromEntries(
  sources.map((source) => [source.name, source]),
);

/** Which data set a folder is, by the names in it: the first that knows it. */
const folders: readonly (readonly [source: string, knows: (names: readonly string[]) => boolean])[] = [
  ['idx', (names) => names.some((name) => /-ubyte(\.gz)?$/.test(name))],
  ['cifar10', namesCifar10],
  ['svhn', namesSvhn],
  ['celeba', namesCeleba],
  ['tiny-imagenet', namesTinyImagenet],
  ['npy', namesNpy],
];

/** Which data set a file is, by the end of its name; all others are IDX. */
const files: readonly (readonly [source: string, end: string])[] = [
  ['svhn', '.mat'],
  ['npy', '.npy'],
];

/**
 * Opens what `--data` says: a name of the table; a tar file, a folder of them, or a path to them with braces; the folder of a data set that
 * is known by the names in it; an IDX, .npy or .mat file; a folder of images. A name wins over a folder of that name (`./strokes` is the
 * folder).
 *
 * @throws AlixError 'no-data' when it is none of these, 'bad-idx', 'bad-tar', 'bad-option', ...
 */
export async function openDataset(data: string, request: DatasetRequest): Promise<Dataset> {
  const named = Object.hasOwn(datasets, data) ? datasets[data] : undefined;
  const source = named ?? (await sourceOf(data));
  const options = resolveOptions(source.name, source.defaults, request.options) as NonNullable<Dataset['options']>;
  const opened = source.open(named ? request : { ...request, path: data });
  const { skipping } = request;
  if (skipping) return { ...(await withoutDamaged(await opened, skipping)), options };
  const leavingNoneOut = <T>(read: Promise<T>): Promise<T> =>
    read.catch((error: unknown) => {
      throw orLeftOut(error);
    });
  const dataset = await leavingNoneOut(opened);
  const { batch, pixels } = dataset;
  return {
    ...dataset,
    batch: (indices) => leavingNoneOut(batch(indices)),
    ...(pixels && { pixels: (indices: Uint32Array) => leavingNoneOut(pixels(indices)) }),
    options,
  };
}

/** The name of the source that `openDataset` would take; undefined where there is nothing, or nothing that can be read. */
export async function sourceName(data: string): Promise<string | undefined> {
  if (Object.hasOwn(datasets, data)) return data;
  return sourceOf(data).then(
    ({ name }) => name,
    () => undefined,
  );
}

/**
 * The options of `before` that are meant for `data` too: all where both are of one source, as CelebA's crop is for CelebA in another
 * place, else none.
 *
 * @param before what a recipe, a run or a model names
 */
export async function keptOptions<T>(
  data: string,
  before: { readonly source: string; readonly options: Readonly<Record<string, T>> },
): Promise<Record<string, T>> {
  if (Object.keys(before.options).length === 0) return {};
  const [name, known] = [await sourceName(data), await sourceName(before.source)];
  return name !== undefined && name === known ? { ...before.options } : {};
}

/** Which source reads what lies at `path`. */
async function sourceOf(path: string): Promise<DatasetSource> {
  if (await namesShards(path)) return tarShards;
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw describeSystemError(cause, path);
    throw new AlixError('no-data', `no such data set, folder or file${meant(path, Object.keys(datasets))}`, {
      where: path,
      remedy: `give a path, or one of: ${Object.keys(datasets).join(', ')}`,
      cause,
    });
  });
  const named = (name: string): DatasetSource => datasets[name] as DatasetSource;
  if (!found.isDirectory()) return named(files.find(([, end]) => path.toLowerCase().endsWith(end))?.[0] ?? 'idx');
  const names = await describing(path, () => readdir(path));
  if (names.length === 0)
    throw new AlixError('no-data', 'an empty folder', {
      where: path,
      expected: "images, tar files, or MNIST's four IDX files",
      remedy: 'name another folder',
    });
  return named(folders.find(([, knows]) => knows(names))?.[0] ?? imageFolder.name);
}
