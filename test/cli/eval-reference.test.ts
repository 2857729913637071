/** --reference in both kinds of files: the numbers of the images themselves; other networks' files, damaged and hostile ones are refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFeatureFile, featureStatistics } from '@alix/eval';
import { sha256 } from '@alix/infer/io/files';
import { encodeNpz } from '@alix/infer/io/npz';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluationsIn, FEATURES, noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { extractorGraph } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
const { run } = evaluationsIn(cwd, 120, inside);
const path = (name: string) => join(cwd, name);
const metricsOf = (output: string) => JSON.parse(readFileSync(path(`${output}/report.json`), 'utf8')).metrics;
const features = (output: string, ...more: string[]) =>
  inside(['eval', 'features', '--data', 'data', '--extractor', 'net.onnx', '-o', output, ...more], cwd);
const options = ['--metrics', 'fd,kid,prdc', '--samples', '80'];

beforeAll(async () => {
  writeFileSync(path('net7.onnx'), extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 7 }));
  for (const name of ['real.safetensors', 'real.npz']) expect((await features(name)).code).toBe(0);
  expect((await run('direct', ...options)).code).toBe(0);
});

test('a file of `alix eval features`: every number is that of the images themselves', async () => {
  expect((await run('features', ...options, '--reference', 'real.safetensors')).code).toBe(0);
  expect(metricsOf('features')).toEqual(metricsOf('direct'));
  expect(Object.keys(metricsOf('direct')).sort()).toEqual(
    ['fd', 'kid', 'prdc'].flatMap((name) => [`reconstructions.${name}`, `samples.${name}`]).sort(),
  );
});

test('mu and sigma alone, as pytorch-fid keeps them: the Fréchet distance; why there is no more is told', async () => {
  const args = ['eval', 'model', '--data', 'data', '--extractor', 'net.onnx', '--samples', '80', '--json'];
  const ran = await inside([...args, '--reference', 'real.npz', '-o', 'gaussian'], cwd);
  const { metrics, skipped, reference } = JSON.parse(ran.stdout);
  const direct = metricsOf('direct');
  expect(metrics['samples.fd'].value / direct['samples.fd'].value).toBeCloseTo(1, 12);
  expect(metrics['samples.fd'].n).toEqual({ fake: 80 });
  expect(reference).toEqual({ name: 'real.npz', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  // reconstructions are compared with the images that they are of, whatever the reference
  for (const name of ['fd', 'kid', 'prdc'])
    expect(metrics[`reconstructions.${name}`]).toEqual(direct[`reconstructions.${name}`]);
  for (const metric of ['samples.kid', 'samples.prdc']) {
    expect(metrics).not.toHaveProperty([metric]);
    expect(skipped).toContainEqual({ metric, why: expect.stringContaining('mean and covariance alone') });
  }
});

const gaussian = (change: object = {}) =>
  encodeNpz({
    mu: { shape: [FEATURES], data: new Float64Array(FEATURES) },
    sigma: {
      shape: [FEATURES, FEATURES],
      data: Float64Array.from({ length: FEATURES ** 2 }, (_, i) => +(i % 6 === 0)),
    },
    ...change,
  });
const odd = (data: Float64Array, shape: number[]) => ({ data, shape });
const cut = (name: string, share: number) => () => {
  const bytes = readFileSync(path(name));
  return bytes.subarray(0, Math.floor(bytes.length * share));
};

describe('refused in one line, before anything is computed', () => {
  test.each<[string, string, () => Uint8Array, string]>([
    ['features cut in their head', 'x.safetensors', cut('real.safetensors', 0.01), 'cut short'],
    ['features cut in their numbers', 'x.safetensors', cut('real.safetensors', 0.9), 'x.safetensors: '],
    ['a cut zip', 'x.npz', cut('real.npz', 0.5), 'cut short'],
    ['an empty file', 'x.npz', () => new Uint8Array(), 'not a safetensors file'],
    ['noise', 'x.safetensors', () => noise(5000), 'x.safetensors: '],
    ['a zip without mu', 'x.npz', () => encodeNpz({ a: odd(new Float64Array(2), [2]) }), 'the file has no mu'],
    [
      'a mean that is no number',
      'x.npz',
      () => gaussian({ mu: odd(new Float64Array(FEATURES).fill(Number.NaN), [FEATURES]) }),
      'no finite numbers',
    ],
    [
      'a negative variance',
      'x.npz',
      () => gaussian({ sigma: odd(new Float64Array(FEATURES ** 2).fill(-1), [FEATURES, FEATURES]) }),
      'negative variance',
    ],
    [
      'a sigma that is not symmetric',
      'x.npz',
      () =>
        gaussian({
          sigma: odd(
            Float64Array.from({ length: FEATURES ** 2 }, (_, i) => i),
            [FEATURES, FEATURES],
          ),
        }),
      'not symmetric',
    ],
    [
      'mu and sigma of different sizes',
      'x.npz',
      () => gaussian({ mu: odd(new Float64Array(3), [3]) }),
      'different sizes',
    ],
    [
      'other numbers of features',
      'x.npz',
      () => gaussian({ mu: odd(new Float64Array(1), [1]), sigma: odd(new Float64Array(1), [1, 1]) }),
      'expected 5, found 1',
    ],
  ])('%s', async (_, name, bytes, words) => {
    writeFileSync(path(name), bytes());
    const { code, stdout, stderr } = await run('refused', ...options, '--reference', name);
    expect([code, stdout, existsSync(path('refused'))]).toEqual([1, '', false]);
    expect(stderr).toContain(words);
    expect(stderr).toMatch(/alix: [^\n]+\n$/);
  });

  test('another network, other preprocessing, one image, and no extractor', async () => {
    await features('seven.safetensors', '--extractor', 'net7.onnx');
    await features('range.safetensors', '--extractor-range=-1,1');
    const graph = await sha256(path('net.onnx'));
    const data = new Float64Array(FEATURES).fill(1);
    const one = {
      extractor: { graph, output: 'features', preprocessing: 'stored pixels, 6x4x1; from 0 to 1' },
      images: '0'.repeat(64),
      statistics: featureStatistics({ d: FEATURES, data }),
      sample: { d: FEATURES, capacity: 9, seed: 0, seen: 1, keys: ['a'], features: Float32Array.from(data) },
    };
    writeFileSync(path('one.safetensors'), encodeFeatureFile(one));
    for (const [file, words] of [
      ['seven.safetensors', "seven.safetensors: the features are another network's: another graph"],
      ['range.safetensors', "range.safetensors: the features are another network's: another preprocessing"],
      ['one.safetensors', 'too few real samples (expected at least 2, found 1)'],
    ] as const) {
      const { code, stdout, stderr } = await run('refused', ...options, '--reference', file);
      expect([code, stdout, existsSync(path('refused'))]).toEqual([1, '', false]);
      expect(stderr).toContain(words);
    }
    const alone = await inside(['eval', 'model', '--data', 'data', '--reference', 'real.npz', '-o', 'refused'], cwd);
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('name the --extractor')]);
  });
});
