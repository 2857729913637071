import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { decodeByHand, encodeByHand, fileEntry, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeImages(join(cwd, 'in'), ['b/1.png', 'a/2.png', 'a/1.png']);
const run = (...args: string[]) => inside(['decode', 'model', ...args], cwd);
const bytes = (path: string) => readFileSync(join(cwd, path));
const json = (path: string) => JSON.parse(bytes(path).toString());
const files = (path: string) => (readdirSync(join(cwd, path), { recursive: true }) as string[]).sort();
const model = { name: 'tiny', sha256: fileEntry(bytes('model/model.json')).sha256 };

/** Codes with what stands beside them. */
function writeCodes(path: string, data: Float32Array | Float64Array, description?: object, d = 3): void {
  writeFileSync(join(cwd, path), encodeNpy({ shape: [data.length / d, d], data }));
  if (description) writeFileSync(join(cwd, `${path}.json`), JSON.stringify(description));
}

function expectImage(path: string, latent: ArrayLike<number>): void {
  const { height, width, pixels } = decodePng(bytes(path), path);
  expect([height, width]).toEqual([6, 4]);
  decodeByHand(tiny, latent).forEach((value, j) => {
    expect(Math.abs(pixels[j]! - value * 255)).toBeLessThan(0.51);
  });
}

/** One line that names the file, and nothing written. */
async function refused(args: readonly string[], code: number, words: RegExp): Promise<void> {
  const before = files('.');
  const ran = await run(...args, '--quiet');
  expect(ran.stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(ran.stderr).toMatch(words);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(files('.')).toEqual(before);
}

test('what encode wrote comes back under the names of its images', async () => {
  await inside(['encode', 'model', 'in', '-o', 'codes.npy'], cwd);
  const { code, stdout, stderr } = await run('codes.npy', '-o', 'out');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^model tiny [^\n]+\n3 images -> out\n$/);
  expect(files('out')).toEqual(['a', 'a/1.png', 'a/2.png', 'b', 'b/1.png', 'decode.json']);
  for (const [name, i] of [
    ['a/1.png', 2],
    ['a/2.png', 1],
    ['b/1.png', 0],
  ] as const)
    expectImage(`out/${name}`, encodeByHand(tiny, pixelsOf(i)).mean);
  const images = ['a/1.png', 'a/2.png', 'b/1.png'].map((name) => ({ name, file: name }));
  expect(json('out/decode.json')).toEqual({ model, n: 3, codes: 'codes.npy', images });
});

test('without names they are numbered; float64 is read too; --json gives one object', async () => {
  const data = Float64Array.from({ length: 33 }, (_, i) => Math.sin(i));
  writeCodes('bare.npy', data);
  const { code, stdout, stderr } = await run('bare.npy', '-o', 'bare', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ model, n: 11, codes: 'bare.npy', output: 'bare' });
  expect(stderr).toContain("bare.npy: nothing says which model made these codes; they are taken for this one's");
  expectImage('bare/07.png', data.subarray(21, 24));
});

test('a grid, and the same from stdin', async () => {
  await inside(['encode', 'model', 'in', '-o', 'codes.npy'], cwd);
  expect((await run('codes.npy', '-o', 'grid.png')).code).toBe(0);
  expect(json('grid.png.json')).toMatchObject({ n: 3, names: ['a/1.png', 'a/2.png', 'b/1.png'] });
  const args = [launcher, 'decode', 'model', '-', '-o', 'piped.png', '--quiet'];
  // in this format the names come through the pipe too
  await inside(['encode', 'model', 'in', '-o', 'codes.safetensors'], cwd);
  const { status } = spawnSync(process.execPath, args, { cwd, input: bytes('codes.safetensors') });
  expect(status).toBe(0);
  expect(bytes('piped.png')).toEqual(bytes('grid.png'));
});

test('codes of another model', async () => {
  writeCodes('other.npy', Float32Array.of(1, 2, 3), { model: { name: 'mnist', sha256: 'a'.repeat(64) } });
  await refused(
    ['other.npy', '-o', 'no'],
    1,
    /^alix: other\.npy: .*another model \(expected tiny .*, found mnist \(a+\)/,
  );
});

test('names do not lead out of the folder, nor over each other, nor over the codes', async () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  writeCodes('out.npy', data, { names: ['a', '../b'] });
  await refused(['out.npy', '-o', 'no'], 1, /^alix: \.\.\/b: .*out of the output folder/);
  writeCodes('twice.npy', data, { names: ['a', 'a.png'] });
  await refused(['twice.npy', '-o', 'no'], 1, /^alix: a\.png: two images would be written to this file/);
  mkdirSync(join(cwd, 'own'));
  writeCodes('own/c.png', data, { names: ['x', 'c'] });
  await refused(['own/c.png', '-o', 'own'], 1, /^alix: own\/c\.png: the output would replace/);
  await refused(['own/c.png', '-o', 'own/c.png'], 1, /^alix: own\/c\.png: the output would replace/);
  expect((await run('own/c.png', '-o', 'own/sub')).code).toBe(0);
});

test('into the folder of the codes', async () => {
  await inside(['sample', 'model', '-n', '3', '--seed', '1', '-o', 'drawn'], cwd);
  const before = ['0', '1', '2'].map((name) => bytes(`drawn/${name}.png`));
  rmSync(join(cwd, 'drawn/1.png'));
  expect((await run('drawn/codes.npy', '-o', 'drawn')).code).toBe(0);
  expect(['0', '1', '2'].map((name) => bytes(`drawn/${name}.png`))).toEqual(before);
});
