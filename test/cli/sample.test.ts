import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { decodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
const run = (...args: string[]) => inside(['sample', 'model', ...args], cwd);
const bytes = (path: string) => readFileSync(join(cwd, path));
const json = (path: string) => JSON.parse(bytes(path).toString());
const codes = (path: string) => decodeNpy(bytes(path), path).data as Float32Array;

test('a folder has one PNG per sample, the codes they came from, and the seed', async () => {
  const { code } = await run('-n', '11', '--seed', '5', '-o', 'out');
  expect(code).toBe(0);
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual([
    ...Array.from({ length: 11 }, (_, i) => `${i}`.padStart(2, '0')).map((name) => `${name}.png`),
    'codes.npy',
    'codes.npy.json',
    'sample.json',
  ]);
  const latent = codes('out/codes.npy');
  const { pixels } = decodePng(bytes('out/07.png'), '07.png');
  decodeByHand(tiny, latent.subarray(21, 24)).forEach((value, i) => {
    expect(Math.abs(pixels[i]! - value * 255)).toBeLessThan(0.51);
  });
  expect(json('out/sample.json')).toMatchObject({ n: 11, seed: 5, prior: 'normal', model: { name: 'tiny' } });
});

test('the same seed gives the same grid; without one a seed is drawn and recorded', async () => {
  for (const name of ['1.png', '2.png']) await run('-n', '6', '--seed', '1', '-o', name);
  expect(bytes('2.png')).toEqual(bytes('1.png'));
  const { stdout } = await run('-n', '6', '-o', '3.png', '--json');
  const { seed } = JSON.parse(stdout);
  expect(json('3.png.json').seed).toBe(seed);
  await run('-n', '6', '-o', '4.png', '--seed', `${seed}`);
  expect(bytes('4.png')).toEqual(bytes('3.png'));
  expect(bytes('3.png')).not.toEqual(bytes('1.png'));
});

test('--truncate keeps the codes within bounds', async () => {
  expect((await run('-n', '50', '--seed', '1', '--truncate', '0.7', '-o', 't')).code).toBe(0);
  const latent = codes('t/codes.npy');
  expect(Math.max(...latent.map(Math.abs))).toBeLessThanOrEqual(0.7);
  expect(json('t/sample.json').truncate).toBe(0.7);
  expect((await run('-n', '1', '--truncate', '0.001', '-o', 'no')).code).toBe(2);
  expect(readdirSync(cwd)).not.toContain('no');
});

test('--given samples the posterior of an image', async () => {
  writeImages(join(cwd, 'in'), ['1.png']);
  expect((await run('-n', '4', '--seed', '2', '--given', 'in/1.png', '-o', 'g')).code).toBe(0);
  expect(json('g/sample.json')).toMatchObject({ given: 'in/1.png', n: 4, seed: 2 });
  const { code, stderr } = await run('--given', 'in/1.png', '--truncate', '1', '-o', 'x', '--quiet');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^alix: --truncate is for the prior[^\n]+\n$/);
});

test('--given several images: a folder for each, fixed by seed and name whatever is drawn beside', async () => {
  writeImages(join(cwd, 'some'), ['b/1.png', 'a.png']);
  expect((await run('-n', '3', '--seed', '2', '--given', 'some', '-o', 'each')).code).toBe(0);
  const names = ['a/0.png', 'a/1.png', 'a/2.png', 'b/1/0.png', 'b/1/1.png', 'b/1/2.png'];
  const pictures = (readdirSync(join(cwd, 'each'), { recursive: true }) as string[]).filter((name) =>
    /png$/.test(name),
  );
  expect(pictures.sort()).toEqual(names);
  expect(json('each/codes.npy.json')).toMatchObject({ names, model: { name: 'tiny' }, what: 'sample' });
  const images = ['a.png', 'b/1.png'];
  expect(json('each/sample.json')).toMatchObject({ n: 6, per_image: 3, seed: 2, given: 'some', images });
  // by their own names: 1.png comes before a.png, whose place is then another
  await run('--seed', '2', '--given', 'some/b/../a.png', 'some/b/1.png', '-n', '2', '-o', 'less', '--batch', '1');
  expect(codes('less/codes.npy').subarray(6)).toEqual(codes('each/codes.npy').subarray(0, 6));
  for (const [i, name] of names.entries())
    decodeByHand(tiny, codes('each/codes.npy').subarray(3 * i, 3 * i + 3)).forEach((value, j) => {
      expect(Math.abs(decodePng(bytes(`each/${name}`), name).pixels[j]! - value * 255)).toBeLessThan(0.51);
    });
});

test('a grid has a row for each image given, which comes first; of several 8 are drawn', async () => {
  expect((await run('--seed', '1', '--given', 'some', '-o', 'rows.png')).code).toBe(0);
  expect(json('rows.png.json')).toMatchObject({ n: 16, per_image: 8 });
  const grid = decodePng(bytes('rows.png'), '');
  const [a, b] = [pixelsOf(1), pixelsOf(0)].map((image) => findImage(grid, image, tiny, 19));
  expect([a!.length, b!.length]).toEqual([1, 1]);
  expect(a![0]!.x).toBe(b![0]!.x);
  expect(b![0]!.y).toBeGreaterThan(a![0]!.y);
  await run('--seed', '1', '--given', 'some', '-n', '8', '-o', 'rows');
  for (const [place, name] of [
    [a, 'a'],
    [b, 'b/1'],
  ] as const)
    for (let i = 0; i < 8; i++) {
      const { pixels } = decodePng(bytes(`rows/${name}/${i}.png`), '');
      const found = findImage(grid, pixels, tiny, 19);
      expect(found.some(({ x, y }) => y === place![0]!.y && x > place![0]!.x)).toBe(true);
    }
});

test('of one image many samples stand in lines beside it', async () => {
  expect((await run('--seed', '1', '--given', 'in/1.png', '-n', '20', '-o', 'block.png')).code).toBe(0);
  const grid = decodePng(bytes('block.png'), '');
  const [given] = findImage(grid, pixelsOf(0), tiny, 19);
  await run('--seed', '1', '--given', 'in/1.png', '-n', '20', '-o', 'block');
  const places = Array.from({ length: 20 }, (_, i) => {
    const { pixels } = decodePng(bytes(`block/${`${i}`.padStart(2, '0')}.png`), '');
    return findImage(grid, pixels, tiny, 19)[0]!;
  });
  // five columns, four lines
  expect([new Set(places.map(({ x }) => x)).size, new Set(places.map(({ y }) => y)).size]).toEqual([5, 4]);
  expect(Math.min(...places.map(({ x }) => x))).toBeGreaterThan(given!.x);
  expect(places[0]!.y).toBe(given!.y);
});

test('an image given that cannot be read is skipped on request', async () => {
  writeFileSync(join(cwd, 'some/c.png'), 'x');
  const ran = await run('-n', '1', '--given', 'some', '-o', 'part', '--on-error', 'skip');
  expect(ran.code).toBe(3);
  expect(json('part/sample.json')).toMatchObject({ n: 2, images: ['a.png', 'b/1.png'], skipped: [{ name: 'c.png' }] });
  const { code, stderr } = await run('-o', 'x', '--on-error', 'skip', '--quiet');
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^alix: --on-error and --max-errors do nothing without --given/),
  ]);
});
