/** The images that eval measures: a data set of train's table, or what lies at a path. */
import type { EvalImages } from '@alix/eval';
import type { Bundle } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import {
  type Dataset,
  keptOptions,
  openDataset,
  type SkippedImage,
  type Skipping,
  type Split,
} from '@alix/train/datasets/index';
import { classNames } from '../data/class-names.js';

export interface OpenImages extends EvalImages {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly fingerprint: string;
  /** Of this split, images that cannot be read and are left out. */
  readonly skipped: readonly SkippedImage[];
}

/** How the model's training data were read: the crop of CelebA, or the size that CIFAR-10 was brought to. */
export interface TrainedOn {
  readonly source: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a model's record says of its data; undefined where it says nothing. */
export function trainedOn({ training }: Bundle): TrainedOn | undefined {
  const { source, options = {} } = (training.config.data ?? {}) as Partial<TrainedOn>;
  return typeof source === 'string' ? { source, options } : undefined;
}

/** How images are opened. */
export interface OpenOptions {
  /** The first so many. */
  readonly limit?: number | undefined;
  /** Its options hold where the data are of the same source. */
  readonly before?: TrainedOn | undefined;
  /** Options of the data set, over those. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Leaves out images that cannot be read. */
  readonly skipping?: Skipping | undefined;
}

/** @throws AlixError 'no-data', 'bad-data' where they are no images, and those of `openDataset` */
export async function openImages(
  data: string,
  split: Split,
  { limit = Number.POSITIVE_INFINITY, before, options: own, skipping: all }: OpenOptions = {},
): Promise<OpenImages> {
  const options = { ...(before && (await keptOptions(data, before))), ...own };
  const skipping = all?.of(split);
  const dataset = await openDataset(data, { split, seed: 0, options, skipping });
  const [height = 0, width = 0, channels] = dataset.shape;
  const read = dataset.pixels;
  if (dataset.kind !== 'images' || !read || (channels !== 1 && channels !== 3))
    throw new AlixError('bad-data', 'eval measures models of images', { where: data, found: dataset.kind });
  const { name, fingerprint, labels, classes } = dataset;
  const names = classNames(dataset);
  const n = Math.min(limit, dataset.count);
  return {
    dataset,
    split,
    name,
    fingerprint,
    size: { height, width, channels },
    n,
    labels,
    classes,
    ...(names && { classNames: names }),
    read,
    skipped: skipping?.skipped ?? [],
  };
}
