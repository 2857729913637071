import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { decodeByHand, encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
// image 0 is called b, image 1 a, image 2 c: not in the order of their names
writeImages(join(cwd, 'in'), ['b.png', 'a.png', 'c.png']);
const run = (...args: string[]) => alix(['interpolate', 'model', ...args], cwd);
const bytes = (path: string) => readFileSync(join(cwd, path));
const json = (path: string) => JSON.parse(bytes(path).toString());
const files = (path: string) => (readdirSync(join(cwd, path), { recursive: true }) as string[]).sort();
const codes = (path: string) => decodeNpy(bytes(path), path).data as Float32Array;
const mean = (i: number) => encodeByHand(tiny, pixelsOf(i)).mean;
const between = (a: number, b: number, t: number) => mean(a).map((z, j) => (1 - t) * z + t * mean(b)[j]!);
const near = (actual: ArrayLike<number>, wanted: readonly number[], within: number) =>
  wanted.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(within);
  });

test('a folder has the images on the way, in the order of the arguments, and their codes', async () => {
  const { code, stdout, stderr } = await run('in/b.png', 'in/a.png', '--steps', '5', '-o', 'out');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/\n5 images -> out\n$/);
  expect(files('out')).toEqual([
    '0.png',
    '1.png',
    '2.png',
    '3.png',
    '4.png',
    'codes.npy',
    'codes.npy.json',
    'interpolate.json',
  ]);
  const latent = codes('out/codes.npy');
  for (let step = 0; step < 5; step++) {
    const wanted = between(0, 1, step / 4);
    near(latent.subarray(step * 3, step * 3 + 3), wanted, 1e-4);
    const image = decodeByHand(tiny, wanted).map((value) => value * 255);
    near(decodePng(bytes(`out/${step}.png`), '').pixels, image, 0.51);
  }
  expect(json('out/interpolate.json')).toMatchObject({ n: 5, steps: 5, path: 'linear', images: ['b.png', 'a.png'] });
});

test('several images: a way for each two neighbours, and the codes can be decoded again', async () => {
  const { code } = await run('in/b.png', 'in/a.png', 'in/c.png', 'in/b.png', '--steps', '2', '-o', 'ways');
  expect(code).toBe(0);
  expect(files('ways').filter((name) => name.endsWith('.png'))).toEqual(
    ['0', '1', '2'].flatMap((pair) => [`${pair}/0.png`, `${pair}/1.png`]),
  );
  near(codes('ways/codes.npy'), [0, 1, 1, 2, 2, 0].flatMap(mean), 1e-4);
  expect((await alix(['decode', 'model', 'ways/codes.npy', '-o', 'again'], cwd)).code).toBe(0);
  expect(bytes('again/1/1.png')).toEqual(bytes('ways/1/1.png'));
});

test('a strip has the originals at its ends', async () => {
  expect((await run('in/b.png', 'in/a.png', 'in/c.png', '--steps', '3', '-o', 'strip.png', '--json')).code).toBe(0);
  const { height, width, pixels } = decodePng(bytes('strip.png'), '');
  // scale 19 (112 / 6); a margin of 6, gaps of 6 around the three images on the way and of 2 between them and between rows
  expect([height, width]).toEqual([(6 + 6 + 2 + 6 + 6) * 19, (6 + 4 + 6 + 4 + 2 + 4 + 2 + 4 + 6 + 4 + 6) * 19]);
  const at = (y: number, x: number) => pixels[(y * 19 + 9) * width + x * 19 + 9]!;
  const block = (top: number, left: number) =>
    Array.from({ length: 24 }, (_, i) => at(top + Math.floor(i / 4), left + (i % 4)));
  expect(block(6, 6)).toEqual([...pixelsOf(0)]);
  expect(block(6, 38)).toEqual([...pixelsOf(1)]);
  expect(block(14, 6)).toEqual([...pixelsOf(1)]);
  expect(block(14, 38)).toEqual([...pixelsOf(2)]);
  const middle = decodeByHand(tiny, between(0, 1, 0.5)).map((value) => value * 255);
  near(block(6, 22), middle, 0.51);
  expect([at(5, 6), at(6, 10), at(12, 6)]).toEqual([255, 255, 255]);
});

test('one image is refused, and so is a strip that nobody could look at', async () => {
  const one = await run('in/b.png', '-o', 'no', '--quiet');
  expect([one.code, one.stderr]).toEqual([2, expect.stringMatching(/^alix: in\/b\.png: [^\n]*expected two or more/)]);
  const long = await run('in/a.png', 'in/b.png', '--steps', '9e6', '-o', 'no.png', '--quiet');
  expect([long.code, long.stderr]).toEqual([2, expect.stringMatching(/^alix: a grid of 9000002 images is too large/)]);
  expect(files('.')).not.toContain('no');
});
