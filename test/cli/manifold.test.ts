import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { decodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
const plane = { ...tiny, latent: 2, prior: 'uniform' as const };
writeTinyBundle(join(cwd, 'plane'), plane);
writeTinyBundle(join(cwd, 'space'));
const bytes = (path: string) => readFileSync(join(cwd, path));

test('a picture without gaps: the first value grows to the right, the second upwards', async () => {
  const { code, stderr } = await alix(['manifold', 'plane', '--size', '2', '-o', 'grid.png'], cwd);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/\n2 x 2 images -> grid\.png\n$/)]);
  const sheet = decodePng(bytes('grid.png'), '');
  const places = [
    [-0.5, 0.5],
    [0.5, 0.5],
    [-0.5, -0.5],
    [0.5, -0.5],
  ].map((of) => {
    const image = decodeByHand(plane, of).map((value) => value * 255);
    return findImage(sheet, image, tiny, 19, 0.51)[0]!;
  });
  const [{ y, x }] = places as [{ y: number; x: number }];
  const [right, below] = [x + 4 * 19, y + 6 * 19];
  expect(places.map((place) => [place.y, place.x])).toEqual([
    [y, x],
    [y, right],
    [below, x],
    [below, right],
  ]);
});

test('a folder has the codes too', async () => {
  expect((await inside(['manifold', 'plane', '--size', '2', '-o', 'out'], cwd)).code).toBe(0);
  expect([...decodeNpy(bytes('out/codes.npy'), '').data]).toEqual([-0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5, -0.5]);
  expect(JSON.parse(bytes('out/manifold.json').toString())).toMatchObject({ n: 4, size: 2, prior: 'uniform' });
});

test('codes of another size have no plane', async () => {
  const { code, stderr } = await inside(['manifold', 'space', '-o', 'no.png', '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: tiny: [^\n]*expected 2 values, found 3[^\n]*\n$/)]);
});
