import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { decodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
const plane = { ...tiny, latent: 2, prior: 'uniform' as const };
writeTinyBundle(join(cwd, 'plane'), plane);
writeTinyBundle(join(cwd, 'space'));
const bytes = (path: string) => readFileSync(join(cwd, path));

test('a picture without gaps: the first value grows to the right, the second upwards', async () => {
  const { code, stderr } = await alix(['manifold', 'plane', '--size', '2', '-o', 'grid.png'], cwd);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/\n2 x 2 images -> grid\.png\n$/)]);
  const { height, width, pixels } = decodePng(bytes('grid.png'), '');
  expect([height, width]).toEqual([(12 + 12) * 19, (12 + 8) * 19]);
  const at = (y: number, x: number) => pixels[(y * 19 + 9) * width + x * 19 + 9]!;
  for (const [top, left, code] of [
    [6, 6, [-0.5, 0.5]],
    [6, 10, [0.5, 0.5]],
    [12, 6, [-0.5, -0.5]],
    [12, 10, [0.5, -0.5]],
  ] as const)
    decodeByHand(plane, code).forEach((value, i) => {
      expect(Math.abs(at(top + Math.floor(i / 4), left + (i % 4)) - value * 255)).toBeLessThan(0.51);
    });
  expect(at(5, 6)).toBe(255);
});

test('a folder has the codes too', async () => {
  expect((await alix(['manifold', 'plane', '--size', '2', '-o', 'out'], cwd)).code).toBe(0);
  expect([...decodeNpy(bytes('out/codes.npy'), '').data]).toEqual([-0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5, -0.5]);
  expect(JSON.parse(bytes('out/manifold.json').toString())).toMatchObject({ n: 4, size: 2, prior: 'uniform' });
});

test('codes of another size have no plane', async () => {
  const { code, stderr } = await alix(['manifold', 'space', '-o', 'no.png', '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: tiny: [^\n]*expected 2 values, found 3[^\n]*\n$/)]);
});
