/**
 * alix's side of `npm run bench -- loaders`: opens a data set and reads its training rows in minibatches of 100 in no order, as training's
 * thread does: once, then on until SECONDS are over. Prints one JSON line.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '@alix/infer/io/random';
import { openDataset } from '@alix/train/datasets/index';
import { openRows, type RowSource } from '@alix/train/datasets/row-source';
import { nameAt } from '@alix/train/datasets/rows/names';

const BATCH = 100;
/** Minibatches that are read at once, as in training. */
const AT_ONCE = 2;

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    options: { type: 'string', default: '{}' },
    seconds: { type: 'string', default: '2' },
    /** A file for the pixels of the `count` rows with the first keys. */
    check: { type: 'string' },
    count: { type: 'string', default: '500' },
  },
});

/** What the other side knows a row by, too: the name of a file, or a number. */
function keyOf(source: RowSource, row: number): string {
  if (source.kind === 'fitted') return keyOf(source.of, row);
  if (source.kind === 'subset') return keyOf(source.of, source.rows[row] as number);
  return 'names' in source ? nameAt(source.names, row) : `${row}`.padStart(9, '0');
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const start = performance.now();
const { source, count } = await openDataset(values.data, {
  split: 'train',
  options: JSON.parse(values.options) as Record<string, unknown>,
  seed: 1,
});
const reader = openRows(source);
const random = createRandom('order');

/** Goes through all rows once; gives how many were read before `until` in milliseconds. */
async function pass(until: number): Promise<number> {
  const order = random.permutation(count);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < count && performance.now() < until) {
      const rows = order.subarray(next, next + BATCH);
      next += BATCH;
      await reader.read(rows);
      done += rows.length;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

const images = await pass(Number.POSITIVE_INFINITY);
const first = performance.now();
const [until, used] = [first + 1000 * Number(values.seconds), cpu()];
let more = 0;
while (performance.now() < until) more += await pass(until);
const [seconds, later] = [(performance.now() - first) / 1000, cpu() - used];
if (values.check) {
  const keys = Array.from({ length: count }, (_, row) => [keyOf(source, row), row] as const);
  const rows = keys.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, Number(values.count));
  await writeFile(values.check, await reader.read(Uint32Array.from(rows, ([, row]) => row)));
}
await reader.close();
console.log(
  JSON.stringify({
    what: 'alix',
    images_per_second: more / seconds,
    cpu_seconds: cpu(),
    images,
    from_start: (1000 * images) / (first - start),
    cpu_per_image: later / more,
  }),
);
