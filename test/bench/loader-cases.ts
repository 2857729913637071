/** What `npm run bench -- loaders` reads: a format, where its data come from, and how near both sides' pixels must be. */

export interface LoaderCase {
  readonly name: string;
  readonly title: string;
  /** What loader_data.py makes, where there is nothing real. */
  readonly make: string;
  readonly count: number;
  /** A folder below $ALIX_DATA with the same, used where it is there. */
  readonly real?: string;
  readonly options?: Readonly<Record<string, number | string | boolean>>;
  /** Function of loaders.py, and the modules it needs. */
  readonly reader: string;
  readonly modules: readonly string[];
  /** Most by which a value may differ, of 255; 0: the same pixels. */
  readonly most: number;
}

/** Rounding between Pillow's two passes of scaling, where alix rounds once; JPEG decoders differ by as much again. */
const SCALED = 3;

export const loaderCases: readonly LoaderCase[] = [
  { name: 'idx', title: 'IDX, 28x28', make: 'idx', count: 60_000, reader: 'idx', modules: ['PIL'], most: 0 },
  {
    name: 'idx-gz',
    title: "IDX, gzipped, 28x28: MNIST's files",
    make: 'idx-gz',
    count: 60_000,
    real: 'mnist',
    reader: 'idx',
    modules: ['PIL'],
    most: 0,
  },
  {
    name: 'cifar10',
    title: "CIFAR-10's binary version",
    make: 'cifar10',
    count: 10_000,
    real: 'cifar-10-batches-bin',
    options: { partial: true },
    reader: 'cifar10',
    modules: ['PIL'],
    most: 0,
  },
  {
    name: 'svhn',
    title: 'SVHN, MAT-file not compressed',
    make: 'svhn',
    count: 20_000,
    reader: 'svhn',
    modules: ['PIL', 'scipy'],
    most: 0,
  },
  {
    name: 'svhn-gz',
    title: 'SVHN, MAT-file compressed; alix unpacks it once, to its cache',
    make: 'svhn-gz',
    count: 20_000,
    reader: 'svhn',
    modules: ['PIL', 'scipy'],
    most: 0,
  },
  {
    name: 'npy',
    title: '.npy, 28x28; Python maps it into memory',
    make: 'npy',
    count: 60_000,
    reader: 'npy',
    modules: ['PIL'],
    most: 0,
  },
  { name: 'png', title: 'folder of PNG, 64x64', make: 'png', count: 4000, reader: 'folder', modules: ['PIL'], most: 0 },
  {
    name: 'jpeg',
    title: 'folder of JPEG, 240x160, scaled to 64x64',
    make: 'jpeg',
    count: 2000,
    options: { size: 64 },
    reader: 'squares',
    modules: ['PIL'],
    most: SCALED,
  },
  {
    name: 'celeba',
    title: "CelebA's layout, JPEG 178x218, the centre's 108x108 scaled to 64x64",
    make: 'celeba',
    count: 2000,
    options: { crop: 'centre-108', size: 64 },
    reader: 'celeba',
    modules: ['PIL'],
    most: SCALED,
  },
  {
    name: 'tiny-imagenet',
    title: "Tiny ImageNet's layout, JPEG 64x64",
    make: 'tiny-imagenet',
    count: 4000,
    reader: 'folder',
    modules: ['PIL'],
    most: SCALED,
  },
  {
    name: 'tar',
    title: 'tar shards of PNG, 64x64; tarfile goes through them in order',
    make: 'tar',
    count: 4000,
    real: 'eurosat',
    reader: 'tar',
    modules: ['PIL'],
    most: 0,
  },
  {
    name: 'webdataset',
    title: 'the same beside webdataset, which shuffles 1,000',
    make: 'tar',
    count: 4000,
    real: 'eurosat',
    reader: 'webdataset',
    modules: ['PIL', 'webdataset'],
    most: 0,
  },
];
