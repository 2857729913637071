/** alix eval features and merge: files of parts are those of the whole, and bad input is told in words. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { covariance, decodeFeatureFile, decodeFidFile, featureStatistics } from '@alix/eval';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { extractorGraph, featuresByHand } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
const [n, d, size] = [40, 3, 24];
const pixels = tinyImages(tiny, n);
const writeIdx = (name: string, from: number, to: number) =>
  writeFileSync(join(cwd, name), encodeIdx({ shape: [to - from, 6, 4], data: pixels.slice(from * size, to * size) }));
const graph = extractorGraph({ shape: ['N', 6, 4, 1], size, d });
writeIdx('all.idx3-ubyte', 0, n);
writeIdx('a.idx3-ubyte', 0, 13);
writeIdx('b.idx3-ubyte', 13, n);
writeFileSync(join(cwd, 'net.onnx'), graph);
writeTinyBundle(join(cwd, 'model'));
const read = (name: string) => decodeFeatureFile(readFileSync(join(cwd, name)), name);
const features = (data: string, output: string, ...more: string[]) =>
  inside(['eval', 'features', '--data', `${data}.idx3-ubyte`, '--extractor', 'net.onnx', '-o', output, ...more], cwd);

test('features of all images, and of parts that merge to them', async () => {
  const ran = await features('all', 'all.safetensors', '--feature-sample', '10', '--json');
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  const extractor = {
    graph: createHash('sha256').update(graph).digest('hex'),
    output: 'features',
    preprocessing: 'stored pixels, 6x4x1; from 0 to 1',
  };
  expect(JSON.parse(ran.stdout)).toMatchObject({ n, d, extractor, output: 'all.safetensors' });
  const whole = read('all.safetensors');
  const byHand = featureStatistics({
    d,
    data: Float64Array.from(
      Array.from({ length: n }, (_, i) =>
        featuresByHand(
          Array.from(pixels.subarray(i * size, (i + 1) * size), (v) => v / 255),
          d,
        ),
      ).flat(),
    ),
  });
  byHand.scatter.forEach((value, i) => {
    expect(Math.abs(whole.statistics.scatter[i]! - value)).toBeLessThan(1e-4 * byHand.scatter[0]!);
  });
  for (const [part, batch] of [
    ['a', '5'],
    ['b', '64'],
  ] as const)
    expect((await features(part, `${part}.safetensors`, '--feature-sample', '10', '--batch', batch)).code).toBe(0);
  const merged = await alix(['eval', 'merge', 'b.safetensors', 'a.safetensors', '-o', 'ab.safetensors'], cwd);
  expect(merged).toMatchObject({ code: 0, stdout: `${n} images, ${d} features, 10 of them sampled\n` });
  const both = read('ab.safetensors');
  expect([both.images, both.sample.keys, both.extractor]).toEqual([whole.images, whole.sample.keys, extractor]);
  whole.statistics.scatter.forEach((value, i) => {
    expect(Math.abs(both.statistics.scatter[i]! - value)).toBeLessThan(1e-5 * whole.statistics.scatter[0]!);
  });
  expect((await inside(['eval', 'merge', 'ab.safetensors', '-o', 'ab.npz'], cwd)).code).toBe(0);
  const fid = await decodeFidFile(readFileSync(join(cwd, 'ab.npz')), 'ab.npz');
  expect(fid).toEqual({ mean: both.statistics.mean, covariance: covariance(both.statistics) });
});

test.each([
  ['one file twice', ['merge', 'a.safetensors', 'a.safetensors', '-o', 'x.npz'], 'the same images are in two files'],
  ['a file of mu and sigma', ['merge', 'ab.npz', '-o', 'x.npz'], 'mu and sigma alone do not merge'],
  [
    'no output',
    ['merge', 'a.safetensors'],
    "required option '-o, --output <path>' not specified; see `alix eval merge",
  ],
  [
    'no extractor',
    ['features', '--data', 'a.idx3-ubyte', '-o', 'x.npz'],
    "required option '--extractor <model or file>'",
  ],
  ['a file of something else', ['merge', 'net.onnx', '-o', 'x.npz'], 'net.onnx: '],
  ['another format', ['merge', 'a.safetensors', '-o', 'x.json'], '.safetensors or .npz'],
  [
    'a model without features',
    ['features', '--data', 'a.idx3-ubyte', '--extractor', 'model', '-o', 'x.npz'],
    'no features',
  ],
  [
    'a range that is none',
    ['features', '--data', 'a.idx3-ubyte', '--extractor', 'net.onnx', '--extractor-range', '1', '-o', 'x.npz'],
    '--extractor-range takes two different numbers',
  ],
])('%s', async (_, args, words) => {
  const { code, stdout, stderr } = await inside(['eval', ...args], cwd);
  expect([code === 0, stdout]).toEqual([false, '']);
  expect(stderr).toContain(words);
  expect(stderr).toMatch(/alix: [^\n]+\n$/);
});
