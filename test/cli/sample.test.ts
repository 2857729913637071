import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages } from '../fixtures/images.js';
import { decodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
const run = (...args: string[]) => alix(['sample', 'model', ...args], cwd);
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
