/** alix eval: numbers by hand, every convention in report.json, a report that loads nothing, and bad input in words. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureDistance, featureStatistics } from '@alix/eval';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { loadsSomething } from '../fixtures/self-contained.js';
import { decodeByHand, encodeByHand, fileEntry, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { extractorGraph, featuresByHand } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
// the user's cache stays out of it
process.env.ALIX_CACHE = join(cwd, 'cache');
const [n, d, size] = [50, 3, 24];
const pixels = tinyImages(tiny, n);
writeFileSync(join(cwd, 'data'), encodeIdx({ shape: [n, 6, 4], data: pixels }));
writeFileSync(join(cwd, 'wide'), encodeIdx({ shape: [2, 4, 6], data: pixels.slice(0, 48) }));
writeFileSync(join(cwd, 'net.onnx'), extractorGraph({ shape: ['N', 6, 4, 1], size, d }));
writeTinyBundle(join(cwd, 'model'));
const run = (...args: string[]) => inside(['eval', 'model', ...args], cwd);
const report = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'report.json'), 'utf8'));

const originals = Array.from({ length: n }, (_, i) => pixels.subarray(i * size, (i + 1) * size));
const back = originals.map((image) => decodeByHand(tiny, encodeByHand(tiny, image).mean));
const errors = back.map((image, i) => image.reduce((sum, v, j) => sum + (originals[i]![j]! / 255 - v) ** 2, 0) / size);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('errors, distances and conventions; the batch changes nothing; the page loads nothing', async () => {
  const args = ['--data', 'data', '--extractor', 'net.onnx', '--samples', '60', '--seed', '4'];
  const { code, stdout } = await run(...args, '-o', 'out');
  expect(code).toBe(0);
  const made = report('out');
  const { metrics } = made;
  expect(metrics.mse.mean).toBeCloseTo(mean(errors), 6);
  expect(metrics.rmse.mean).toBeCloseTo(mean(errors.map(Math.sqrt)), 6);
  expect(metrics.psnr.mean).toBeCloseTo(mean(errors.map((error) => -10 * Math.log10(error))), 4);
  expect(metrics.mse.interval.low).toBeLessThan(metrics.mse.mean);
  const features = (rows: readonly (readonly number[])[]) =>
    featureStatistics({ d, data: Float64Array.from(rows.flatMap((row) => featuresByHand(row, d))) });
  const real = features(originals.map((image) => Array.from(image, (v) => v / 255)));
  const fake = features(back.map((image) => image.map((v) => Math.round(v * 255) / 255)));
  expect(metrics['reconstructions.fd'].value / featureDistance(real, fake).value).toBeCloseTo(1, 3);
  expect(metrics['samples.prdc']).toMatchObject({ n: { real: n, fake: 60 }, k: 5, ties: 'out' });
  expect(metrics.codes).toMatchObject({ n, d: 3, of: 'draws of q(z|x)', there_and_back: { n: 60 } });
  expect(made.skipped).toContainEqual({ metric: 'ssim', why: expect.stringContaining('11x11') });
  for (const { metric } of made.skipped) expect(made.metrics).not.toHaveProperty([metric]);
  expect(made).toMatchObject({
    format: 'alix-eval',
    model: { name: 'tiny', sha256: fileEntry(readFileSync(join(cwd, 'model/model.json'))).sha256 },
    data: { split: 'test', n, of: n },
    extractor: { graph: fileEntry(readFileSync(join(cwd, 'net.onnx'))).sha256, output: 'features' },
    conventions: { seed: 4, samples: 60, pixel_range: [0, 1] },
  });
  // every line says of how many images it is, and no distance is called FID
  for (const line of stdout.trim().split('\n')) expect(line).toMatch(/ over \d+( and \d+)? images$/);
  const html = readFileSync(join(cwd, 'out/report.html'), 'utf8');
  expect(`${stdout}${html}`).not.toMatch(/\bFID\b/);
  expect(html).toContain(`FD(${made.extractor.graph.slice(0, 8)}:features)`);
  expect(loadsSomething(html)).toEqual([]);

  expect((await run(...args, '--batch', '7', '-o', 'again', '--json')).code).toBe(0);
  const again = report('again');
  expect(again.metrics.mse.mean / metrics.mse.mean).toBeCloseTo(1, 5);
  for (const key of ['reconstructions.fd', 'samples.fd', 'samples.kid'])
    expect(Math.abs(again.metrics[key].value - metrics[key].value)).toBeLessThan(
      1e-5 * (1 + Math.abs(metrics[key].value)),
    );
  for (const key of ['precision', 'recall', 'density', 'coverage'])
    expect(again.metrics['samples.prdc'][key]).toBe(metrics['samples.prdc'][key]);
});

test('only what is asked for, of the first images', async () => {
  const { code, stdout } = await run('--data', 'data', '--metrics', 'mse', '--n', '10', '-o', 'few', '--json');
  expect(code).toBe(0);
  const made = JSON.parse(stdout);
  expect(Object.keys(made.metrics).sort()).toEqual(['mse', 'rmse']);
  expect(made.metrics.mse).toMatchObject({ n: 10 });
  expect(made.metrics.mse.mean).toBeCloseTo(mean(errors.slice(0, 10)), 6);
});

test.each([
  ['no data', ['-o', 'x'], "required option '--data' not specified"],
  ['no output', ['--data', 'data'], "required option '-o, --output' not specified"],
  ['an unknown metric', ['--data', 'data', '--metrics', 'mse,fid', '-o', 'x'], 'choose of: mse, '],
  ['features from nothing', ['--data', 'data', '--metrics', 'fd', '-o', 'x'], 'name an --extractor'],
  ['a metric that cannot be had', ['--data', 'data', '--metrics', 'ssim', '-o', 'x'], '11x11'],
  [
    'too few for a metric by name',
    ['--data', 'data', '--metrics', 'kid', '--n', '20', '--extractor', 'net.onnx', '-o', 'x'],
    'too few',
  ],
  ['images of another size', ['--data', 'wide', '-o', 'x'], 'expected 6x4x1, found 4x6x1'],
])('%s: one line, and no folder is left', async (_, args, words) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code === 0, stdout, existsSync(join(cwd, 'x'))]).toEqual([false, '', false]);
  expect(stderr).toContain(words);
  expect(stderr).toMatch(/alix: [^\n]+\n$/);
});
