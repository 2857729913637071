/** Models that cannot do everything: without an encoder, or of points. One clear line, and nothing written. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeImages(join(cwd, 'images'), ['a.png']);
writeTinyBundle(join(cwd, 'gan'), tiny, ({ encoder: _, ...json }) => {
  const { mean, decoded } = json.golden as Record<string, string>;
  const golden = { latent: mean, decoded, n: 1, tolerance: 1e-3 };
  const files = { 'decoder.onnx': (json.files as Record<string, object>)['decoder.onnx'] };
  return { ...json, formatVersion: 2, name: 'gan', system: 'gan', files, golden };
});
writeTinyBundle(join(cwd, 'points'), tiny, ({ image: _, ...json }) => {
  const { mean, decoded } = json.golden as Record<string, string>;
  const golden = { points: 'AAAAAAAAAAA=', mean, decoded, n: 1, tolerance: 1e-3 };
  return { ...json, formatVersion: 2, name: 'points', points: { size: 2 }, golden };
});

test.each([
  ['gan', 'encode gan images -o codes.npy', /^alix: gan: this model has no encoder.*dali\n$/],
  ['gan', 'reconstruct gan images -o grid.png', /^alix: gan: this model has no encoder.*dali\n$/],
  ['gan', 'sample gan -n 2 --given images/a.png -o grid.png', /^alix: gan: this model has no encoder.*dali\n$/],
  ['gan', 'interpolate gan images/a.png images/a.png -o strip.png', /^alix: gan: this model has no encoder.*dali\n$/],
  ['gan', 'inpaint gan images --box 1,1,1,1 -o grid.png', /^alix: gan: this model has no encoder.*dali\n$/],
  ['gan', 'neighbours gan --index c.npy images -o -', /^alix: gan: this model has no encoder.*dali\n$/],
  ['points', 'inpaint points images --box 1,1,1,1 -o grid.png', /^alix: points: .*points, which has no images.*\n$/],
  ['points', 'manifold points -o grid.png', /^alix: points: .*points, which has no images.*\n$/],
  ['points', 'decode points c.npy -o grid.png', /^alix: points: .*points, which has no images.*\n$/],
  ['points', 'encode points images -o codes.npy', /^alix: points: .*points, which has no images.*\n$/],
  ['points', 'sample points -n 2 -o grid.png', /^alix: points: .*points, which has no images.*\n$/],
])('%s: %s', async (_, line, message) => {
  const { code, stdout, stderr } = await inside([...line.split(' '), '--quiet'], cwd);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
  expect(readdirSync(cwd).sort()).toEqual(['gan', 'images', 'points']);
});

test('a model without an encoder samples all the same', async () => {
  const { code } = await inside(['sample', 'gan', '-n', '2', '--seed', '1', '-o', 'made.png'], cwd);
  expect(code).toBe(0);
  expect(readdirSync(cwd)).toContain('made.png');
});
