/** A run on images of one's own at a size that is asked for: what they are, which networks and which batch suit them. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { HEAD_BYTES, headSize, type ImageSize } from '@alix/infer/io/image-head';
import { aimSquare } from './architectures/aim-square.js';
import type { PartialConfig, RunConfig } from './config.js';
import { type Colours, headColours } from './datasets/head-colours.js';
import { type Dataset, openDataset, Skipping } from './datasets/index.js';
import type { RowSource } from './datasets/row-source.js';
import { nameAt } from './datasets/rows/names.js';
import { networksForSize } from './networks-for-size.js';

export interface OwnImages {
  /** Lies over the recipe, and under what the user sets. */
  readonly config: PartialConfig;
  /** What was found, a line each. */
  readonly words: readonly string[];
}

/** Files whose heads are looked at, of all that there are. */
const LOOKED_AT = 1000;
/** Steps that an epoch of few images should have: batches get smaller for it. */
const STEPS = 10;
const SMALLEST_BATCH = 8;

/**
 * What a run on `base`'s data at `size` x `size` is: its data's options, networks and batch. Images become colour where one of those
 * looked at is in colour, unless `base` sets data.options.channels.
 *
 * @param base the recipe with everything that the user sets
 * @throws AlixError 'usage' for a size without networks, and those of `openDataset`
 */
export async function ownImages(base: RunConfig, size: number): Promise<OwnImages> {
  const { source, options, onError } = base.data;
  // looked at alone: the run itself finds those that cannot be decoded
  const skipping = onError === 'skip' ? new Skipping({ decodes: false }) : undefined;
  // before the data are looked at, which may take a while
  networksForSize(base, size, 3);
  const open = (split: 'train' | 'test') =>
    openDataset(source, {
      split,
      seed: base.seed,
      options: { ...options, size },
      skipping: skipping?.of(split),
    }).catch((error: AlixError) => {
      if (error.code !== 'bad-option' || 'size' in options || !/"size"/.test(error.where ?? '')) throw error;
      throw new AlixError('usage', 'these data have no images that could be scaled', {
        where: source,
        remedy: 'name a folder of images with --data, or leave out --size',
      });
    });
  const [train, test] = [await open('train'), await open('test')];
  const found = look(train);
  const channels = options.channels || (found ? (found.colour > 0 ? 3 : 1) : (train.shape[2] ?? 3));
  const batch = batchFor(train.count, base.batch);
  const networks = networksForSize(base, size, Number(channels));
  const rows = Math.min(batch, networks.batch ?? batch);
  const config = {
    ...networks,
    ...(networks.optimiser && { optimiser: forEpochsOf(Math.floor(train.count / rows), networks.optimiser) }),
    batch: rows,
    data: { source, options: { ...options, size, channels } },
  };
  return { config, words: wordsOf(train, test, found, size, Number(channels)) };
}

/** As it is where that leaves steps enough; else smaller, but never below a handful, unless there are no more images. */
export function batchFor(count: number, batch: number): number {
  return Math.max(1, Math.min(batch, count, Math.max(SMALLEST_BATCH, Math.floor(count / STEPS))));
}

/** AIM's learning rate falls with the epochs, which have 500 steps and more there: over shorter ones it would be gone before much is learnt. */
function forEpochsOf(steps: number, optimiser: NonNullable<PartialConfig['optimiser']>) {
  const isGone = optimiser.schedule === 'inverse-sqrt-epoch' && steps < PAPER_STEPS;
  return isGone ? { ...optimiser, schedule: 'constant' as const } : optimiser;
}
/** Of CIFAR-10, 50,000 images in batches of 100. */
const PAPER_STEPS = 500;

interface Found {
  /** Images whose head says something. */
  readonly looked: number;
  readonly smallest: ImageSize;
  readonly largest: ImageSize;
  readonly sizes: number;
  /** Shorter sides below it: these are enlarged. */
  readonly smaller: (than: number) => number;
  readonly oblong: number;
  readonly grey: number;
  /** Colour, or not known. */
  readonly colour: number;
}

/** The first files of a folder, which are a sample of all; undefined where the images are no files of their own. */
function look({ source, count }: Dataset): Found | undefined {
  if (pathOf(source, 0) === undefined) return undefined;
  const head = Buffer.alloc(HEAD_BYTES);
  const sizes: ImageSize[] = [];
  const colours: (Colours | undefined)[] = [];
  for (let i = 0; i < Math.min(LOOKED_AT, count); i++) {
    const found = headOf(pathOf(source, i) ?? '', head);
    colours.push(found && headColours(found));
    const size = found && headSize(found);
    if (size) sizes.push(size);
  }
  const grey = colours.filter((each) => each === 'grey').length;
  const area = ({ height, width }: ImageSize) => height * width;
  const ordered = [...sizes].sort((a, b) => area(a) - area(b));
  const none = { height: 0, width: 0 };
  return {
    looked: sizes.length,
    smallest: ordered[0] ?? none,
    largest: ordered.at(-1) ?? none,
    sizes: new Set(sizes.map(({ height, width }) => `${width}x${height}`)).size,
    smaller: (than) => sizes.filter(({ height, width }) => Math.min(height, width) < than).length,
    oblong: sizes.filter(({ height, width }) => height !== width).length,
    grey,
    colour: colours.length - grey,
  };
}

/** Undefined where rows are no files of their own. */
function pathOf(source: RowSource, row: number): string | undefined {
  if (source.kind === 'subset') return pathOf(source.of, source.rows[row] as number);
  return source.kind === 'files' ? join(source.root, nameAt(source.names, row)) : undefined;
}

/** "from 55x42 to 213x211 pixels (1,000 looked at)"; undefined where the images are no files of their own. */
export function sizesInWords(dataset: Dataset): string | undefined {
  const found = look(dataset);
  return found && found.looked > 0 ? sizes(found, dataset.count) : undefined;
}

function sizes({ sizes: different, smallest, largest, looked }: Found, of: number): string {
  const pixels = ({ width, height }: ImageSize) => `${width}x${height}`;
  const are = different === 1 ? `${pixels(smallest)} pixels` : `from ${pixels(smallest)} to ${pixels(largest)} pixels`;
  return `${are}${looked < of ? ` (${looked.toLocaleString('en')} looked at)` : ''}`;
}

/** Undefined of what cannot be read: the run will say so of the file. */
function headOf(path: string, head: Buffer): Uint8Array | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(file, head, 0, head.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function wordsOf(train: Dataset, test: Dataset, found: Found | undefined, size: number, channels: number): string[] {
  const count = (n: number) => n.toLocaleString('en');
  const lines = [`${train.name}: ${count(train.count)} images to train on, ${count(test.count)} held out for testing`];
  if (!found || found.looked === 0) return lines;
  const { looked, smallest, oblong, grey, colour } = found;
  const isSame = found.sizes === 1 && smallest.width === size && smallest.height === size;
  const square = oblong > 0 ? `the centred square of each, scaled to ${size}x${size}` : `scaled to ${size}x${size}`;
  lines.push(`they are ${sizes(found, train.count)}${isSame ? '' : `; taken is ${square}`}`);
  if (grey > 0 && colour > 0)
    lines.push(
      `${count(grey)} of ${count(grey + colour)} are grey: ${channels === 3 ? 'they are taken as colour (--set data.options.channels=1 makes all grey)' : 'all are made grey'}`,
    );
  const small = found.smaller(size);
  if (small > 0)
    lines.push(
      `${count(small)} of ${count(looked)} are smaller than ${size} pixels, and are enlarged: a smaller --size learns as much`,
    );
  return lines;
}

/** What a run on one's own images was chosen to be. */
export function chosenInWords({ architecture, batch, data }: RunConfig): string {
  const { size, channels } = data.options;
  const { width = aimSquare.options.width } = architecture.options;
  const narrow =
    architecture.name === 'aim-square' && width !== 1
      ? `, ${width} of the paper's width (--set architecture.options.width=1 for all of it)`
      : '';
  return `networks: ${architecture.name} for ${channels === 1 ? 'grey' : 'colour'} images of ${size}x${size}${narrow}; batches of ${batch}`;
}
