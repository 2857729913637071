/** The search of `alix neighbours`, and where what it finds goes. */
import { type CodeIndex, encodeBatches, type Model, type NamedImage } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { writeFileAtomic } from '@alix/infer/io/files';
import type { ReadCodes } from './codes/read.js';
import type { Context } from './commands/command.js';
import { imagesByName } from './images-by-name.js';
import { type Inputs, reportSkipped } from './inputs.js';
import type { ErrorOptions, ModelOptions } from './options.js';
import { intoFile, scaleFor } from './pictures/files.js';
import { imagesOf, MAX_TUPLES, type SheetRow, shortNames, writeRows } from './pictures/sheets.js';
import { createProgress, rate } from './progress.js';
import { identity } from './session.js';

export interface NeighbourOptions extends ModelOptions, ErrorOptions {
  readonly index: string;
  readonly k: number;
  readonly metric: 'cosine' | 'l2';
  readonly images?: string;
  readonly output: string;
}

/** The neighbours of one image, the nearest first. */
interface Found {
  readonly name: string;
  readonly neighbours: readonly {
    /** Of the image in the index; absent where nobody wrote it down. */
    readonly name?: string;
    /** The row of the code. */
    readonly index: number;
    readonly distance: number;
  }[];
}

/** Where neighbours go. */
interface Sink {
  /** The image is kept, or not. */
  take(image: Uint8Array | undefined, found: Found): void;
  end(summary: object): Promise<void>;
  /** The path is prepared, and tidied up after a failure. */
  within<T>(work: () => Promise<T>): Promise<T>;
  /** Images of queries to keep. */
  readonly keeps: number;
}

/** @throws AlixError 'usage' for an output of another kind, or what it lacks */
export async function chooseSink(
  options: NeighbourOptions,
  context: Context,
): Promise<(model: Model, codes: ReadCodes) => Sink> {
  const { output, images } = options;
  if (output === '-' && context.json)
    throw new AlixError('usage', '--json and -o - both want stdout', { remedy: 'leave one of them out' });
  const isPicture = /\.png$/i.test(output);
  if (!isPicture && output !== '-' && !/\.json$/i.test(output))
    throw new AlixError('usage', '-o must end in .png or .json, or be - for stdout', { where: output });
  if (isPicture && images === undefined)
    throw new AlixError('usage', 'a picture of neighbours needs the images of the index', {
      where: output,
      remedy: 'add --images DIR, the folder that was encoded; or write names with -o neighbours.json',
    });
  if (!isPicture && images !== undefined)
    throw new AlixError('usage', '--images does nothing without a picture', { remedy: 'give -o grid.png' });
  if (isPicture) return (model, codes) => pictureSink(options, model, codes);
  return output === '-' ? () => lineSink(context) : () => jsonSink(output);
}

function lineSink(context: Context): Sink {
  return {
    keeps: 0,
    take: (_, found) => context.out(JSON.stringify(found)),
    async end() {},
    within: (work) => work(),
  };
}

function jsonSink(path: string): Sink {
  const images: Found[] = [];
  return {
    keeps: 0,
    take: (_, found) => images.push(found),
    end: (summary) => writeFileAtomic(path, `${JSON.stringify({ ...summary, images }, null, 2)}\n`),
    within: (work) => intoFile(path, work),
  };
}

function pictureSink(
  { output: path, images = '', index, k: most, metric, resize }: NeighbourOptions,
  model: Model,
  { n, names }: ReadCodes,
): Sink {
  if (!names)
    throw new AlixError('bad-codes', 'nothing says which images these codes are of, so none can be shown', {
      where: index,
      remedy: 'keep its .json beside it, or write rows with -o neighbours.json',
    });
  const k = Math.min(most, n);
  const keeps = Math.max(1, Math.floor((2 * MAX_TUPLES) / imagesOf(1, k)));
  scaleFor(imagesOf(keeps, k), model.image);
  const shown: { image: Uint8Array; found: Found }[] = [];
  const all: Found[] = [];
  return {
    keeps,
    take(image, found) {
      if (image) shown.push({ image, found });
      all.push(found);
    },
    async end(summary) {
      const wanted = shown.flatMap(({ found }) => found.neighbours.map(({ name }) => name!));
      const pixels = await imagesByName(images, new Set(wanted), model.bundle, resize);
      const queries = shortNames(shown.map(({ found }) => found.name));
      const captions = new Map(shortNames(wanted).map((short, i) => [wanted[i]!, short]));
      const rows = shown.map(
        ({ image, found }, i): SheetRow => ({
          first: image,
          made: found.neighbours.map(({ name }) => pixels.get(name!)!),
          notes: [
            [queries[i]!],
            ...found.neighbours.map(({ name, distance }) => [captions.get(name!)!, distance.toPrecision(3)]),
          ],
        }),
      );
      await writeRows(path, rows, model.image, {
        title: `${model.bundle.name}: the nearest of ${n} images, by ${metric === 'l2' ? 'Euclidean' : 'cosine'} distance between codes`,
        ends: ['query'],
        made: k === 1 ? 'nearest' : Array.from({ length: k }, (_, i) => `${i + 1}`),
      });
      const description = { ...summary, shown: rows.length, images: all };
      await writeFileAtomic(`${path}.json`, `${JSON.stringify(description, null, 2)}\n`);
    },
    within: (work) => intoFile(path, work),
  };
}

/** Encodes the images and looks for each code in the index. */
export async function searchTo(
  sink: Sink,
  model: Model,
  { index, names, inputs }: { index: CodeIndex; names: readonly string[] | undefined; inputs: Inputs },
  { k, metric, batch, index: path, output }: NeighbourOptions,
  context: Context,
): Promise<void> {
  const kept: Uint8Array[] = [];
  const { signal } = context;
  const start = performance.now();
  let done = 0;
  await sink.within(async () => {
    const progress = await createProgress(context, 'neighbours', 'images', inputs.total);
    try {
      const images = keepFirst(inputs.images, kept, sink.keeps);
      for await (const codes of encodeBatches(model, images, { batch, signal, onProgress: progress.update })) {
        const result = await index.search(codes.mean, { k, distance: metric, signal });
        for (const [i, name] of codes.names.entries()) {
          const neighbours = Array.from({ length: result.k }, (_, j) => {
            const at = result.places[i * result.k + j]!;
            const found = names && { name: names[at]! };
            return { ...found, index: at, distance: result.distances[i * result.k + j]! };
          });
          sink.take(kept[done++], { name, neighbours });
        }
      }
    } finally {
      progress.stop();
    }
    await sink.end(summary());
  });
  reportSkipped(inputs.skipped, context);
  if (context.json) context.out(JSON.stringify({ ...summary(), output }));
  else if (output !== '-')
    context.log(`${done} images among ${index.n} (${rate(done, performance.now() - start)} images/s) -> ${output}`);

  function summary() {
    return { model: identity(model), index: path, codes: index.n, k, metric, n: done, skipped: inputs.skipped };
  }
}

/** Keeps the pixels of the first images that pass. */
async function* keepFirst(images: AsyncIterable<NamedImage>, kept: Uint8Array[], most: number) {
  for await (const image of images) {
    if (kept.length < most) kept.push(image.pixels.slice());
    yield image;
  }
}
