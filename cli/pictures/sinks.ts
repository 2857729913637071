/** Where the pictures of `alix reconstruct` and `alix inpaint` go: a folder, a sheet, or one bare picture to stdout. */

import { unstack } from '@alix/infer/io/sheet';
import type { ImageSize } from './figure.js';
import { pictureFolder } from './folder.js';
import type { Mark, PictureRun } from './run.js';
import { shortNames, tuplesShown, writePicture, writeTuples } from './sheets.js';

/** A batch of pictures. @typeParam Told what is known of each */
export interface MadeBatch<Told> {
  readonly n: number;
  readonly names: readonly string[];
  /** uint8 [n,H,W,C] */
  readonly pixels: Uint8Array;
  readonly told: readonly Told[];
  /** How far the inputs are worked off with it. */
  readonly mark: Mark;
  /** The pictures of a sheet that belong to image `i` of the batch, uint8 [H,W,C] each. */
  tuple(i: number): readonly Uint8Array[];
}

export interface PictureSink<Told> {
  take(batch: MadeBatch<Told>): Promise<void>;
  /** Of all images, in their order. */
  told(): readonly Told[];
  /** Ends the pictures and gives what the description says of them. */
  end(title: SheetTitle): Promise<object>;
  /** Called when all is written. */
  finish(): Promise<void>;
  /** Called after an error, which it gives back. */
  fail(error: unknown): Promise<unknown>;
}

/** What is known of an image of a folder. */
export type InFolder<Told> = { readonly name: string; readonly file: string } & Told;

/** The title of a sheet that shows so many of the images. */
export type SheetTitle = (shown: number) => string;

/** Of the sheet, if it is one. */
export interface SheetParts<Told> {
  /** Of its images, which may have colour where the model's have none. */
  readonly size: ImageSize;
  readonly parts: readonly string[];
  /** What is told of an image below or beside it. */
  readonly note: (told: Told) => string;
}

export function openSink<Told extends object>(
  output: string,
  grid: boolean,
  run: PictureRun<InFolder<Told>>,
  size: ImageSize,
  sheet: SheetParts<Told>,
): PictureSink<Told> {
  if (!grid) return folderSink(output, size, run);
  // one image alone is no sheet where it goes to stdout
  return output === '-' && run.inputs.total === 1 ? bareSink(size) : sheetSink(output, sheet);
}

function folderSink<Told extends object>(
  folder: string,
  size: ImageSize,
  { journal, before }: PictureRun<InFolder<Told>>,
): PictureSink<Told> {
  const images = before.flatMap(({ told }) => told);
  const pictures = pictureFolder(
    folder,
    size,
    images.map(({ file }) => file),
  );
  return {
    async take({ names, pixels, told, mark }) {
      const written = await pictures.writeSummed(names, pixels);
      const these = names.map((name, i) => ({ name, file: written[i]!.file, ...told[i]! }));
      images.push(...these);
      await journal?.add({ ...mark, told: these, pictures: written });
    },
    told: () => images,
    end: async () => ({ images }),
    finish: async () => journal?.finish(),
    fail: async (error) => (journal ? journal.fail(error) : error),
  };
}

function sheetSink<Told>(path: string, { size, parts, note }: SheetParts<Told>): PictureSink<Told> {
  const all: Told[] = [];
  const shown: { readonly tuple: readonly Uint8Array[]; readonly name: string }[] = [];
  const most = tuplesShown(parts.length, size);
  return {
    async take({ n, names, told, tuple }) {
      all.push(...told);
      for (let i = 0; i < n && shown.length < most; i++)
        shown.push({ tuple: tuple(i).map((image) => image.slice()), name: names[i]! });
    },
    told: () => all,
    async end(title) {
      const names = shortNames(shown.map(({ name }) => name));
      const notes = names.map((name, i) => [name, note(all[i]!)]);
      const tuples = shown.map(({ tuple }) => tuple);
      if (tuples.length > 0) await writeTuples(path, tuples, size, { title: title(tuples.length), parts, notes });
      return { shown: tuples.length };
    },
    async finish() {},
    fail: async (error) => error,
  };
}

function bareSink<Told>(size: ImageSize): PictureSink<Told> {
  const all: Told[] = [];
  const pictures: Uint8Array[] = [];
  return {
    async take({ n, pixels, told }) {
      all.push(...told);
      pictures.push(...unstack(pixels, n));
    },
    told: () => all,
    async end() {
      for (const pixels of pictures) await writePicture('-', { ...size, pixels: Uint8Array.from(pixels) });
      return {};
    },
    async finish() {},
    fail: async (error) => error,
  };
}

/** "64 images", "the first 128 of 500 images". */
export function countOf(shown: number, n: number): string {
  if (shown < n) return `the first ${shown} of ${n} images`;
  return n === 1 ? '1 image' : `${n} images`;
}
