/** The table of data sets, and how `--data` finds its entry. */
import { stat } from 'node:fs/promises';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';
import type { Dataset, DatasetRequest, DatasetSource } from './dataset.js';
import { gaussianGrid } from './gaussian-grid.js';
import { idx } from './idx.js';
import { mnist } from './mnist.js';
import { strokes } from './strokes.js';

export type { Dataset, DatasetRequest, DatasetSource, Split } from './dataset.js';

/** Every data set by its name. */
export const datasets: Readonly<Record<string, DatasetSource>> = {
  [strokes.name]: strokes,
  [gaussianGrid.name]: gaussianGrid,
  [mnist.name]: mnist,
  [idx.name]: idx,
};

/**
 * Opens what `--data` says: a name of the table, a folder of the four IDX files, or an IDX file. A name wins over a
 * folder of that name (`./strokes` is the folder).
 *
 * @throws AlixError 'no-data' when it is neither, 'bad-idx', 'bad-option'
 */
export async function openDataset(data: string, request: DatasetRequest): Promise<Dataset> {
  const source = Object.hasOwn(datasets, data) ? datasets[data] : undefined;
  if (source) return source.open(request);
  try {
    await stat(data);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw describeSystemError(cause, data);
    throw new AlixError('no-data', 'no such data set, folder or file', {
      where: data,
      remedy: `give a path, or one of: ${Object.keys(datasets).join(', ')}`,
      cause,
    });
  }
  return idx.open({ ...request, path: data });
}
