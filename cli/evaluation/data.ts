/** The images that eval measures: a data set of train's table, or what lies at a path. */
import type { EvalImages } from '@alix/eval';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { type Dataset, openDataset, type Split } from '@alix/train/datasets/index';

export interface OpenImages extends EvalImages {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly fingerprint: string;
}

export interface ImagesBatch {
  readonly start: number;
  readonly n: number;
  readonly pixels: Uint8Array;
}

/** @param limit the first so many @throws AlixError 'no-data', 'bad-data' where they are no images, and those of `openDataset` */
export async function openImages(data: string, split: Split, limit = Number.POSITIVE_INFINITY): Promise<OpenImages> {
  const dataset = await openDataset(data, { split, seed: 0 });
  const [height = 0, width = 0, channels] = dataset.shape;
  const read = dataset.pixels;
  if (dataset.kind !== 'images' || !read || (channels !== 1 && channels !== 3))
    throw new AlixError('bad-data', 'eval measures models of images', { where: data, found: dataset.kind });
  const { name, fingerprint, labels, classes } = dataset;
  const n = Math.min(limit, dataset.count);
  return { dataset, split, name, fingerprint, size: { height, width, channels }, n, labels, classes, read };
}

/** Batch by batch. */
export async function* batchesOf(
  { n, read }: EvalImages,
  batch: number,
  signal: AbortSignal,
): AsyncGenerator<ImagesBatch> {
  for (let start = 0; start < n; start += batch) {
    throwIfAborted(signal);
    const rows = Uint32Array.from({ length: Math.min(batch, n - start) }, (_, i) => start + i);
    yield { start, n: rows.length, pixels: await read(rows) };
  }
}
