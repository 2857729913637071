/** alix eval on folders whose images are not alike: of two sizes it is one clear line, and nothing is written. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
const image = (height: number, width: number) =>
  encodePng(new Uint8Array(height * width).fill(9), { height, width, channels: 1 });

test('images of mixed sizes: one line that names the file, both sizes and a remedy', async () => {
  mkdirSync(join(cwd, 'mixed', 'test'), { recursive: true });
  mkdirSync(join(cwd, 'mixed', 'train'));
  writeFileSync(join(cwd, 'mixed', 'train', '0.png'), image(6, 4));
  for (const i of [1, 2, 3]) writeFileSync(join(cwd, 'mixed', 'test', `${i}.png`), image(6, i === 2 ? 5 : 4));
  const { code, stdout, stderr } = await inside(['eval', 'model', '--data', 'mixed', '-o', 'out'], cwd);
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  // after the line that says which model runs where
  const [, error, ...more] = stderr.trim().split('\n');
  expect(more).toEqual([]);
  expect(error).toMatch(
    /^alix: mixed\/test\/2\.png: the images are not of one size \(expected 4x6 pixels, as the first image has, found 5x6\); make them all one size/,
  );
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});
