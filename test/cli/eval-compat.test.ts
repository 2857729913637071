/** alix eval --compat, --classifier and data with labels, from the command line: what the report says, and bad input in words. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { fileEntry, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { extractorGraph } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
process.env.ALIX_CACHE = join(cwd, 'cache');
const n = 60;
const data = (name: string) => join(cwd, name);
writeFileSync(data('t10k-images-idx3-ubyte'), encodeIdx({ shape: [n, 6, 4], data: noise(n * 24) }));
writeFileSync(
  data('t10k-labels-idx1-ubyte'),
  encodeIdx({ shape: [n], data: Uint8Array.from({ length: n }, (_, i) => i % 3) }),
);
writeTinyBundle(join(cwd, 'model'));
const graph = extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 3 });
writeFileSync(data('net.onnx'), graph);
// its images come larger
writeFileSync(data('large.onnx'), extractorGraph({ shape: ['N', 1, 9, 8], size: 72, d: 3 }));
const run = (output: string, ...args: string[]) =>
  inside(['eval', 'model', '--data', '.', '--threads', '1', '-o', output, ...args], cwd);
const report = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'report.json'), 'utf8'));

test('a classifier and labels: scores named after it, numbers by class', async () => {
  const { code, stdout, stderr } = await run('scored', '--classifier', 'net.onnx', '--metrics', 'is,classes');
  expect([code, stderr.includes('without')]).toEqual([0, false]);
  const name = `IS(${fileEntry(graph).sha256.slice(0, 8)}:features)`;
  expect(stdout).toContain(`samples: ${name} `);
  expect(stdout).toContain(`samples: ${name} of the real images `);
  const { metrics, classifier } = report('scored');
  expect(classifier.score).toBe(name);
  expect(metrics['classes.mse'].classes.map(({ n: count }: { n: number }) => count)).toEqual([20, 20, 20]);
  expect(metrics['classes.shares'].n).toEqual({ real: n, fake: n });
  expect(readFileSync(join(cwd, 'scored/report.html'), 'utf8')).toContain('Errors by class');
});

test('--compat: what the tool has, in its words; the rest is told; --set goes first', async () => {
  const args = ['--compat', 'torch-fidelity', '--extractor', 'large.onnx', '--set', 'prdc.k=4', '--samples', '50'];
  const { code, stderr } = await run('fidelity', ...args);
  expect(code).toBe(0);
  const { metrics, conventions, extractor, skipped } = report('fidelity');
  expect(Object.keys(metrics['samples.prdc'])).toEqual(expect.arrayContaining(['precision', 'recall', 'f_score']));
  expect(metrics['samples.prdc']).toMatchObject({ k: 4, ties: 'in' });
  expect(metrics['samples.prdc'].density).toBeUndefined();
  expect(conventions).toMatchObject({
    compat: 'torch-fidelity 0.4.0',
    prdc: expect.stringMatching(/^k = 4, edges in: precision, recall, f_score; of all features/),
    'prdc.k': 4,
  });
  expect(extractor.preprocessing).toContain("resized to 9x8 by TensorFlow 1's bilinear interpolation");
  // 60 images are too few for its subsets of 1000
  expect(skipped.find(({ metric }: { metric: string }) => metric === 'samples.kid').why).toContain('at least 1000');
  expect(stderr).toMatch(/not measured, and the report says why: .*codes/);
  expect(skipped.find(({ metric }: { metric: string }) => metric === 'codes').why).toContain(
    'torch-fidelity has no codes to reproduce',
  );
  expect(Object.keys(metrics)).not.toContain('codes');
});

test('a reference for it is made with its resize, and refused without', async () => {
  const features = (output: string, ...args: string[]) =>
    inside(['eval', 'features', '--data', '.', '--extractor', 'large.onnx', '-o', output, ...args], cwd);
  expect((await features('clean.safetensors', '--compat', 'clean-fid')).code).toBe(0);
  expect((await features('own.safetensors')).code).toBe(0);
  const args = ['--compat', 'clean-fid', '--extractor', 'large.onnx', '--metrics', 'fd', '--reference'];
  expect((await run('clean', ...args, 'clean.safetensors')).code).toBe(0);
  const other = await run('own', ...args, 'own.safetensors');
  expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/alix: own\.safetensors: [^\n]+\n$/)]);
  expect(other.stderr).toContain('another preprocessing (expected stored pixels, 6x4x1; resized to 9x8');
});

test.each([
  ['a tool that is not known', ['--compat', 'pytorch-fid'], /argument 'pytorch-fid' is invalid/],
  ['a metric that it does not have', ['--compat', 'prdc', '--metrics', 'mse'], /prdc has no mse to reproduce/],
  ['no classifier', ['--metrics', 'is'], /name a --classifier/],
  [
    'subsets that are too large',
    ['--compat', 'torchmetrics', '--metrics', 'kid', '--extractor', 'net.onnx'],
    /fewer real images than a subset takes \(expected at least 1000, found 60\)/,
  ],
  ['an option that is none', ['--set', 'is.split=3'], /no such option of a metric/],
])('%s: one line', async (_, args, words) => {
  const { code, stdout, stderr } = await run('refused', ...args);
  expect([code === 0, stdout]).toEqual([false, '']);
  expect(stderr).toMatch(words);
  expect(stderr).toMatch(/alix: [^\n]+\n$/);
});
