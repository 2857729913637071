import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { findImage, type Place } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { decodeByHand, encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
// image 0 is called b, image 1 a, image 2 c: not in the order of their names
writeImages(join(cwd, 'in'), ['b.png', 'a.png', 'c.png']);
const run = (...args: string[]) => inside(['interpolate', 'model', ...args], cwd);
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
  expect((await inside(['decode', 'model', 'ways/codes.npy', '-o', 'again'], cwd)).code).toBe(0);
  expect(bytes('again/1/1.png')).toEqual(bytes('ways/1/1.png'));
});

test('a strip has the originals at its ends', async () => {
  expect((await run('in/b.png', 'in/a.png', 'in/c.png', '--steps', '3', '-o', 'strip.png', '--json')).code).toBe(0);
  const strip = decodePng(bytes('strip.png'), '');
  const ends = [0, 1, 2].map((i) => findImage(strip, pixelsOf(i), tiny, 19));
  // the first row leads from image 0 to image 1, the second from there to image 2
  expect(ends.map((places) => places.length)).toEqual([1, 2, 1]);
  const [[start], [last, first], [end]] = ends as [[Place], [Place, Place], [Place]];
  expect([start.y, start.x]).toEqual([last.y, first.x]);
  expect([end.y, end.x]).toEqual([first.y, last.x]);
  const middle = decodeByHand(tiny, between(0, 1, 0.5)).map((value) => value * 255);
  const [way] = findImage(strip, middle, tiny, 19, 0.51);
  expect(way!.y).toBe(start.y);
  expect(Math.abs(way!.x - (start.x + last.x) / 2)).toBeLessThan(19);
});

test('one image is refused, and so is a strip that nobody could look at', async () => {
  const one = await run('in/b.png', '-o', 'no', '--quiet');
  expect([one.code, one.stderr]).toEqual([2, expect.stringMatching(/^alix: in\/b\.png: [^\n]*expected two or more/)]);
  const long = await run('in/a.png', 'in/b.png', '--steps', '9e6', '-o', 'no.png', '--quiet');
  expect([long.code, long.stderr]).toEqual([2, expect.stringMatching(/^alix: a grid of 9000002 images is too large/)]);
  expect(files('.')).not.toContain('no');
});
