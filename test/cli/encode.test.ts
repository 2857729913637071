import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { decodeNpy } from '@alix/infer/io/npy';
import { expect, test } from 'vitest';
import { alixBytes } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { encodeByHand, fileEntry, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
// out of order, two folders, the same file name in both
writeImages(join(cwd, 'in'), ['b/1.png', 'a/2.png', 'a/1.png']);
const run = (...args: string[]) => inside(['encode', 'model', ...args], cwd);
const read = (path: string) => decodeNpy(readFileSync(join(cwd, path)), path);
const json = (path: string) => JSON.parse(readFileSync(join(cwd, path), 'utf8'));

function expectCodes(actual: ArrayLike<number>, images: readonly number[]): void {
  const wanted = images.flatMap((i) => encodeByHand(tiny, pixelsOf(i)).mean);
  expect(actual.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 4);
  });
}

test('rows are the means, in the order of the sorted relative paths, with names and model beside', async () => {
  const { code, stdout, stderr } = await run('in', '-o', 'codes.npy');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(
    /^model tiny \(dali, none\) in float32 on (cpu|cuda)\n3 codes of 3 values -> codes.npy \(.* images\/s\)\n$/,
  );
  const { shape, dtype, data } = read('codes.npy');
  expect([shape, dtype]).toEqual([[3, 3], '<f4']);
  expectCodes(data as Float32Array, [2, 1, 0]);
  expect(json('codes.npy.json')).toEqual({
    model: { name: 'tiny', sha256: fileEntry(readFileSync(join(cwd, 'model/model.json'))).sha256 },
    latent: 3,
    n: 3,
    what: 'mean',
    skipped: [],
    names: ['a/1.png', 'a/2.png', 'b/1.png'],
  });
});

test('--json gives one object on stdout; --quiet gives nothing', async () => {
  const { stdout } = await run('in', '-o', 'j.npy', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ n: 3, what: 'mean', output: 'j.npy', skipped: [] });
  expect(await run('in', '-o', 'q.npy', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('IDX and .npy stacks give the codes of their images, at any batch size', async () => {
  writeFileSync(join(cwd, 's.idx'), encodeIdx({ shape: [9, tiny.height, tiny.width], data: tinyImages(tiny, 9) }));
  writeStack(join(cwd, 's.npy'), 9);
  for (const input of ['s.idx', 's.npy']) {
    expect((await run(input, '-o', 'stack.npy', '--batch', '4')).code).toBe(0);
    expectCodes(read('stack.npy').data as Float32Array, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  }
});

test('-o - writes the same bytes to stdout and words to stderr only', async () => {
  await run('in', '-o', 'file.npy');
  const bytes = await alixBytes(['encode', 'model', 'in', '-o', '-'], cwd);
  expect(bytes).toEqual(readFileSync(join(cwd, 'file.npy')));
});

test('--sample draws by the seed and records it', async () => {
  await run('in', '-o', '1.npy', '--sample', '--seed', '1');
  await run('in', '-o', '1again.npy', '--sample', '--seed', '1', '--batch', '1');
  await run('in', '-o', '2.npy', '--sample', '--seed', '2');
  expect(read('1again.npy').data).toEqual(read('1.npy').data);
  expect(read('2.npy').data).not.toEqual(read('1.npy').data);
  expect(json('1.npy.json')).toMatchObject({ what: 'sample', seed: 1 });
  await run('in', '-o', 'free.npy', '--sample');
  const { seed } = json('free.npy.json');
  await run('in', '-o', 'repeat.npy', '--sample', '--seed', `${seed}`);
  expect(read('repeat.npy').data).toEqual(read('free.npy').data);
});

test('an unreadable file among many: fails by default, --on-error skip goes on and exits 3', async () => {
  writeImages(join(cwd, 'mixed'), ['1.png', '3.png', '4.png']);
  writeFileSync(join(cwd, 'mixed/2.png'), 'no picture');
  const failed = await run('mixed', '-o', 'mixed.npy', '--quiet');
  expect([failed.code, failed.stdout]).toEqual([1, '']);
  expect(failed.stderr).toMatch(/^alix: mixed\/2\.png: [^\n]+\n$/);
  expect(readdirSync(cwd).filter((name) => name.includes('mixed'))).toEqual(['mixed']);

  const skipped = await run('mixed', '-o', 'mixed.npy', '--on-error', 'skip', '--json');
  expect(skipped.code).toBe(3);
  expect(skipped.stderr).toMatch(/skipped: mixed\/2\.png: /);
  const result = JSON.parse(skipped.stdout);
  expect(result).toMatchObject({ n: 3, skipped: [{ name: '2.png' }] });
  expectCodes(read('mixed.npy').data as Float32Array, [0, 1, 2]);
  expect(json('mixed.npy.json').names).toEqual(['1.png', '3.png', '4.png']);
});

test('--max-errors bounds what is skipped, and nothing is left when it is passed', async () => {
  writeImages(join(cwd, 'bad'), ['1.png', '5.png']);
  for (const name of ['2.png', '3.png']) writeFileSync(join(cwd, 'bad', name), '');
  const skip = ['bad', '-o', 'bad.npy', '--quiet', '--on-error', 'skip', '--max-errors'];
  const { code, stderr } = await run(...skip, '1');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^alix: [^\n]*too many images could not be read[^\n]*\n$/);
  expect(readdirSync(cwd).filter((name) => name.includes('bad'))).toEqual(['bad']);
  expect((await run(...skip, '2')).code).toBe(3);
  expect((await run('bad', '-o', 'bad.npy', '--max-errors', '1')).code).toBe(2);
});

test('when no image can be read it fails, also with --on-error skip', async () => {
  mkdirSync(join(cwd, 'allbad'));
  writeFileSync(join(cwd, 'allbad/1.png'), 'x');
  const { code, stderr } = await run('allbad', '-o', 'none.npy', '--on-error', 'skip', '--quiet');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^alix: [^\n]*none of the 1 images could be read[^\n]*\n$/);
  expect(readdirSync(cwd).filter((name) => name.includes('none.npy'))).toEqual([]);
});

test.each([
  ['another extension', ['in', '-o', 'codes.csv'], '-o must end in one of .npy, .safetensors, .parquet, .jsonl'],
  ['--json with stdout', ['in', '-o', '-', '--json'], 'both want stdout'],
  ['a seed without --sample', ['in', '-o', 'c.npy', '--seed', '1'], '--seed does nothing without --sample'],
])('%s is a usage error', async (_, args, words) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(stderr).toContain(words);
});
