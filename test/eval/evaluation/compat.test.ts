/**
 * `evaluate` under each tool's conventions gives that tool's numbers of the same features: a model and a network that only look up rows,
 * so that all else is the engine. Tolerances are those of test/eval/compat.test.ts.
 */
import {
  type CompatTool,
  compatTools,
  conventionsOf,
  type Extractor,
  evaluate,
  imagesInMemory,
  kernelDistance,
  kernelOptions,
  measures,
  type Subject,
} from '@alix/eval';
import type { Model } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { expect, test } from 'vitest';
import { features, oracle, relative, uniform } from '../support.js';

type Pair = [number, number];
type Shares = Record<'precision' | 'recall' | 'f_score' | 'density' | 'coverage', number>;
const known = oracle<{
  seed: number;
  subsets: number;
  'torch-fidelity': { is: Pair; fd: number; 'kid of float32': Pair; kid: Pair; prdc: Shares };
  torchmetrics: { is: Pair; fd: number; kid: Pair };
  'clean-fid': { fd: number; kid: number };
  prdc: Shares;
  'improved-gan': Pair;
}>('compat');
const stored = oracle<Record<'ssim' | 'psnr' | 'mse' | 'rmse', number>>('compat-stored');
const { seed, subsets } = known;

const real = Float32Array.from(features(1100, 8, 51).data);
const fake = Float32Array.from(features(1050, 8, 52, { shift: 0.1 }).data);
const logits = Float32Array.from(features(137, 7, 11).data, (value) => 4 * value);

/** What an image is of: its row, in the first two bytes of its pixels. */
const REAL = 0;
const MADE = 1;
const SAMPLE = 2;
const size = { height: 2, width: 2, channels: 1 } as const;
const imageOf = (row: number, kind: number) => [row & 255, row >> 8, kind, 0];

/** Codes of images are their rows, and far from those of the prior. */
const FAR = 1000;

function lookingUp(samples: number): Model {
  const prior = createRandom(seed).normal(samples);
  const rowOf = new Map(Array.from(prior, (code, row) => [code, row]));
  expect(rowOf.size).toBe(samples);
  const latent = { size: 1, prior: 'normal' };
  const pixelsOf = (code: number) => (code >= FAR ? imageOf(code - FAR, MADE) : imageOf(rowOf.get(code)!, SAMPLE));
  return {
    bundle: { name: 'rows', latent, image: size, encoder: { deterministic: true } },
    image: size,
    latent,
    sha256: '',
    precision: 'float32',
    device: 'cpu',
    async encode({ data, n }: { data: Uint8Array; n: number }) {
      return { mean: Float32Array.from({ length: n }, (_, i) => FAR + data[4 * i]! + 256 * data[4 * i + 1]!) };
    },
    async decode(codes: Float32Array) {
      const pixels = Uint8Array.from(Array.from(codes).flatMap(pixelsOf));
      return { pixels, image: Float32Array.from(pixels, (value) => value / 255) };
    },
  } as unknown as Model;
}

/** Rows of these numbers, by the kind of the image; reconstructions have those of samples. */
function network(d: number, rows: readonly [real: Float32Array, fake: Float32Array]): Extractor {
  return {
    d,
    identity: { graph: '0'.repeat(64), output: 'rows', preprocessing: 'none' },
    async extract(pixels, n) {
      const out = new Float32Array(n * d);
      for (let i = 0; i < n; i++) {
        const from = rows[pixels[4 * i + 2] === REAL ? 0 : 1];
        const row = (pixels[4 * i]! + 256 * pixels[4 * i + 1]!) % (from.length / d);
        out.set(from.subarray(row * d, (row + 1) * d), i * d);
      }
      return out;
    },
  };
}

const images = imagesInMemory(
  Uint8Array.from(Array.from({ length: 1100 }, (_, row) => imageOf(row, REAL)).flat()),
  size,
);

function subject(samples: number, compat: CompatTool, options: Readonly<Record<string, unknown>> = {}): Subject {
  return {
    model: lookingUp(samples),
    images,
    extractor: network(8, [real, fake]),
    classifier: network(7, [logits, logits]),
    settings: { samples, seed, batch: 64, featureSample: 50, options, compat },
  };
}

interface Found {
  readonly value: number;
  readonly mean: number;
  readonly std: number;
}

async function found(key: string, samples: number, compat: CompatTool, options?: Readonly<Record<string, unknown>>) {
  const { metrics } = await evaluate(subject(samples, compat, options), { metrics: [key], partSize: 320 });
  return metrics[`samples.${key}`] as Found & Shares;
}

const near = (value: number, wanted: number, tolerance = 1e-9) =>
  expect(relative(value, wanted), `${value}, not ${wanted}`).toBeLessThan(tolerance);

test.each([
  ['torch-fidelity', known['torch-fidelity'].is],
  ['torchmetrics', known.torchmetrics.is],
  ['improved-gan', known['improved-gan']],
] as const)('%s: the Inception Score of 137 samples', async (tool, [mean, std]) => {
  const score = await found('is', 137, tool);
  near(score.mean, mean);
  near(score.std, std);
});

test.each(['torch-fidelity', 'torchmetrics', 'clean-fid'] as const)('%s: the Fréchet distance', async (tool) => {
  near((await found('fd', 1050, tool)).value, known[tool].fd);
});

test.each([
  ['torch-fidelity', known['torch-fidelity'].kid],
  ['torchmetrics', known.torchmetrics.kid],
  ['clean-fid', [known['clean-fid'].kid]],
] as const)('%s: the kernel distance, its subsets drawn from all rows in order', async (tool, [mean, std]) => {
  const distance = await found('kid', 1050, tool, { 'kid.subsets': subsets });
  near(distance.value, mean);
  if (std === undefined) expect(distance.std).toBeUndefined();
  else near(distance.std, std);
});

test('a hundred subsets of a thousand where nothing is set, and an error where that many rows are not there', async () => {
  const kid = measures.find(({ name }) => name === 'kid')!;
  expect((await kid.open(subject(1050, 'clean-fid'))).conventions?.kid).toBe(
    "of all features, unbiased, kernel (xy/d + 1)^3, float64, 100 subsets of 1000 or the smaller set without replacement, drawn by numpy's RandomState(7), fake rows first, mean over subsets",
  );
  await expect(found('kid', 999, 'torchmetrics', { 'kid.subsets': 1 })).rejects.toThrow(
    'fewer fake images than a subset takes (expected at least 1000, found 999)',
  );
  expect(await found('kid', 999, 'clean-fid', { 'kid.subsets': 2 })).toMatchObject({ subsets: 2, size: 999 });
});

test('subsets without a tool: of the rows in order, by the seed; all pairs where none are asked for', async () => {
  const { compat: _, ...settings } = subject(1050, 'prdc').settings;
  const of = async (options: Readonly<Record<string, unknown>>) =>
    (await evaluate({ ...subject(1050, 'prdc'), settings: { ...settings, options } }, { metrics: ['kid'] })).metrics;
  const convention = { ...conventionsOf().metrics.kid!, subsets: 3, size: 50 };
  const chosen = kernelOptions(convention, { real: 1100, fake: 1050 }, 8, seed);
  const { mean, std } = await kernelDistance({ data: real, d: 8 }, { data: fake, d: 8 }, chosen);
  const found = (await of({ 'kid.subsets': 3, 'kid.size': 50 }))['samples.kid'] as Found;
  expect([found.value, found.std]).toEqual([mean, std]);
  // the sample of features has 50 rows
  expect((await of({}))['samples.kid']).toMatchObject({ n: { real: 50, fake: 50 }, interval: { method: 'jackknife' } });
});

test('prdc: all four, exactly; torch-fidelity: two and their F-score, in float32', async () => {
  const { precision, recall, density, coverage } = await found('prdc', 1050, 'prdc');
  expect({ precision, recall, density, coverage }).toEqual(known.prdc);
  const other = await found('prdc', 1050, 'torch-fidelity');
  const wanted = known['torch-fidelity'].prdc;
  for (const name of ['precision', 'recall', 'f_score'] as const) near(other[name], wanted[name], 1e-6);
  expect([other.density, other.coverage]).toEqual([undefined, undefined]);
  // what is set goes first: k = 5 is prdc's, edges make no difference here
  const set = await found('prdc', 1050, 'torch-fidelity', { 'prdc.k': 5, 'prdc.ties': 'out' });
  expect([set.precision, set.recall]).toEqual([known.prdc.precision, known.prdc.recall]);
});

test('torchmetrics: SSIM, PSNR, MSE and its root of stored images', async () => {
  const [n, height, width] = [3, 16, 20];
  const area = height * width;
  const pixels = Uint8Array.from(uniform(n * area, 61), (value) => Math.floor(256 * value));
  const noise = uniform(n * area, 62);
  const made = Float32Array.from(
    pixels,
    (value, at) => value / 255 + (noise[at]! - 0.5) * [0.1, 0.3, 0.6][Math.floor(at / area)]!,
  );
  const image = { height, width, channels: 1 } as const;
  const model = {
    ...lookingUp(2),
    image,
    encode: async (own: { n: number }) => ({ mean: new Float32Array(own.n) }),
    decode: async () => ({ image: made }),
  } as unknown as Model;
  const given = { model, images: imagesInMemory(pixels, image) };
  const settings = { samples: 2, seed, batch: 64, featureSample: 50, options: {} };
  const metrics = ['mse', 'psnr', 'ssim'];
  const of = async (compat?: CompatTool) =>
    (await evaluate({ ...given, settings: { ...settings, compat } }, { metrics })).metrics as Record<string, Found>;
  const tool = await of('torchmetrics');
  near(tool.ssim!.mean, stored.ssim, 1e-8);
  // its log 10 is a float32
  near(tool.psnr!.mean, stored.psnr, 1e-7);
  near(tool.mse!.mean, stored.mse);
  near(tool.rmse!.mean, stored.rmse);
  const own = await of();
  near(own.mse!.mean, stored.mse);
  for (const key of ['ssim', 'psnr', 'rmse']) expect(relative(own[key]!.mean, tool[key]!.mean)).toBeGreaterThan(1e-3);
});

test('what a tool does not have: an error by name, else told; the report says whose conventions they are', async () => {
  await expect(evaluate(subject(1050, 'prdc'), { metrics: ['prdc', 'fd'] })).rejects.toThrow(
    'prdc has no fd to reproduce; leave out --compat, or choose of what it has: prdc',
  );
  const { metrics, skipped, conventions } = await evaluate(subject(1050, 'prdc'), {});
  expect(Object.keys(metrics).sort()).toEqual(['reconstructions.prdc', 'samples.prdc']);
  expect(skipped.find(({ metric }) => metric === 'fd')?.why).toContain('prdc has no fd');
  expect(conventions).toMatchObject({
    compat: 'prdc 0.2',
    prdc: expect.stringMatching(/^k = 5, edges out: precision, recall, density, coverage; of all features/),
    differs: [expect.stringMatching(/^prdc: /)],
  });
  const fidelity = await evaluate(subject(1050, 'torch-fidelity'), { metrics: ['fd'] });
  expect(fidelity.conventions).toMatchObject({ compat: 'torch-fidelity 0.4.0' });
  expect(Object.keys(fidelity.conventions)).not.toContain('kid');
  expect(fidelity.conventions.differs).toEqual(expect.not.arrayContaining([expect.stringMatching(/^(kid|prdc|is): /)]));
  expect(compatTools).toHaveLength(5);
});

test('a reference has no order to draw subsets in, and must be whole', async () => {
  const sample = { d: 8, capacity: 1100, seed: 0, seen: 1100, keys: Array.from({ length: 1100 }, (_, i) => `${i}`) };
  const reference = { name: 'real.safetensors', sample: { ...sample, features: real } };
  await expect(
    evaluate({ ...subject(1050, 'torchmetrics', { 'kid.subsets': 1 }), reference }, { metrics: ['kid'] }),
  ).rejects.toThrow(/real\.safetensors: subsets are drawn/);
  const whole = await evaluate({ ...subject(1050, 'prdc'), reference }, { metrics: ['prdc'] });
  expect(whole.metrics['samples.prdc']).toMatchObject(known.prdc);
  const part = { ...reference, sample: { ...reference.sample, seen: 1101 } };
  await expect(evaluate({ ...subject(1050, 'prdc'), reference: part }, { metrics: ['prdc'] })).rejects.toThrow(
    /found 1100 of 1101/,
  );
});

test('too many rows for memory are refused before anything runs', async () => {
  const many = { ...subject(1050, 'torchmetrics'), extractor: { ...network(8, [real, fake]), d: 200_000 } };
  await expect(evaluate(many, { metrics: ['kid'] })).rejects.toThrow(/at most 512, found 1100\); take fewer: --n/);
});
