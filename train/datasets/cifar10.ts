/** CIFAR-10, Krizhevsky 2009: 50,000 training and 10,000 test images, 32x32 RGB, of ten classes. It does not ship with alix. */
import { existsSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import { type DatasetSource, imageDataset, resolveOptions, type Split } from './dataset.js';

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A label, then the red, the green and the blue plane. */
const RECORD = 1 + 3 * PLANE;
const CLASSES = 10;
/** Images of each of the published files. */
const PER_FILE = 10_000;
/** Records that are read at once: 3 MB. */
const CHUNK = 1000;

const published: Readonly<Record<Split, readonly string[]>> = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
};
const parts: Readonly<Record<Split, RegExp>> = { train: /^data_batch_\w+\.bin$/, test: /^test_batch\w*\.bin$/ };

/** Whether a folder with these names is CIFAR-10's. */
export const namesCifar10 = (names: readonly string[]): boolean =>
  names.some((name) => parts.train.test(name) || parts.test.test(name));

const defaults = {
  /** Takes the files of the split that are there, whatever their number and length, instead of the published ones alone. */
  partial: false,
};

export const cifar10: DatasetSource = {
  name: 'cifar10',
  summary: 'CIFAR-10 from $ALIX_DATA/cifar-10-batches-bin, the folder of its binary version; or name the folder itself',
  defaults,
  async open({ split, path, options }) {
    const { partial } = resolveOptions('cifar10', defaults, options);
    const folder = path ?? (process.env.ALIX_DATA && join(process.env.ALIX_DATA, 'cifar-10-batches-bin'));
    if (!folder || !existsSync(folder))
      throw new AlixError('no-data', 'CIFAR-10 is not on this machine', {
        ...(folder ? { where: folder } : {}),
        remedy:
          'give the folder of its binary version with --data, or set ALIX_DATA to the folder above it; `alix data download cifar10 -o DIR` fetches it',
      });
    const present = await describing(folder, () => readdir(folder));
    const files = partial ? present.filter((name) => parts[split].test(name)).sort() : published[split];
    const missing = files.filter((name) => !present.includes(name));
    if (missing.length > 0 || files.length === 0)
      throw new AlixError('no-data', `CIFAR-10's ${split} split is not whole`, {
        where: folder,
        expected: published[split].join(', '),
        found: files.length === 0 ? 'none of them' : `no ${missing.join(', no ')}`,
        remedy: 'get the rest, or take what is there with --set data.options.partial=true',
      });
    return imageDataset({
      name: 'cifar10',
      shape: [SIDE, SIDE, 3],
      classes: CLASSES,
      ...(await read(folder, files, partial)),
    });
  },
};

/** The images of the files, one after the other: pixels uint8 [N,32,32,3] where a worker can read them too, labels uint8 [N]. */
async function read(folder: string, names: readonly string[], partial: boolean) {
  const counts = await Promise.all(names.map((name) => countOf(join(folder, name), partial)));
  const count = counts.reduce((sum, n) => sum + n, 0);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * 3 * PLANE));
  const labels = new Uint8Array(count);
  let first = 0;
  for (const [i, name] of names.entries()) {
    const n = counts[i] as number;
    await readFile(join(folder, name), pixels.subarray(first * 3 * PLANE), labels.subarray(first, first + n));
    first += n;
  }
  return { pixels, labels };
}

/** How many images a file holds, by its length. @throws AlixError 'bad-data' */
async function countOf(path: string, partial: boolean): Promise<number> {
  const { size } = await describing(path, () => stat(path));
  const count = size / RECORD;
  if (Number.isInteger(count) && (partial ? count > 0 : count === PER_FILE)) return count;
  throw new AlixError('bad-data', 'not a whole file of CIFAR-10', {
    where: path,
    expected: partial ? `a multiple of ${RECORD} bytes` : `${PER_FILE * RECORD} bytes, ${PER_FILE} images`,
    found: `${size} bytes`,
    remedy: 'get the file again',
  });
}

/** A file's images with their colours brought together, as many as there are labels to fill. */
async function readFile(path: string, pixels: Uint8Array, labels: Uint8Array): Promise<void> {
  const file = await describing(path, () => open(path));
  try {
    const buffer = Buffer.alloc(CHUNK * RECORD);
    for (let first = 0; first < labels.length; first += CHUNK) {
      const n = Math.min(CHUNK, labels.length - first);
      const { bytesRead } = await describing(path, () => file.read(buffer, 0, n * RECORD, first * RECORD));
      if (bytesRead !== n * RECORD) throw new AlixError('bad-data', 'the file has become shorter', { where: path });
      for (let i = 0; i < n; i++) {
        const label = buffer[i * RECORD] as number;
        if (label >= CLASSES)
          throw new AlixError('bad-data', 'a label that CIFAR-10 does not have', {
            where: `${path}, image ${first + i}`,
            expected: `0 to ${CLASSES - 1}`,
            found: `${label}`,
            remedy: 'get the binary version of CIFAR-10 again',
          });
        labels[first + i] = label;
        interleave(buffer.subarray(i * RECORD + 1, (i + 1) * RECORD), pixels, (first + i) * 3 * PLANE);
      }
    }
  } finally {
    await file.close();
  }
}

/** Three planes to pixels of three channels, from `at` on. */
function interleave(planes: Uint8Array, pixels: Uint8Array, at: number): void {
  for (let i = 0; i < PLANE; i++) for (let c = 0; c < 3; c++) pixels[at + 3 * i + c] = planes[c * PLANE + i] as number;
}
