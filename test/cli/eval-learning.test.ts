/** alix eval with training images: what learns from labels, likelihoods, a user's distance; and the wrong training images in words. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { classImages } from '../fixtures/learning.js';
import { pairGraph } from '../fixtures/pair-graph.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
process.env.ALIX_CACHE = join(cwd, 'cache');
writeTinyBundle(join(cwd, 'model'));
writeFileSync(join(cwd, 'net.onnx'), pairGraph());
mkdirSync(join(cwd, 'data'));
for (const [part, n, seed] of [
  ['train', 200, 1],
  ['t10k', 90, 2],
] as const) {
  const { pixels, labels } = classImages(n, seed);
  writeFileSync(join(cwd, 'data', `${part}-images-idx3-ubyte`), encodeIdx({ shape: [n, 6, 4], data: pixels }));
  writeFileSync(join(cwd, 'data', `${part}-labels-idx1-ubyte`), encodeIdx({ shape: [n], data: labels }));
}
const run = (...args: string[]) =>
  inside(['eval', 'model', '--data', 'data', '-o', 'out', '--threads', '1', ...args], cwd);

test('every number has its row, its n and its convention', async () => {
  const metrics = 'mse,baseline,inpainting,lpips,probe,neighbours,nll';
  const given = ['--train', 'data', '--lpips', 'net.onnx', '--set', 'nll.likelihood=bernoulli'];
  const { code, stdout, stderr } = await run('--metrics', metrics, ...given, '--set', 'nll.samples=3');
  expect(stderr).not.toMatch(/error/i);
  expect(code).toBe(0);
  for (const name of [
    'MSE of the mean of training images',
    'inpainting by 1 encoding, MSE on the hole',
    'linear probe, accuracy after 200 training codes',
    '5 nearest of 200 training codes, accuracy',
    'NLL (bernoulli), nats, at most: 3 importance weights',
  ])
    expect(stdout).toContain(name);
  const record = JSON.parse(readFileSync(join(cwd, 'out/report.json'), 'utf8'));
  expect(record.train).toMatchObject({ n: 200 });
  expect(record.metrics.probe.n).toEqual({ train: 200, measured: 90 });
  expect(record.metrics.lpips.name).toBe(`LPIPS(${record.conventions.lpips.graph.slice(0, 8)})`);
  // mean squares on [-1,1] of the same reconstructions, but for the rounding to uint8
  expect(record.metrics.lpips.mean / record.metrics.mse.mean).toBeCloseTo(4, 2);
  expect(Object.keys(record.conventions)).toEqual(
    expect.arrayContaining(['baseline', 'inpainting', 'lpips', 'probe', 'neighbours', 'nll']),
  );
});

test('what needs training images is left out without them, and says so', async () => {
  const { code, stdout, stderr } = await run();
  expect(code).toBe(0);
  expect(stdout).toContain('MSE of the mean of the measured images');
  expect(stderr).toMatch(/^not measured, and the report says why: .*probe/m);
  expect(stderr).not.toContain('nll');
  const { skipped } = JSON.parse(readFileSync(join(cwd, 'out/report.json'), 'utf8')) as {
    skipped: { metric: string; why: string }[];
  };
  expect(skipped.find(({ metric }) => metric === 'probe')?.why).toContain('--train');
});

test.each([
  ['training images that are measured', ['--split', 'train', '--train', 'data'], 'would be measured on the same ones'],
  ['no network', ['--metrics', 'lpips'], '--lpips'],
  ['a network that is no file of ONNX', ['--lpips', 'model'], '--lpips takes an .onnx file'],
  ['no density', ['--metrics', 'nll'], '--set nll.likelihood=bernoulli'],
  ['no features', ['--metrics', 'svm', '--train', 'data'], 'features'],
])('refused: %s', async (_, args, message) => {
  const { code, stderr } = await run(...args);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/\n\s+at /);
});
