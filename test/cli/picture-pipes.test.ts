import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { alix, launcher } from '../fixtures/cli.js';
import { findImage } from '../fixtures/find-image.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages, writeStack } from '../fixtures/images.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeImages(join(cwd, 'in'), ['a.png', 'b.png']);
writeStack(join(cwd, 'three.npy'), 3);
const bytes = (path: string) => readFileSync(join(cwd, path));
const box = ['--box', '1,2,2,3'];

function piped(input: string | undefined, ...args: string[]) {
  const stdin = input === undefined ? {} : { input: bytes(input) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], { cwd, ...stdin });
  return { status, stdout, stderr: stderr.toString() };
}

test.each([
  ['reconstruct', []],
  ['inpaint', box],
])('%s: an image through stdin is answered by the bare result, and the numbers go to stderr', async (verb, options) => {
  const { status, stdout, stderr } = piped('in/a.png', verb, 'model', '-', ...options);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/\nmse [^\n]+\n$/)]);
  expect((await alix([verb, 'model', 'in/a.png', ...options, '-o', verb], cwd)).code).toBe(0);
  const { height, width, channels, pixels } = decodePng(stdout, 'stdout');
  expect([height, width, channels]).toEqual([tiny.height, tiny.width, 1]);
  expect([...pixels]).toEqual([...decodePng(bytes(`${verb}/a.png`), '').pixels]);
  expect(piped(undefined, verb, 'model', 'in/a.png', ...options, '-o', '-').stdout).toEqual(stdout);
});

test('several images are a sheet', () => {
  const before = readdirSync(cwd);
  const { status, stdout } = piped('three.npy', 'reconstruct', 'model', '-', '-o', '-');
  expect(status).toBe(0);
  const sheet = decodePng(stdout, 'stdout');
  for (const i of [0, 1, 2]) expect(findImage(sheet, pixelsOf(i), tiny, 19)).toHaveLength(1);
  expect(readdirSync(cwd)).toEqual(before);
});

test('sample and interpolate: the bytes of the file', async () => {
  for (const args of [
    ['sample', 'model', '-n', '3', '--seed', '1'],
    ['interpolate', 'model', 'in/a.png', 'in/b.png', '--steps', '3'],
  ]) {
    const { status, stdout } = piped(undefined, ...args, '-o', '-');
    expect(status).toBe(0);
    expect((await alix([...args, '-o', 'file.png'], cwd)).code).toBe(0);
    expect(stdout).toEqual(bytes('file.png'));
  }
});

test.each([
  [['reconstruct', 'model', 'in'], "required option '-o, --output <path>' not specified"],
  [['inpaint', 'model', 'in', ...box], "required option '-o, --output <path>' not specified"],
])('%j is refused', (args, words) => {
  const { status, stdout, stderr } = piped(undefined, ...args);
  expect([status, stdout.length]).toEqual([2, 0]);
  expect(stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(stderr).toContain(words);
});

test.each(['reconstruct in', 'sample --seed 1'])('%s: stdout cannot have both a picture and --json', (args) => {
  const [verb = '', ...more] = args.split(' ');
  const { status, stdout } = piped(undefined, verb, 'model', ...more, '-o', '-', '--json');
  expect(status).toBe(2);
  expect(JSON.parse(stdout.toString()).error).toMatchObject({
    message: expect.stringContaining('--json and -o - both want stdout'),
  });
});

test('--dry-run tells what would be done and does nothing', () => {
  const before = readdirSync(cwd);
  for (const args of [
    ['reconstruct', 'model', 'in', '-o', 'dry'],
    ['inpaint', 'model', 'in', ...box, '-o', 'dry.png'],
    ['sample', 'model', '-n', '2', '-o', 'dry'],
    ['interpolate', 'model', 'in', '--steps', '2', '-o', 'dry'],
  ]) {
    const { status, stdout } = piped(undefined, ...args, '--dry-run', '--json');
    expect(status).toBe(0);
    const { dryRun, model, outputs, counts } = JSON.parse(stdout.toString());
    expect([dryRun, model, outputs, counts]).toEqual([true, 'tiny', [args.at(-1)], { images: 2 }]);
  }
  expect(readdirSync(cwd)).toEqual(before);
});
