/** What must not become a number: features that are none or all equal, too few images, images of mixed sizes, an extractor of another kind. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeIdx } from '@alix/infer/io/idx';
import { encodePng } from '@alix/infer/io/png';
import { TensorProto_DataType } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { evaluationsIn, noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { floats, graph, integers, matrix, port } from '../fixtures/tiny-bundle.js';
import { extractorGraph } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
const { run, args: argsOf } = evaluationsIn(cwd, 60, inside);
const path = (...names: string[]) => join(cwd, ...names);

/** sqrt(scale · (xw) - less): constant where scale is 0, NaN for dark images where `less` is large. */
function network(scale: number, less: number): Uint8Array {
  const { FLOAT } = TensorProto_DataType;
  return graph(
    [
      { opType: 'Reshape', input: ['image', 'flat'], output: ['row'] },
      { opType: 'MatMul', input: ['row', 'w'], output: ['sums'] },
      { opType: 'Mul', input: ['sums', 'scale'], output: ['scaled'] },
      { opType: 'Sub', input: ['scaled', 'less'], output: ['moved'] },
      { opType: 'Sqrt', input: ['moved'], output: ['features'] },
    ],
    [
      integers('flat', [-1, 24]),
      matrix('w', 24, 5, (i, j) => 0.1 * i + j),
      floats('scale', [], [scale]),
      floats('less', [], [less]),
    ],
    [port('image', FLOAT, ['N', 6, 4, 1])],
    [port('features', FLOAT, ['N', 5])],
  );
}
writeFileSync(path('constant.onnx'), network(0, -4));
writeFileSync(path('nan.onnx'), network(1, 1));
writeFileSync(path('one.onnx'), extractorGraph({ shape: [1, 6, 4, 1], size: 24, d: 5 }));
writeFileSync(path('five.onnx'), extractorGraph({ shape: ['N', 6, 4, 5], size: 120, d: 5 }));
writeFileSync(path('vector.onnx'), extractorGraph({ shape: ['N', 24], size: 24, d: 5 }));
writeFileSync(path('single'), encodeIdx({ shape: [1, 6, 4], data: noise(24) }));
writeFileSync(path('equal'), encodeIdx({ shape: [60, 6, 4], data: new Uint8Array(60 * 24).fill(9) }));
mkdirSync(path('mixed/a'), { recursive: true });
for (const [i, height] of [6, 6, 8].entries())
  writeFileSync(path('mixed/a', `${i}.png`), encodePng(noise(4 * height), { height, width: 4, channels: 1 }));

describe('ends in one line, and leaves no folder', () => {
  test.each([
    ['NaN', ['--extractor', 'nan.onnx'], 'nan.onnx: extracted features have a value that is no number (found NaN'],
    [
      'constant features',
      ['--extractor', 'constant.onnx', '--metrics', 'fd'],
      'all 60 rows of real features are equal',
    ],
    ['an error of constant features', ['--extractor', 'constant.onnx', '--metrics', 'feature_mse'], 'are equal'],
    ['one image', ['--data', 'single'], 'single: too few images'],
    ['no more images than k', ['--n', '5', '--metrics', 'prdc'], 'too few real samples (expected at least 6, found 5)'],
    ['mixed sizes', ['--data', 'mixed', '--split', 'train'], 'mixed/a/'],
    ['a graph of one image at a time', ['--extractor', 'one.onnx'], 'one.onnx: the graph does not take images alone'],
    ['a graph of five channels', ['--extractor', 'five.onnx'], 'five.onnx: the graph does not take images alone'],
    ['a graph of rows', ['--extractor', 'vector.onnx'], 'vector.onnx: the graph does not take images alone'],
    ['no graph', ['--extractor', 'absent.onnx'], 'absent.onnx: no such file'],
  ])('%s', async (_, args, words) => {
    const { code, stdout, stderr } = await run('x', ...args);
    expect([code, stdout, existsSync(path('x'))]).toEqual([1, '', false]);
    expect(stderr).toContain(words);
    expect(stderr).toMatch(/alix: [^\n]+\n$/);
  });
});

test.each([
  ['--extractor-output', 'features'],
  ['--extractor-range', '0,1'],
  ['--classifier-output', 'logit'],
  ['--classifier-range', '0,1'],
  ['--curve-n', '10'],
])('%s is refused where what it is of is not named', async (option, value) => {
  const { code, stdout, stderr } = await inside(
    ['eval', 'model', '--data', 'data', '-o', 'x', `${option}=${value}`],
    cwd,
  );
  expect([code, stdout, existsSync(path('x'))]).toEqual([2, '', false]);
  expect(stderr).toMatch(/alix: [^\n]*none is named[^\n]*\n$/);
});

test('an option of a metric that is not measured is refused', async () => {
  const { code, stderr } = await inside(['eval', 'model', '--data', 'data', '-o', 'x', '--set', 'nll.samples=3'], cwd);
  expect([code, existsSync(path('x'))]).toEqual([2, false]);
  expect(stderr).toMatch(/alix: nll\.samples: [^\n]*nll, which is not measured[^\n]*\n$/);
});

test.each([
  ['constant features', ['--extractor', 'constant.onnx']],
  ['equal images', ['--data', 'equal']],
])('%s: what can be had is there, what compares features is left out and told', async (name, args) => {
  const all = ['eval', 'model', '--data', 'data', '--extractor', 'net.onnx', '-o', name, ...args];
  const { code, stderr } = await inside(all, cwd);
  expect(code).toBe(0);
  const { metrics, skipped } = JSON.parse(readFileSync(path(name, 'report.json'), 'utf8'));
  expect(metrics).toHaveProperty('mse');
  for (const key of ['fd', 'kid', 'prdc']
    .flatMap((of) => [`reconstructions.${of}`, `samples.${of}`])
    .concat('feature_mse')) {
    expect(metrics).not.toHaveProperty([key]);
    expect(skipped).toContainEqual({ metric: key, why: expect.stringMatching(/equal|too few/) });
    expect(stderr).toContain(key);
  }
  expect(JSON.stringify(metrics)).not.toMatch(/null|NaN|Infinity/);
});

test('an image of the second part whose features are none: what was measured by then is not kept, for it would end so again', async () => {
  const data = noise(5000 * 24);
  data.fill(255, 4990 * 24, 4991 * 24);
  writeFileSync(path('late'), encodeIdx({ shape: [5000, 6, 4], data }));
  // sqrt(115 - xw), xw about 62 of noise and 124 of the white image
  writeFileSync(path('late.onnx'), network(-1, -115));
  let isKept = false;
  const args = argsOf('x', '--data', 'late', '--extractor', 'late.onnx', '--metrics', 'fd');
  const { code, stdout, stderr } = await alix(args, cwd, async (child) => {
    for (; child.exitCode === null; await sleep(1)) isKept ||= existsSync(path('x/parts/images-0-4096.safetensors'));
  });
  expect([code, stdout, isKept, existsSync(path('x'))]).toEqual([1, '', true, false]);
  expect(stderr).toMatch(/^alix: late\.onnx: [^\n]*found NaN at image 62 of a batch, feature 4\); [^\n]*\n$/m);
});
