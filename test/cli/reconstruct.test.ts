import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { BIAS, decodeByHand, encodeByHand, fileEntry, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { decodeLinearly, linearDecoder, linearWeight, refineGraph } from '../fixtures/tiny-refine.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeImages(join(cwd, 'in'), ['b/1.png', 'a/2.png', 'a/1.png']);
const run = (...args: string[]) => inside(['reconstruct', 'model', ...args], cwd);
const json = (path: string) => JSON.parse(readFileSync(join(cwd, path), 'utf8'));
const png = (path: string) => decodePng(readFileSync(join(cwd, path)), path);
const files = (path: string) => (readdirSync(join(cwd, path), { recursive: true }) as string[]).sort();

const byHand = (i: number) => decodeByHand(tiny, encodeByHand(tiny, pixelsOf(i)).mean);
const mseByHand = (i: number) => {
  const original = pixelsOf(i);
  return byHand(i).reduce((sum, value, j) => sum + (original[j]! / 255 - value) ** 2, 0) / original.length;
};
const errors = [2, 1, 0].map(mseByHand);
const mean = errors.reduce((a, b) => a + b, 0) / 3;
const std = Math.sqrt(errors.reduce((a, b) => a + (b - mean) ** 2, 0) / 3);

test('a folder keeps the structure, and reconstruct.json has the error of each image', async () => {
  const { code, stdout } = await run('in', '-o', 'out');
  expect(code).toBe(0);
  expect(stdout).toBe(
    `mse ${mean.toPrecision(6)} ± ${std.toPrecision(3)} over 3 images (pixels in [0,1], codes are means)\n`,
  );
  expect(files('out')).toEqual(['a', 'a/1.png', 'a/2.png', 'b', 'b/1.png', 'reconstruct.json']);
  for (const [name, index] of [
    ['a/1.png', 2],
    ['a/2.png', 1],
    ['b/1.png', 0],
  ] as const) {
    const { height, width, channels, pixels } = png(`out/${name}`);
    expect([height, width, channels]).toEqual([6, 4, 1]);
    byHand(index).forEach((value, j) => {
      expect(Math.abs(pixels[j]! - value * 255)).toBeLessThan(0.51);
    });
  }
  const result = json('out/reconstruct.json');
  expect(result).toMatchObject({
    n: 3,
    pixel_range: [0, 1],
    codes: 'mean',
    model: { name: 'tiny', sha256: fileEntry(readFileSync(join(cwd, 'model/model.json'))).sha256 },
    skipped: [],
  });
  expect(result.mse.mean).toBeCloseTo(mean, 6);
  expect(result.mse.std).toBeCloseTo(std, 6);
  expect(result.images.map((image: { name: string }) => image.name)).toEqual(['a/1.png', 'a/2.png', 'b/1.png']);
  result.images.forEach((image: { mse: number }, i: number) => {
    expect(image.mse).toBeCloseTo(errors[i]!, 6);
  });
});

test('one image has an error and no spread', async () => {
  const { stdout } = await run('in/a/2.png', '-o', 'one.png');
  expect(stdout).toBe(`mse ${errors[1]!.toPrecision(6)} over 1 image (pixels in [0,1], codes are means)\n`);
});

test('an existing folder is added to: what is not written again stays', async () => {
  await run('in/a', '-o', 'again');
  writeFileSync(join(cwd, 'again/notes.txt'), 'mine');
  expect((await run('in/a', '-o', 'again', '--quiet')).code).toBe(0);
  expect(files('again')).toEqual(['1.png', '2.png', 'notes.txt', 'reconstruct.json']);
});

test('a grid shows each original beside its reconstruction, large enough to see', async () => {
  const { code, stdout } = await run('in', '-o', 'grid.png', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout).mse.mean).toBeCloseTo(mean, 6);
  expect(json('grid.png.json')).toMatchObject({ n: 3, shown: 3, pixel_range: [0, 1], codes: 'mean' });
  const grid = png('grid.png');
  expect(grid.channels).toBe(1);
  // the images are 19 times as large (112 / 6), a row each
  const left: number[] = [];
  for (const i of [2, 1, 0]) {
    const [original] = findImage(grid, pixelsOf(i), tiny, 19);
    const made = byHand(i).map((value) => value * 255);
    const beside = findImage(grid, made, tiny, 19, 0.51).find(({ y }) => y === original!.y);
    expect(beside!.x).toBeGreaterThan(original!.x + 4 * 19);
    left.push(original!.y);
  }
  expect(left).toEqual([...left].sort((a, b) => a - b));
  expect(new Set(left).size).toBe(3);
});

test('a grid of many shows the first; the error is over all', async () => {
  writeStack(join(cwd, 'many.npy'), 300);
  expect((await run('many.npy', '-o', 'many.png')).code).toBe(0);
  expect(json('many.png.json')).toMatchObject({ n: 300, shown: 128 });
});

test('files that would share a name in the output are refused', async () => {
  writeImages(join(cwd, 'clash'), ['x.gif', 'x.gif.png']);
  const { code, stderr } = await run('clash', '-o', 'clash-out', '--quiet');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^alix: x\.gif\.png: two images would be written to this file[^\n]+\n$/);
});

test('an unreadable image is skipped on request: exit 3, and said in the summary', async () => {
  writeImages(join(cwd, 'mixed'), ['1.png']);
  writeFileSync(join(cwd, 'mixed/2.png'), 'x');
  expect((await run('mixed', '-o', 'mixed-out', '--on-error', 'skip')).code).toBe(3);
  expect(files('mixed-out')).toEqual(['1.png', 'reconstruct.json']);
  expect(json('mixed-out/reconstruct.json')).toMatchObject({ n: 1, skipped: [{ name: '2.png' }] });
});

/** The linear decoder x = b + zW fitted to an image by least squares: the normal equations, solved by elimination. */
function leastSquares(pixels: Uint8Array): number {
  const target = Array.from(pixels, (value) => value / 255 - BIAS);
  const row = (i: number) => target.map((_, j) => linearWeight(i, j));
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const system = [0, 1, 2].map((i) => [...[0, 1, 2].map((k) => dot(row(i), row(k))), dot(row(i), target)]);
  for (let i = 0; i < 3; i++)
    for (let k = 0; k < 3; k++) {
      if (k === i) continue;
      const factor = system[k]![i]! / system[i]![i]!;
      system[k] = system[k]!.map((value, c) => value - factor * system[i]![c]!);
    }
  const code = system.map((line, i) => line[3]! / line[i]!);
  const image = decodeLinearly(tiny, code);
  return image.reduce((sum, value, j) => sum + (value - BIAS - target[j]!) ** 2, 0) / image.length;
}

test("--refine: the error before is the encoder's, the error after the least there is", async () => {
  const graphs = { 'decoder.onnx': linearDecoder(tiny), 'refine.onnx': refineGraph(tiny, 'linear') };
  writeTinyBundle(join(cwd, 'refining'), tiny, (of) => of, graphs);
  const refine = ['--refine', '400', '--learning-rate', '0.2', '--batch', '2'];
  const { code, stdout } = await inside(['reconstruct', 'refining', 'in', ...refine, '-o', 'refined'], cwd);
  expect(code).toBe(0);
  const result = json('refined/reconstruct.json');
  expect(result).toMatchObject({ n: 3, codes: 'refined', refine: { steps: 400, learning_rate: 0.2 } });
  for (const [at, i] of [2, 1, 0].entries()) {
    const original = pixelsOf(i);
    const plain = decodeLinearly(tiny, encodeByHand(tiny, original).mean);
    const before = plain.reduce((sum, value, j) => sum + (value - original[j]! / 255) ** 2, 0) / 24;
    expect(result.images[at].mse_before).toBeCloseTo(before, 5);
    expect(result.images[at].mse / leastSquares(original)).toBeCloseTo(1, 3);
  }
  const { mse, mse_before } = result;
  expect(stdout).toBe(
    `mse ${mse.mean.toPrecision(6)} ± ${mse.std.toPrecision(3)} over 3 images (pixels in [0,1], codes refined by 400 steps; ` +
      `before: ${mse_before.mean.toPrecision(6)} ± ${mse_before.std.toPrecision(3)})\n`,
  );
  const grid = await inside(['reconstruct', 'refining', 'in', '--refine', '2', '-o', 'three.png', '--json'], cwd);
  expect(JSON.parse(grid.stdout)).toMatchObject({ codes: 'refined', refine: { steps: 2, learning_rate: 0.1 } });
  const plain = decodeLinearly(tiny, encodeByHand(tiny, pixelsOf(1)).mean).map((value) => value * 255);
  const [original] = findImage(png('three.png'), pixelsOf(1), tiny, 19);
  const [reconstruction] = findImage(png('three.png'), plain, tiny, 19, 0.51);
  expect(reconstruction!.y).toBe(original!.y);
  expect(reconstruction!.x).toBeGreaterThan(original!.x);
});

test('--refine needs refine.onnx, and --learning-rate needs --refine', async () => {
  const none = await run('in', '--refine', '3', '-o', 'none', '--quiet');
  expect([none.code, none.stderr]).toEqual([
    1,
    expect.stringMatching(/^alix: tiny: this model has no refine\.onnx[^\n]+\n$/),
  ]);
  const alone = await run('in', '--learning-rate', '3', '-o', 'none', '--quiet');
  expect([alone.code, alone.stderr]).toEqual([
    2,
    'alix: --learning-rate does nothing without --refine; add --refine 50\n',
  ]);
});
