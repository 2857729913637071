import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { coloured, writeRows, writeTuples } from '../../cli/dist/sheets.js';
import { temporaryFolder } from '../fixtures/folder.js';

const path = join(temporaryFolder(), 'sheet.png');
const size = { height: 1, width: 2, channels: 3 } as const;
const [a, b, c, d] = [10, 40, 70, 100].map((first) => Uint8Array.from({ length: 6 }, (_, i) => first + i));

/** Two pixels of the sheet, 56 times as large (112 / 2). */
function pixelsAt(y: number, x: number): number[] {
  const { width, pixels } = decodePng(readFileSync(path), path);
  const at = (column: number) => (y * 56 * width + column * 56) * 3;
  return [...pixels.subarray(at(x), at(x) + 3), ...pixels.subarray(at(x + 1), at(x + 1) + 3)];
}

test('rows in colour: what was given, what was made, where it leads', async () => {
  await writeRows(path, [{ first: a!, made: [b!, c!], last: d! }], size);
  expect([8, 16, 20, 28].map((x) => pixelsAt(6, x - 2))).toEqual([a, b, c, d].map((image) => [...image!]));
  expect(pixelsAt(6, 8)).toEqual(Array(6).fill(255));
});

test('a last line that is not full stays white', async () => {
  const made = Array.from({ length: 13 }, (_, i) => Uint8Array.of(i, i, i, i, i, i));
  await writeRows(path, [{ first: a!, made }], size);
  // four columns from 14 on, lines of 1 with gaps of 2
  expect(pixelsAt(6 + 3 * 3, 14)).toEqual([...made[12]!]);
  expect(pixelsAt(6 + 3 * 3, 14 + 4)).toEqual(Array(6).fill(255));
});

test('tuples stand together', async () => {
  await writeTuples(path, [[a!, b!, c!]], size);
  expect([4, 7, 10].map((x) => pixelsAt(4, x))).toEqual([a, b, c].map((image) => [...image!]));
});

test('hidden pixels in blue, the others as they are, grey ones as RGB', () => {
  expect([...coloured(Uint8Array.of(9, 200), 1)]).toEqual([9, 9, 9, 200, 200, 200]);
  const [r, g, blue, ...rest] = coloured(Uint8Array.of(1, 2, 3, 4, 5, 6), 3, Uint8Array.of(1, 0));
  expect(blue! - Math.max(r!, g!)).toBeGreaterThan(50);
  expect(rest).toEqual([4, 5, 6]);
});
