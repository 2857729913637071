import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePng, encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeImages(join(cwd, 'in'), ['b/0.png', 'a/1.png', 'a/2.png', 'c/3.png', 'c/4.png']);
/** Images by the order of their names. */
const names = ['a/1.png', 'a/2.png', 'b/0.png', 'c/3.png', 'c/4.png'];
const image = (name: string) => pixelsOf(Number(name[2]));
await inside(['encode', 'model', 'in', '-o', 'codes.npy'], cwd);
const run = (...args: string[]) => inside(['neighbours', 'model', '--index', 'codes.npy', ...args], cwd);
const bytes = (path: string) => readFileSync(join(cwd, path));

/** Places and distances by hand, the nearest first. */
function byHand(query: Uint8Array, metric: 'cosine' | 'l2') {
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const q = encodeByHand(tiny, query).mean;
  const found = names.map((name, index) => {
    const code = encodeByHand(tiny, image(name)).mean;
    const away = q.map((value, i) => value - code[i]!);
    const cosine = 1 - dot(q, code) / Math.sqrt(dot(q, q) * dot(code, code));
    return { name, index, distance: metric === 'l2' ? Math.sqrt(dot(away, away)) : cosine };
  });
  return found.sort((a, b) => a.distance - b.distance);
}

test.each(['cosine', 'l2'] as const)('a line of JSON for each image: %s', async (metric) => {
  const { code, stdout } = await run('in/a', '-k', '3', '--metric', metric, '-o', '-');
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ name }) => name)).toEqual(['1.png', '2.png']);
  for (const [i, { neighbours }] of lines.entries()) {
    const wanted = byHand(pixelsOf(i + 1), metric).slice(0, 3);
    expect(neighbours).toHaveLength(3);
    for (const [j, { name, index, distance }] of wanted.entries()) {
      expect(neighbours[j]).toMatchObject({ name, index });
      expect(Math.abs(neighbours[j].distance - distance)).toBeLessThan(1e-4);
    }
  }
});

test('a file of JSON says what it was made with; k is at most the size of the index', async () => {
  const { code, stderr } = await run('in/b', '-o', 'found.json', '--batch', '1');
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/\n1 images among 5 \([^\n]+ images\/s\) -> found\.json\n$/),
  ]);
  const found = JSON.parse(bytes('found.json').toString());
  expect(found).toMatchObject({ model: { name: 'tiny' }, index: 'codes.npy', codes: 5, k: 8, metric: 'cosine', n: 1 });
  expect(found.images[0].neighbours).toHaveLength(5);
});

test('a picture: each image, and apart from it its neighbours', async () => {
  const { code, stdout } = await run('in/c', '-k', '2', '--images', 'in', '-o', 'grid.png', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ n: 2, output: 'grid.png' })]);
  const grid = decodePng(bytes('grid.png'), '');
  for (const query of [3, 4]) {
    const near = byHand(pixelsOf(query), 'cosine').slice(0, 2);
    const [itself, first, second] = [pixelsOf(query), ...near.map(({ name }) => image(name))].map((wanted) =>
      findImage(grid, wanted!, tiny, 19),
    );
    // an image is nearest to itself: it stands twice in its row, and may stand in the other one
    const { x, y } = itself!.find((place) => first!.some((other) => other.y === place.y && other.x > place.x))!;
    expect(first!.filter((place) => place.y === y).map((place) => place.x)).toEqual([x, expect.any(Number)]);
    expect(
      second!.some((place) => place.y === y && place.x > first!.find((other) => other.y === y && other.x > x)!.x),
    ).toBe(true);
  }
  expect(JSON.parse(bytes('grid.png.json').toString())).toMatchObject({ shown: 2, images: [{ name: '3.png' }, {}] });
});

test('an index of one file of many images', async () => {
  writeStack(join(cwd, 'many.npy'), 9);
  await inside(['encode', 'model', 'many.npy', '-o', 'stack.npy'], cwd);
  const args = ['neighbours', 'model', '--index', 'stack.npy', 'in/a/1.png', '-k', '1', '-o', 'one.png'];
  expect((await inside([...args, '--images', 'many.npy'], cwd)).code).toBe(0);
  expect(JSON.parse(bytes('one.png.json').toString()).images[0].neighbours[0]).toMatchObject({
    name: '00001',
    index: 1,
  });
  const { code, stderr } = await inside([...args, '--images', 'in', '--quiet'], cwd);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^alix: in\/00001: an image of the index is not there[^\n]+\n$/),
  ]);
});

test.each([
  ['-o grid.png', 2, /^alix: grid\.png: a picture of neighbours needs the images of the index; add --images DIR/],
  ['-o found.json --images in', 2, /^alix: --images does nothing without a picture/],
  ['-o - --json', 2, /^alix: --json and -o - both want stdout/],
  ['-o out', 2, /^alix: out: -o must end in \.png or \.json, or be -/],
  ['-o codes.npy.json', 1, /^alix: codes\.npy\.json: the output would replace/],
  ['-k 0 -o -', 2, /^alix: [^\n]*-k <count>[^\n]*at least 1/],
])('%s', async (options, code, words) => {
  const { code: exit, stderr } = await run('in', ...options.split(' '), '--quiet');
  expect([exit, stderr]).toEqual([code, expect.stringMatching(words)]);
});

test('rows without names are given by their places, and cannot be shown', async () => {
  writeFileSync(join(cwd, 'bare.npy'), bytes('codes.npy'));
  const bare = (...args: string[]) =>
    inside(['neighbours', 'model', '--index', 'bare.npy', 'in/a/1.png', ...args], cwd);
  const { stdout } = await bare('-k', '1', '-o', '-', '--quiet');
  expect(JSON.parse(stdout).neighbours).toEqual([{ index: 0, distance: expect.any(Number) }]);
  const { code, stderr } = await bare('-o', 'no.png', '--images', 'in', '--quiet');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: bare\.npy: nothing says which images/)]);
  rmSync(join(cwd, 'bare.npy'));
});

test('photographs of other sizes: one line says --resize, which takes them as queries, as the index and for the picture', async () => {
  const size = { height: 3 * tiny.height, width: 2 * tiny.width, channels: 1 } as const;
  mkdirSync(join(cwd, 'photos'));
  for (const [i, name] of ['a.png', 'b.png'].entries())
    writeFileSync(
      join(cwd, 'photos', name),
      encodePng(
        Uint8Array.from({ length: size.height * size.width }, (_, at) => (at * (i + 3)) % 256),
        size,
      ),
    );
  const encode = ['encode', 'model', 'photos', '-o', 'photos.npy'];
  const { code, stderr } = await inside([...encode, '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/pixels, found \d+x\d+\); add --resize, which/)]);
  expect((await inside([...encode, '--resize'], cwd)).code).toBe(0);
  const search = ['neighbours', 'model', '--index', 'photos.npy', '--images', 'photos', 'photos', '-k', '1'];
  expect(await inside([...search, '-o', 'photos.png', '--resize', '--quiet'], cwd)).toMatchObject({
    code: 0,
    stderr: '',
  });
});
