/** The images that `alix sample --given` is told, and what becomes of their samples. */
import { extname } from 'node:path';
import type { Images, Model, NamedImage } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { Inputs } from './inputs.js';
import { refuseInputs } from './overwrite.js';
import { pictureOutput, scaleFor } from './pictures/files.js';
import { isNumbered, numbered } from './pictures/folder.js';
import { imagesOf, shortNames, writeRows } from './pictures/sheets.js';

export interface Given {
  /** For the verb: one file alone is a bare image, whose noise is the seed's own. */
  readonly images: Uint8Array | Images;
  /** Names of the images, filled while they are read. */
  readonly names: readonly string[];
  /** The name of the sample at a place, which is known once its image has been read. */
  name(place: number): string;
  /** A row for each image. @param made uint8 [H,W,C] each, those of an image after those of the one before */
  writeGrid(path: string, made: readonly Uint8Array[], title: string): Promise<void>;
}

/**
 * @param each samples of an image
 * @throws AlixError where the output would replace an image, or a grid would be too large to look at
 */
export async function openGiven(
  paths: readonly string[],
  inputs: Inputs,
  each: number,
  output: string,
  { image: size }: Model,
): Promise<Given> {
  const { total, entries } = inputs;
  const isGrid = pictureOutput(output) === 'grid';
  if (isGrid) scaleFor(imagesOf(total, each), size);
  const names: string[] = [];
  const kept: Uint8Array[] = [];
  const folders = new Map<string, string>();
  // of one image without a folder, of several each in its own
  const within = (image: string) => (total === 1 ? '' : `${stem(image)}/`);
  await refuseInputs(output, entries, !isGrid, isNumbered);

  async function* noted(): AsyncGenerator<NamedImage> {
    for await (const image of inputs.images) {
      const folder = within(image.name);
      const other = folders.get(folder);
      if (other !== undefined && !isGrid)
        throw new AlixError('output-exists', `the samples of ${other} would be in the same folder`, {
          where: image.name,
          remedy: 'rename one of the images, or draw theirs into another folder',
        });
      folders.set(folder, image.name);
      names.push(image.name);
      if (isGrid) kept.push(image.pixels.slice());
      yield image;
    }
  }
  const isAlone = total === 1 && entries[0]?.path === paths[0];
  return {
    images: isAlone ? await only(noted()) : noted(),
    names,
    name: (place) => `${within(names[Math.floor(place / each)]!)}${numbered(place % each, each)}`,
    writeGrid: (path, made, title) => {
      const captions = shortNames(names);
      const rows = kept.map((first, i) => ({
        first,
        made: made.slice(i * each, (i + 1) * each),
        caption: [captions[i]!],
      }));
      return writeRows(path, rows, size, { title, ends: ['given'], made: each === 1 ? 'sample' : 'samples' });
    },
  };
}

async function only(images: AsyncIterable<NamedImage>): Promise<Uint8Array> {
  let found: Uint8Array | undefined;
  for await (const { pixels } of images) found = pixels;
  // one that cannot be read is an error of the images' own
  return found!;
}

function stem(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
