/** The table of data sets, and how `--data` finds its entry. */
import { readdir, stat } from 'node:fs/promises';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError, describing } from '@alix/infer/io/files';
import { cifar10, namesCifar10 } from './cifar10.js';
import type { Dataset, DatasetRequest, DatasetSource } from './dataset.js';
import { gaussianGrid } from './gaussian-grid.js';
import { idx } from './idx.js';
import { imageFolder } from './image-folder.js';
import { mnist } from './mnist.js';
import { namesShards } from './shard-list.js';
import { strokes } from './strokes.js';
import { tarShards } from './tar-shards.js';

export type { Dataset, DatasetRequest, DatasetSource, Split } from './dataset.js';

/** Every data set by its name. */
export const datasets: Readonly<Record<string, DatasetSource>> = {
  [strokes.name]: strokes,
  [gaussianGrid.name]: gaussianGrid,
  [mnist.name]: mnist,
  [cifar10.name]: cifar10,
  [idx.name]: idx,
  [imageFolder.name]: imageFolder,
  [tarShards.name]: tarShards,
};

/**
 * Opens what `--data` says: a name of the table; a tar file, a folder of them, or a path to them with braces; a folder of the
 * four IDX files, or an IDX file; CIFAR-10's folder; a folder of images. A name wins over a folder of that name (`./strokes` is the folder).
 *
 * @throws AlixError 'no-data' when it is none of these, 'bad-idx', 'bad-tar', 'bad-option', ...
 */
export async function openDataset(data: string, request: DatasetRequest): Promise<Dataset> {
  const named = Object.hasOwn(datasets, data) ? datasets[data] : undefined;
  if (named) return named.open(request);
  return (await sourceOf(data)).open({ ...request, path: data });
}

/** Which source reads what lies at `path`. */
async function sourceOf(path: string): Promise<DatasetSource> {
  if (await namesShards(path)) return tarShards;
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw describeSystemError(cause, path);
    throw new AlixError('no-data', 'no such data set, folder or file', {
      where: path,
      remedy: `give a path, or one of: ${Object.keys(datasets).join(', ')}`,
      cause,
    });
  });
  if (!found.isDirectory()) return idx;
  const names = await describing(path, () => readdir(path));
  if (names.some((name) => /-ubyte(\.gz)?$/.test(name))) return idx;
  if (namesCifar10(names)) return cifar10;
  if (names.length === 0)
    throw new AlixError('no-data', 'an empty folder', {
      where: path,
      expected: "images, tar files, or MNIST's four IDX files",
      remedy: 'name another folder',
    });
  return imageFolder;
}
