import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodePng, encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { decodeByHand, encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { linearDecoder, refineGraph } from '../fixtures/tiny-refine.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
const graphs = { 'decoder.onnx': linearDecoder(tiny), 'refine.onnx': refineGraph(tiny, 'linear') };
writeTinyBundle(join(cwd, 'refining'), tiny, (json) => json, graphs);
writeImages(join(cwd, 'in'), ['b/1.png', 'a/2.png', 'a/1.png']);
const run = (...args: string[]) => inside(['inpaint', 'model', ...args], cwd);
const bytes = (path: string) => readFileSync(join(cwd, path));
const json = (path: string) => JSON.parse(bytes(path).toString());
const files = (path: string) => (readdirSync(join(cwd, path), { recursive: true }) as string[]).sort();
const picture = (path: string) => decodePng(bytes(path), path);

/** Columns 1 and 2 of rows 2 to 4. */
const box = Uint8Array.from({ length: 24 }, (_, i) => Number(i % 4 >= 1 && i % 4 <= 2 && i >= 8 && i < 20));
/** Once through the plain encoder, the hole at the tiny bundle's fill. */
function filledByHand(pixels: Uint8Array, mask = box): { pixels: number[]; image: number[] } {
  const seen = pixels.map((value, i) => (mask[i] ? 128 : value));
  const image = decodeByHand(tiny, encodeByHand(tiny, seen).mean);
  return { pixels: [...pixels].map((value, i) => (mask[i] ? image[i]! * 255 : value)), image };
}

function writeMask(path: string, mask: ArrayLike<number>, width = 4, channels: 1 | 3 | 4 = 1): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  const pixels = Uint8Array.from(mask);
  writeFileSync(join(cwd, path), encodePng(pixels, { height: pixels.length / width / channels, width, channels }));
}

async function refused(options: string, code: number, words: RegExp): Promise<void> {
  const before = files('.');
  const ran = await run('in', ...options.split(' '), '--quiet');
  expect(ran.stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(ran.stderr).toMatch(words);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(files('.')).toEqual(before);
}

test('a box: known pixels as they were, the hole by hand, and the errors of both', async () => {
  const { code, stdout } = await run('in', '--box', '1,2,2,3', '--iterations', '1', '-o', 'out');
  expect(code).toBe(0);
  expect(files('out')).toEqual(['a', 'a/1.png', 'a/2.png', 'b', 'b/1.png', 'inpaint.json']);
  const result = json('out/inpaint.json');
  const hole = { x: 1, y: 2, width: 2, height: 3 };
  expect(result).toMatchObject({ n: 3, box: hole, iterations: 1, feather: 0, pixel_range: [0, 1], skipped: [] });
  const means = { known: 0, hidden: 0 };
  for (const [at, [name, i]] of (
    [
      ['a/1.png', 2],
      ['a/2.png', 1],
      ['b/1.png', 0],
    ] as const
  ).entries()) {
    const original = pixelsOf(i);
    const wanted = filledByHand(original);
    const { pixels } = picture(`out/${name}`);
    const squares = { known: 0, hidden: 0 };
    pixels.forEach((value, j) => {
      expect(Math.abs(value - wanted.pixels[j]!)).toBeLessThan(box[j] ? 0.51 : 1e-9);
      const made = box[j] ? value / 255 : wanted.image[j]!;
      squares[box[j] ? 'hidden' : 'known'] += (original[j]! / 255 - made) ** 2;
    });
    const { known_mse, hidden_mse, ...rest } = result.images[at];
    expect(rest).toEqual({ name, file: name, hidden: 6 });
    expect(known_mse).toBeCloseTo(squares.known / 18, 6);
    expect(hidden_mse).toBeCloseTo(squares.hidden / 6, 9);
    means.known += squares.known / 18 / 3;
    means.hidden += squares.hidden / 6 / 3;
  }
  expect(result.hidden_mse).toBeCloseTo(means.hidden, 9);
  const [, known] = /^mse on known pixels (\S+), in the holes (\S+), over 3 images \(pixels in \[0,1\]\)\n$/.exec(
    stdout,
  )!;
  expect(Number(known)).toBeCloseTo(means.known, 5);
});

test('a mask of a picture hides what is not black; in colour, and be it ever so dark', async () => {
  writeMask(
    'grey.png',
    box.map((hidden, i) => hidden * (1 + i)),
  );
  writeMask(
    'colour.png',
    [...box].flatMap((hidden) => [0, hidden, 0]),
    4,
    3,
  );
  await run('in', '--box', '1,2,2,3', '-o', 'boxed');
  for (const mask of ['grey', 'colour']) {
    expect((await run('in', '--mask', `${mask}.png`, '-o', mask)).code).toBe(0);
    expect(bytes(`${mask}/a/2.png`)).toEqual(bytes('boxed/a/2.png'));
    expect(json(`${mask}/inpaint.json`).mask).toBe(`${mask}.png`);
  }
});

test('masks of a folder go by the relative names; what has none can be skipped', async () => {
  const other = box.map((hidden) => 1 - hidden);
  writeMask('masks/a/1.png', box);
  writeMask('masks/a/2.png', other);
  writeMask('masks/b/1.png', new Uint8Array(24));
  const { code, stderr } = await run('in', '--mask', 'masks', '--iterations', '1', '-o', 'each');
  expect([code, stderr]).toEqual([0, expect.stringContaining('nothing is hidden in 1 of the images')]);
  const { images, hidden_mse } = json('each/inpaint.json');
  expect(images.map((image: { hidden: number }) => image.hidden)).toEqual([6, 18, 0]);
  expect(images[2].hidden_mse).toBeNull();
  expect(hidden_mse).toBeCloseTo((images[0].hidden_mse + images[1].hidden_mse) / 2, 12);
  expect([...picture('each/b/1.png').pixels]).toEqual([...pixelsOf(0)]);
  filledByHand(pixelsOf(1), other).pixels.forEach((value, i) => {
    expect(Math.abs(picture('each/a/2.png').pixels[i]! - value)).toBeLessThan(0.51);
  });
  cpSync(join(cwd, 'masks/a'), join(cwd, 'some/a'), { recursive: true });
  await refused('--mask some -o no', 1, /^alix: some\/b\/1\.png: no mask for the image b\/1\.png; add it/);
  const skipping = await run('in', '--mask', 'some', '-o', 'two', '--on-error', 'skip');
  expect([skipping.code, skipping.stderr]).toEqual([3, expect.stringContaining('skipped: some/b/1.png: no mask')]);
  expect(json('two/inpaint.json')).toMatchObject({ n: 2, skipped: [{ name: 'b/1.png', code: 'no-mask' }] });
  await refused('--mask some -o no --on-error skip --max-errors 0', 1, /too many images or masks/);
  writeStack(join(cwd, 'many.npy'), 2);
  writeMask('numbers/00000.png', box);
  writeMask('numbers/00001.png', box);
  expect((await run('many.npy', '--mask', 'numbers', '-o', 'stack')).code).toBe(0);
});

test('a grid: the image, its hole in a colour of its own, and the image filled', async () => {
  const { code, stdout } = await run('in/a/1.png', '--box', '1,2,2,3', '--iterations', '1', '-o', 'g.png', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ n: 1, output: 'g.png' })]);
  const grid = picture('g.png');
  expect(grid.channels).toBe(3);
  const rgb = (values: ArrayLike<number>) => Array.from(values).flatMap((value) => [value, value, value]);
  const [original] = findImage(grid, rgb(pixelsOf(2)), tiny, 19);
  const filled = findImage(grid, rgb(filledByHand(pixelsOf(2)).pixels), tiny, 19, 0.51).at(-1);
  expect(filled!.y).toBe(original!.y);
  // between them the image with its hole
  const masked = rgb(pixelsOf(2)).map((value, i) => (box[Math.floor(i / 3)] ? [80, 120, 220][i % 3]! : value));
  const [hole] = findImage(grid, masked, tiny, 19);
  expect(hole!.y).toBe(original!.y);
  expect([original!.x, hole!.x, filled!.x]).toEqual([original!.x, hole!.x, filled!.x].sort((a, b) => a - b));
  expect(json('g.png.json')).toMatchObject({ shown: 1 });
});

test('--refine fits the known pixels: less error there, as recorded', async () => {
  const fit = async (...options: string[]) => {
    const args = ['inpaint', 'refining', 'in', '--box', '1,2,2,3', '--iterations', '1', '-o', 'fit', '--json'];
    const { code, stdout } = await inside([...args, ...options], cwd);
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const plain = await fit();
  const refined = await fit('--refine', '200', '--learning-rate', '0.2');
  expect(refined.refine).toEqual({ steps: 200, learning_rate: 0.2 });
  expect(refined.known_mse).toBeLessThan(0.8 * plain.known_mse);
  await refused('--box 1,2,2,3 --refine 5 -o no', 1, /^alix: tiny: this model has no refine\.onnx/);
  await refused('--box 1,2,2,3 --learning-rate 1 -o no', 2, /^alix: --learning-rate does nothing without --refine/);
});

test('a mask that cannot be, told in one line before anything is written', async () => {
  writeMask('all.png', new Uint8Array(24).fill(255));
  await refused('--mask all.png -o no', 1, /^alix: all\.png: the whole image is hidden.*; leave some pixels known/);
  await refused('--box 1,2,3 -o no', 2, /x,y,width,height in whole pixels/);
  await refused('--box 1,1,1,1 --feather 99 -o no', 2, /feather is a whole number of pixels from 0 to 32/);
});

test('neither images nor masks are replaced', async () => {
  writeMask('holes/a/1.png', box);
  writeMask('holes/a/2.png', box);
  writeMask('holes/b/1.png', box);
  await refused('--mask holes -o holes', 1, /^alix: holes\/a\/1\.png: the output would replace/);
  await refused('--mask holes -o in', 1, /^alix: in\/a\/1\.png: the output would replace/);
  await refused('--mask holes/a/1.png -o holes/a/1.png', 1, /^alix: holes\/a\/1\.png: the output would replace/);
});
