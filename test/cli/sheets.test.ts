import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import {
  coloured,
  shortNames,
  tuplesShown,
  writeGrid,
  writeRows,
  writeTuples,
} from '../../cli/dist/pictures/sheets.js';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';

const path = join(temporaryFolder(), 'sheet.png');
const size = { height: 1, width: 2, channels: 3 } as const;
const image = (first: number) => Uint8Array.from({ length: 6 }, (_, i) => first + i);
const [a, b, c, d] = [image(10), image(40), image(70), image(100)];
const words = { title: 'images', parts: ['left', 'middle', 'right'] };
const sheet = () => decodePng(readFileSync(path), path);

/** Each pixel of an image is 56 x 56 (112 / 2), and each image is there once. */
function places(images: readonly Uint8Array[]): { y: number; x: number }[] {
  return images.map((wanted) => {
    const found = findImage(sheet(), wanted, size, 56);
    expect(found).toHaveLength(1);
    return found[0]!;
  });
}

test('rows in colour: what was given, what was made, where it leads', async () => {
  await writeRows(path, [{ first: a, made: [b, c], last: d }], size, {
    title: 't',
    ends: ['a', 'd'],
    made: ['0', '1'],
  });
  const [first, one, two, last] = places([a, b, c, d]);
  expect(new Set([first!.y, one!.y, two!.y, last!.y]).size).toBe(1);
  // those that were made are nearer to each other than to the ends
  expect(one!.x - first!.x).toBe(last!.x - two!.x);
  expect(one!.x - first!.x).toBeGreaterThan(two!.x - one!.x);
});

test('a last line that is not full stays white; more lines stand below each other', async () => {
  const made = Array.from({ length: 13 }, (_, i) => Uint8Array.of(i, i, i, i, i, i));
  await writeRows(path, [{ first: a, made }], size, { title: 't', ends: ['a'], made: 'made' });
  const found = places(made);
  expect(new Set(found.map(({ y }) => y)).size).toBe(4);
  const { width, pixels } = sheet();
  const { y, x } = found[12]!;
  const beside = (y * width + x + found[1]!.x - found[0]!.x) * 3;
  expect([...pixels.subarray(beside, beside + 3)]).toEqual([255, 255, 255]);
});

test('a few tuples are rows, many are columns: what belongs together is side by side, or above each other', async () => {
  await writeTuples(path, [[a, b, c]], size, words);
  const few = places([a, b, c]);
  expect(new Set(few.map(({ y }) => y)).size).toBe(1);
  expect(few[1]!.x).toBeGreaterThan(few[0]!.x);
  expect(few[2]!.x).toBeGreaterThan(few[1]!.x);
  const tuples = Array.from({ length: 7 }, (_, i) => [image(3 * i), image(100 + 3 * i), image(200 + 3 * i)]);
  await writeTuples(path, tuples, size, words);
  for (const tuple of tuples) {
    const [top, middle, bottom] = places(tuple);
    expect([middle!.x, bottom!.x]).toEqual([top!.x, top!.x]);
    expect(bottom!.y - middle!.y).toBe(middle!.y - top!.y);
    expect(middle!.y).toBeGreaterThan(top!.y);
  }
});

test('a margin all around, letters only outside the images, and a line around each', async () => {
  const white = new Uint8Array(6).fill(255);
  await writeGrid(path, [white], size, { title: 'a white image' });
  const { height, width, pixels } = sheet();
  const at = (y: number, x: number) => pixels[(y * width + x) * 3];
  for (let x = 0; x < width; x++) expect([at(20, x), at(height - 20, x)]).toEqual([255, 255]);
  for (let y = 0; y < height; y++) expect([at(y, 20), at(y, width - 20)]).toEqual([255, 255]);
  // a title, and around the image 2 * (112 + 56) + 4 pixels of a line
  expect(pixels.filter((value) => value === 0).length).toBeGreaterThan(3 * 100);
  expect(pixels.filter((value) => value === 200)).toHaveLength(3 * (2 * (112 + 56) + 4));
});

test('a grid that is seamless has its images edge to edge', async () => {
  await writeGrid(path, [a, b, c, d], size, { title: 't' }, { columns: 2, seamless: true });
  const [first, second, third, fourth] = places([a, b, c, d]);
  expect([second!.x - first!.x, third!.y - first!.y]).toEqual([112, 56]);
  expect([fourth!.x, fourth!.y]).toEqual([second!.x, third!.y]);
});

test('large images: fewer tuples, but one at least', () => {
  expect(tuplesShown(2, { height: 28, width: 28, channels: 1 })).toBe(128);
  expect(tuplesShown(2, { height: 1024, width: 1024, channels: 3 })).toBe(11);
  expect(tuplesShown(2, { height: 9000, width: 9000, channels: 3 })).toBe(1);
});

test('names leave out the folders that all are in', () => {
  expect(shortNames(['a/b/1.png', 'a/b/c/2.png', 'a/b/3.png'])).toEqual(['1.png', 'c/2.png', '3.png']);
  expect(shortNames(['a/1.png', 'b/1.png'])).toEqual(['a/1.png', 'b/1.png']);
  expect(shortNames(['a/1.png'])).toEqual(['1.png']);
  expect(shortNames([])).toEqual([]);
});

test('hidden pixels in blue, the others as they are, grey ones as RGB', () => {
  expect([...coloured(Uint8Array.of(9, 200), 1)]).toEqual([9, 9, 9, 200, 200, 200]);
  const [r, g, blue, ...rest] = coloured(Uint8Array.of(1, 2, 3, 4, 5, 6), 3, Uint8Array.of(1, 0));
  expect(blue! - Math.max(r!, g!)).toBeGreaterThan(50);
  expect(rest).toEqual([4, 5, 6]);
});

test('long names that end alike leave that ending out, whole words of it', () => {
  const photo = (i: string) => `Trees/Photo ${i} of a long holiday.jpg`;
  expect(shortNames([photo('013'), photo('023'), 'Sky/7.jpg'])).toEqual([
    'Trees/Photo 013…',
    'Trees/Photo 023…',
    'Sky/7.jpg',
  ]);
  expect(shortNames(['a/IMG_20230101_123456.jpg', 'b/IMG_20230101_223456.jpg'])).toEqual([
    'a/IMG_20230101_123456.jpg',
    'b/IMG_20230101_223456.jpg',
  ]);
});
