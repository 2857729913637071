/** alix data make: data that need no download, as files that other programs read too. */
import { basename, dirname, extname, join } from 'node:path';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { writeFileAtomic, writeFolderAtomic } from '@alix/infer/io/files';
import { encodeIdx } from '@alix/infer/io/idx';
import { encodeNpy } from '@alix/infer/io/npy';
import { type Dataset, datasets, type Split } from '@alix/train/datasets/index';
import type { Context } from '../commands/command.js';
import { intoFile, writePictures } from '../pictures/files.js';
import { numbered } from '../pictures/folder.js';
import { planned } from '../plan.js';
import { createProgress } from '../progress.js';

export interface MakeOptions {
  readonly n: number;
  readonly seed: number;
  readonly split: Split;
  readonly output: string;
}

/** What can be made: the sources that draw their rows. */
export const makeable = ['strokes', 'gaussian-grid', 'gaussian-nine', 'gaussian-ring'] as const;

type Writer = (dataset: Dataset, output: string, context: Context) => Promise<readonly string[]>;

/** By the end of the output's name; '' is a folder. */
const writers: Readonly<Record<Dataset['kind'], Readonly<Record<string, Writer>>>> = {
  images: { '': writeFolder, '.idx': writeIdxPair, '.npy': writeImagesNpy },
  points: { '.npy': writePointsNpy },
};

export async function runMake(what: string, { n, seed, split, output }: MakeOptions, context: Context): Promise<void> {
  const source = makeable.find((name) => name === what) && datasets[what];
  if (!source)
    throw new AlixError('usage', 'nothing of that name can be made', {
      where: what,
      remedy: `these can: ${makeable.join(', ')}; \`alix data\` lists all data sets`,
    });
  const kind = what === 'strokes' ? 'images' : 'points';
  const end = extname(output).toLowerCase();
  const write = writers[kind][end];
  if (!write)
    throw new AlixError('usage', `-o does not say how to write ${what}`, {
      where: output,
      expected: Object.keys(writers[kind])
        .map((name) => (name === '' ? 'a folder' : `a file that ends in ${name}`))
        .join(', '),
    });
  if (planned(context, { inputs: [what], counts: { [kind]: n }, outputs: outputsOf(end, output) })) return;
  const dataset = await source.open({ split, seed, options: { [split]: n }, signal: context.signal });
  const files = await write(dataset, output, context);
  const result = { what, n, seed, split, output, files: files.length, fingerprint: dataset.fingerprint };
  if (context.json) context.out(JSON.stringify(result));
  else
    context.log(
      `${n} ${kind === 'images' ? 'images' : 'points'} of ${what}, seed ${seed} -> ${files.slice(0, 2).join(' and ')}${files.length > 2 ? `, ... in ${output}` : ''}`,
    );
}

/** The files, or the folder, by the end of the name. */
function outputsOf(end: string, output: string): readonly string[] {
  return end === '.idx' ? idxPair(output) : [output];
}

/** Images that are drawn into memory in one piece. */
const CHUNK = 500;

/** DIR/<class>/<number>.png, all or nothing. */
async function writeFolder(dataset: Dataset, output: string, context: Context): Promise<readonly string[]> {
  const [height = 0, width = 0] = dataset.shape;
  const progress = await createProgress(context, 'make', 'images', dataset.count);
  const files = Array.from(
    { length: dataset.count },
    (_, i) => `${dataset.labels?.[i] ?? 0}/${numbered(i, dataset.count)}.png`,
  );
  await writeFolderAtomic(output, async (temporary) => {
    for (let start = 0; start < dataset.count; start += CHUNK) {
      throwIfAborted(context.signal);
      const chunk = files.slice(start, start + CHUNK);
      await writePictures(temporary, chunk, await pixelsOf(dataset, start, chunk.length), {
        height,
        width,
        channels: 1,
      });
      progress.update(start + chunk.length);
    }
  }).finally(progress.stop);
  return files.map((file) => join(output, file));
}

function idxPair(output: string): readonly [images: string, labels: string] {
  const stem = join(dirname(output), basename(output, extname(output)));
  return [`${stem}-images-idx3-ubyte`, `${stem}-labels-idx1-ubyte`];
}

/** NAME-images-idx3-ubyte and NAME-labels-idx1-ubyte; `train` and `t10k` are names that a folder of them is known by. */
async function writeIdxPair(dataset: Dataset, output: string): Promise<readonly string[]> {
  const [height = 0, width = 0] = dataset.shape;
  const [images, labels] = idxPair(output);
  const data = await pixelsOf(dataset, 0, dataset.count);
  // the labels get their name when all images are on the disk, just before these get theirs: a pair that cannot be written leaves an older one whole
  async function* bytes() {
    yield encodeIdx({ shape: [dataset.count, height, width], data });
    await writeFileAtomic(labels, encodeIdx({ shape: [dataset.count], data: Uint8Array.from(dataset.labels ?? []) }));
  }
  await intoFile(images, () => writeFileAtomic(images, bytes()));
  return [images, labels];
}

/** uint8 [N,H,W,C]. */
async function writeImagesNpy(dataset: Dataset, output: string): Promise<readonly string[]> {
  const data = await pixelsOf(dataset, 0, dataset.count);
  await intoFile(output, () => writeFileAtomic(output, encodeNpy({ shape: [dataset.count, ...dataset.shape], data })));
  return [output];
}

/** float32 [N,d]. */
async function writePointsNpy(dataset: Dataset, output: string): Promise<readonly string[]> {
  const data = await dataset.batch(Uint32Array.from({ length: dataset.count }, (_, i) => i));
  await intoFile(output, () => writeFileAtomic(output, encodeNpy({ shape: [dataset.count, ...dataset.shape], data })));
  return [output];
}

async function pixelsOf({ pixels }: Dataset, start: number, n: number): Promise<Uint8Array> {
  if (!pixels) throw new AlixError('bad-data', 'these rows are no images');
  return pixels(Uint32Array.from({ length: n }, (_, i) => start + i));
}
