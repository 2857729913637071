/** Results never take the place of the images that they are made from. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
let cwd = root;
let count = 0;

beforeEach(() => {
  cwd = join(root, `${count++}`);
  writeTinyBundle(join(cwd, 'model'));
  writeImages(join(cwd, 'in'), ['1.png', 'a/2.png']);
  writeStack(join(cwd, 'images.npy'), 3);
  symlinkSync('in', join(cwd, 'link'));
});

const contents = () =>
  (
    readdirSync(cwd, { recursive: true, withFileTypes: true }) as {
      isFile(): boolean;
      parentPath: string;
      name: string;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]);

test.each([
  ['reconstruct a folder into itself', ['reconstruct', 'model', 'in', '-o', 'in']],
  ['by another spelling', ['reconstruct', 'model', 'in', '-o', './a/../in/']],
  ['through a link', ['reconstruct', 'model', 'in', '-o', 'link']],
  ['files into their folder', ['reconstruct', 'model', 'in/1.png', '-o', 'in']],
  ['a grid over an image', ['reconstruct', 'model', 'in', '-o', 'in/1.png']],
  ['codes over images', ['encode', 'model', 'images.npy', '-o', 'images.npy']],
  ['a sample over its image', ['sample', 'model', '--given', 'in/1.png', '-o', 'link/1.png']],
  ['samples into the folder of their image', ['sample', 'model', '-n', '3', '--given', 'in/1.png', '-o', 'in']],
  ['samples of several into a folder of theirs', ['sample', 'model', '-n', '3', '--given', 'in', '-o', 'in']],
  ['a strip over its image', ['interpolate', 'model', 'in/1.png', 'in/a/2.png', '-o', 'in/1.png']],
  ['steps over an image', ['interpolate', 'model', 'in/1.png', 'in/a/2.png', '-o', 'in']],
  ['inpainting a folder into itself', ['inpaint', 'model', 'in', '--box', '1,1,1,1', '-o', 'in']],
])('%s', async (_, args) => {
  mkdirSync(join(cwd, 'a'));
  const before = contents();
  const { code, stderr } = await inside([...args, '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: [^\n]*would replace a file[^\n]*\n$/)]);
  expect(contents()).toEqual(before);
});

test('an output folder among the images: the results of the first run are not read as images by the second', async () => {
  expect((await inside(['reconstruct', 'model', 'in', '-o', 'in/out'], cwd)).code).toBe(0);
  const before = contents();
  const { code, stderr } = await inside(['reconstruct', 'model', 'in', '-o', 'in/out', '--quiet'], cwd);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^alix: in\/out\/[^\n]*would be read as an image[^\n]*\n$/),
  ]);
  expect(contents()).toEqual(before);
});

test('beside or above the images there is nothing to refuse, and a second run replaces the first', async () => {
  cpSync(join(cwd, 'in'), join(cwd, 'set/in'), { recursive: true });
  for (const _ of [1, 2]) {
    expect((await inside(['reconstruct', 'model', 'set/in', '-o', 'set'], cwd)).code).toBe(0);
    expect((await inside(['reconstruct', 'model', 'set/in', '-o', 'set/out'], cwd)).code).toBe(0);
  }
  expect(existsSync(join(cwd, 'set/a/2.png'))).toBe(true);
});
