/**
 * `--compat`: the conventions of each tool, handed to alix's functions, give that tool's numbers, with its own defaults, seeds and random
 * orders. Relative tolerance 1e-9 where both compute in float64, 1e-6 where the tool rounds to float32 on the way.
 */
import {
  checkCompat,
  compatTools,
  conventionOf,
  conventionsOf,
  conventionWords,
  type Features,
  featureDistance,
  featureStatistics,
  fScore,
  inceptionScore,
  kernelDistance,
  kernelOptions,
  precisionRecall,
  scoreOptions,
  ssim,
  summarisePsnr,
} from '@alix/eval';
import { describe, expect, test } from 'vitest';
import { features, oracle, relative, uniform } from './support.js';

type Pair = [number, number];
type Shares = Record<'precision' | 'recall' | 'f_score' | 'density' | 'coverage', number>;
const known = oracle<{
  seed: number;
  subsets: number;
  'torch-fidelity': {
    is: Pair;
    fd: number;
    kid: Pair;
    'kid of float32': Pair;
    prdc: Shares;
    defaults: Record<string, unknown>;
  };
  torchmetrics: {
    is: Pair;
    fd: number;
    kid: Pair;
    ssim: number;
    psnr: number;
    mse: number;
    rmse: number;
    defaults: Record<string, unknown>;
  };
  'clean-fid': { fd: number; kid: number; 'kid of 60 and 40': number; defaults: Record<string, unknown> };
  prdc: Shares;
  'improved-gan': Pair;
}>('compat');
const { seed, subsets } = known;

const real = features(1100, 8, 51);
const fake = features(1050, 8, 52, { shift: 0.1 });
const wide = ({ data, d }: Features): Features => ({ data: Float64Array.from(data), d });
const logits = { ...wide(features(137, 7, 11)), d: 7 };
logits.data.forEach((value, at) => {
  logits.data[at] = 4 * value;
});

const equal = (found: readonly number[], wanted: readonly number[], tolerance = 1e-9) => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(relative(found[i]!, value)).toBeLessThan(tolerance);
  });
};

describe.each(['torch-fidelity', 'torchmetrics', 'improved-gan'] as const)('%s: Inception Score', (tool) => {
  test('its mean and std', () => {
    const options = scoreOptions(conventionOf(tool, 'is'), 137, seed);
    const { mean, std } = inceptionScore(logits, { input: 'logits', ...options });
    const wanted = tool === 'improved-gan' ? known[tool] : known[tool].is;
    equal([mean, std], wanted);
  });
});

describe.each(['torch-fidelity', 'torchmetrics', 'clean-fid'] as const)('%s: distances', (tool) => {
  test('Fréchet', () => {
    const { value } = featureDistance(featureStatistics(real), featureStatistics(fake));
    expect(conventionOf(tool, 'fd')).toEqual({ ddof: 1 });
    equal([value], [known[tool].fd]);
  });

  test('kernel', async () => {
    const convention = { ...conventionOf(tool, 'kid'), subsets };
    const options = kernelOptions(convention, { real: 1100, fake: 1050 }, 8, seed);
    const { mean, std, size } = await kernelDistance(wide(real), wide(fake), options);
    expect(size).toBe(1000);
    const wanted = known[tool].kid;
    if (typeof wanted === 'number') equal([mean], [wanted]);
    else equal([mean, std], wanted);
  });
});

test('torch-fidelity: float32 features, whose kernels it leaves in float32', async () => {
  const convention = { ...conventionOf('torch-fidelity', 'kid'), subsets };
  const options = kernelOptions(convention, { real: 1100, fake: 1050 }, 8, seed);
  const { mean } = await kernelDistance(real, fake, options);
  // of a distance of 0.04
  equal([mean], [known['torch-fidelity']['kid of float32'][0]], 1e-5);
});

test('clean-fid: subsets of the smaller set, where the others refuse', async () => {
  const part = ({ data, d }: Features, n: number) => wide({ data: data.subarray(0, n * d), d });
  const n = { real: 60, fake: 40 };
  const convention = { ...conventionOf('clean-fid', 'kid'), subsets };
  const { mean, size } = await kernelDistance(part(real, 60), part(fake, 40), kernelOptions(convention, n, 8, seed));
  expect(size).toBe(40);
  equal([mean], [known['clean-fid']['kid of 60 and 40']]);
  for (const tool of ['torch-fidelity', 'torchmetrics'] as const)
    expect(() => kernelOptions(conventionOf(tool, 'kid'), n, 8, seed)).toThrow(/at least 1000, found 60/);
});

test('torch-fidelity: precision, recall and F-score, rounded by it to float32', async () => {
  const found = await precisionRecall(real, fake, conventionOf('torch-fidelity', 'prdc'));
  const { precision, recall, f_score } = known['torch-fidelity'].prdc;
  equal([found.precision, found.recall, fScore(found)], [precision, recall, f_score], 1e-6);
  expect(fScore({ precision: 0, recall: 0 })).toBe(0);
});

test('prdc: all four, exactly', async () => {
  const found = await precisionRecall(real, fake, conventionOf('prdc', 'prdc'));
  const { precision, recall, density, coverage } = known.prdc;
  equal([found.precision, found.recall, found.density, found.coverage], [precision, recall, density, coverage], 1e-12);
});

test('torchmetrics: SSIM, PSNR, MSE and its root on images', () => {
  const [n, height, width] = [3, 16, 20];
  const area = height * width;
  const x = Float64Array.from({ length: n * area }, (_, at) => {
    const [k, i, j] = [Math.floor(at / area), Math.floor((at % area) / width), at % width];
    return 0.5 + 0.4 * Math.sin(0.3 * i + 0.2 * j + k);
  });
  const noise = uniform(n * area, 53);
  const y = x.map((value, at) => value + (noise[at]! - 0.5) * [0.1, 0.3, 0.6][Math.floor(at / area)]!);
  const errors = Float64Array.from({ length: n }, (_, k) => {
    const part = x.subarray(k * area, (k + 1) * area);
    return part.reduce((sum, value, at) => sum + (value - y[k * area + at]!) ** 2, 0) / area;
  });
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const { ssim: options, psnr, mse } = conventionsOf('torchmetrics').metrics;
  expect([psnr?.of, mse?.rmse]).toEqual(['mean error', 'mean error']);
  const of = known.torchmetrics;
  equal([mean(ssim(x, y, { height, width, channels: 1 }, options))], [of.ssim], 1e-8);
  // its log 10 is a float32
  equal([summarisePsnr(errors, psnr!.range).ofMeanError], [of.psnr], 1e-7);
  equal([mean(errors), Math.sqrt(mean(errors))], [of.mse, of.rmse]);
});

test("numbers of the tables are the tools' own defaults", () => {
  const { defaults } = known['torch-fidelity'];
  const fidelity = conventionsOf('torch-fidelity').metrics;
  expect(fidelity.is).toMatchObject({
    splits: defaults.isc_splits,
    shuffle: defaults.samples_shuffle ? { seed: defaults.rng_seed } : undefined,
  });
  expect(fidelity.kid).toMatchObject({
    subsets: defaults.kid_subsets,
    size: defaults.kid_subset_size,
    degree: defaults.kid_kernel_poly_degree,
    constant: defaults.kid_kernel_poly_coef0,
    draws: { seed: defaults.rng_seed },
  });
  expect(fidelity.kid?.gamma ?? null).toBe(defaults.kid_kernel_poly_gamma);
  expect(fidelity.prdc?.k).toBe(defaults.prc_neighborhood);
  const metrics = known.torchmetrics.defaults;
  expect(conventionOf('torchmetrics', 'is').splits).toBe(metrics['is splits']);
  expect(conventionOf('torchmetrics', 'kid')).toMatchObject({
    subsets: metrics['kid subsets'],
    size: metrics['kid subset_size'],
    degree: metrics['kid degree'],
    constant: metrics['kid coef'],
  });
  const clean = known['clean-fid'].defaults;
  expect(conventionOf('clean-fid', 'kid')).toMatchObject({ subsets: clean.num_subsets, size: clean.max_subset_size });
});

test("no tool: alix's defaults, which are the papers' own code", () => {
  const { metrics } = conventionsOf();
  const { mean, std } = inceptionScore(logits, { input: 'logits' });
  const named = inceptionScore(logits, { input: 'logits', ...scoreOptions(metrics.is!, 137, 1) });
  expect([named.mean, named.std]).toEqual([mean, std]);
  const draw = (of: number) => kernelOptions(metrics.kid!, { real: 1100, fake: 1050 }, 8, of).subsets;
  expect(draw(1)[99]).toEqual(draw(1)[99]);
  expect(draw(1)[0]).not.toEqual(draw(2)[0]);
  expect(new Set(Array.from(draw(1)[3]!.fake)).size).toBe(1000);
});

test('what a tool does not have, asked for by name', () => {
  expect(() => checkCompat('prdc', ['prdc', 'fd'])).toThrow(
    expect.objectContaining({
      code: 'bad-option',
      message: 'prdc has no fd to reproduce; leave out --compat, or choose of what it has: prdc',
    }),
  );
  expect(() => conventionOf('torch-fidelity', 'ssim')).toThrow(/has: is, fd, kid, prdc$/);
  expect(() => checkCompat('clean-fid', ['constructor'])).toThrow(/no constructor/);
  for (const tool of compatTools) checkCompat(tool, Object.keys(conventionsOf(tool).metrics));
});

test('words of a report: which generator and seed, and what still differs', () => {
  const words = conventionWords(conventionsOf('torch-fidelity'), 5);
  expect(words).toMatchObject({
    compat: 'torch-fidelity 0.4.0',
    resize: expect.stringContaining('TensorFlow 1'),
    is: "10 splits at floor(iN/S), std with ddof 0, rows shuffled by numpy's RandomState(2020)",
    fd: 'covariances with ddof 1',
    kid: "unbiased, kernel (xy/d + 1)^3, float64, 100 subsets of 1000 without replacement, drawn by numpy's RandomState(2020), fake rows first, mean and std (ddof 0) over subsets",
    prdc: 'k = 3, edges in: precision, recall, f_score',
  });
  expect(conventionWords(conventionsOf('clean-fid'), 5).kid).toContain("numpy's RandomState(5)");
  expect(conventionWords(conventionsOf('torchmetrics'), 5)).toMatchObject({
    is: expect.stringContaining('pieces of ceil(N/S)'),
    psnr: 'of the mean error of all images, range 1',
    differs: expect.arrayContaining([expect.stringContaining('data_range')]),
  });
  expect(Object.keys(conventionWords(conventionsOf('prdc'), 5))).toEqual(['compat', 'prdc', 'differs']);
});
