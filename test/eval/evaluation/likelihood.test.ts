/** Bounds on likelihoods through a model's graphs: those of a linear Gaussian model are exact, whatever the number of samples. */
import { evaluate, imagesInMemory, type Subject } from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { affineDecoder, affineEncoder } from '../../fixtures/affine-graphs.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { decodeByHand, decoderGraph, tiny, values, writeTinyBundle } from '../../fixtures/tiny-bundle.js';
import { noise } from '../support.js';

const [n, d, latent] = [40, values(tiny), tiny.latent];
const [OFFSET, SIGMA] = [0.5, 0.08];
const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Columns that do not overlap, so that the posterior's covariance is diagonal. */
const w = (row: number, pixel: number) => (pixel % latent === row ? 0.02 * (1 + ((pixel * 5) % 7)) : 0);
const square = (row: number) => Array.from({ length: d }, (_, j) => w(row, j) ** 2).reduce((sum, v) => sum + v, 0);
const precision = (row: number) => 1 + square(row) / SIGMA ** 2;

// images of the model itself, as far as 256 levels say them
const draws = noise(n * (d + latent), 3).map((value) => value * Math.sqrt(3));
const pixels = Uint8Array.from({ length: n * d }, (_, at) => {
  const [i, j] = [Math.floor(at / d), at % d];
  const z = draws[n * d + i * latent + (j % latent)]!;
  return Math.round(255 * Math.min(1, Math.max(0, OFFSET + w(j % latent, j) * z + SIGMA * draws[at]!)));
});

/** -log N(y; offset, WW' + sigma² I) of y = v/255, by Sherman, Morrison and Woodbury. */
function exact(image: Uint8Array): number {
  const y = Array.from(image, (value) => value / 255 - OFFSET);
  let exponent = y.reduce((sum, value) => sum + value * value, 0) / SIGMA ** 2;
  let logDeterminant = 2 * d * Math.log(SIGMA);
  for (let row = 0; row < latent; row++) {
    const along = y.reduce((sum, value, j) => sum + value * w(row, j), 0);
    exponent -= along ** 2 / SIGMA ** 4 / precision(row);
    logDeterminant += Math.log(precision(row));
  }
  return 0.5 * (exponent + logDeterminant + d * Math.log(2 * Math.PI));
}
// the density is of (v + 1/2)/256, which is y narrowed by 255/256
const truth =
  mean(Array.from({ length: n }, (_, i) => exact(pixels.subarray(i * d, (i + 1) * d)))) + d * Math.log(255 / 256);

interface Bound {
  readonly mean: number;
  readonly bitsPerDimension: number;
}
type Found = Readonly<Record<'elbo' | 'importance', Bound>> & { readonly interval: object };

/** A model whose posterior is `wider` times the exact one. */
function linearGaussian(wider = 1): Promise<Model> {
  const encoder = affineEncoder(tiny, {
    weight: (j, row) => w(row, j) / SIGMA ** 2 / precision(row),
    offset: OFFSET,
    logVariance: (row) => 2 * Math.log(wider) - Math.log(precision(row)),
  });
  const decoder = affineDecoder(tiny, { weight: w, offset: OFFSET });
  const graphs = { 'encoder.onnx': encoder, 'decoder.onnx': decoder };
  return loadModel(
    writeTinyBundle(temporaryFolder(), tiny, (json) => json, graphs),
    { device: 'cpu' },
  );
}

const open: Model[] = [];
afterAll(async () => {
  for (const model of open) await model.dispose();
});
async function opened(model: Promise<Model>): Promise<Model> {
  open.push(await model);
  return model;
}
async function bounds(model: Model, options: Record<string, unknown>, batch = 8): Promise<Found> {
  const named = Object.fromEntries(Object.entries(options).map(([name, value]) => [`nll.${name}`, value]));
  const settings = { samples: 2, seed: 1, batch, featureSample: 50, options: named };
  const subject: Subject = { model, images: imagesInMemory(pixels, tiny), settings };
  return (await evaluate(subject, { metrics: ['nll'] })).metrics.nll as Found;
}

describe('x = Wz + noise', () => {
  const gaussian = { likelihood: 'gaussian', std: SIGMA, dequantise: false };
  let right: Model;
  let wide: Model;
  beforeAll(async () => {
    right = await opened(linearGaussian());
    wide = await opened(linearGaussian(1.5));
  });

  test.each([1, 5, 20])('the exact posterior gives the likelihood by both bounds for %i samples', async (samples) => {
    const { elbo, importance } = await bounds(right, { ...gaussian, samples });
    expect(elbo.mean / truth).toBeCloseTo(1, 5);
    expect(importance.mean / truth).toBeCloseTo(1, 5);
    expect(importance.bitsPerDimension).toBeCloseTo(truth / (d * Math.LN2) + 8, 4);
  });

  test('a wrong posterior gives more, the less the more samples there are', async () => {
    const few = await bounds(wide, { ...gaussian, samples: 2 });
    const many = await bounds(wide, { ...gaussian, samples: 100 });
    // KL of q from the posterior: (1.5² - 1 - 2 log 1.5)/2 for each of three units
    const gap = (latent * (1.5 ** 2 - 1 - 2 * Math.log(1.5))) / 2;
    // of n·100 draws the standard error is 0.03
    expect(Math.abs(many.elbo.mean - truth - gap)).toBeLessThan(0.1);
    expect(few.importance.mean).toBeGreaterThan(many.importance.mean);
    expect(many.importance.mean).toBeGreaterThan(truth - 0.02);
    expect(many.importance.mean).toBeLessThan(truth + 0.1);
  });

  test('batches change nothing; noise within levels and integrals over them give about the same bits', async () => {
    const options = { ...gaussian, samples: 10 };
    const whole = await bounds(right, options);
    const single = await bounds(right, options, 1);
    expect(single.importance.mean / whole.importance.mean).toBeCloseTo(1, 6);
    const noisy = await bounds(right, { ...options, dequantise: true });
    expect(noisy.importance.bitsPerDimension).not.toBe(whole.importance.bitsPerDimension);
    expect(Math.abs(noisy.importance.bitsPerDimension - whole.importance.bitsPerDimension)).toBeLessThan(0.02);
    const binned = await bounds(right, { likelihood: 'discretised', std: SIGMA, samples: 10 });
    expect(Math.abs(binned.importance.bitsPerDimension - whole.importance.bitsPerDimension)).toBeLessThan(0.005);
  });
});

test('Bernoulli, of a posterior so narrow that every draw is its mean', async () => {
  // float32 takes no steps of e^-20 from these means
  const weight = (j: number, row: number) => Math.fround(0.3 * Math.sin(3 * j + row));
  const encoder = affineEncoder(tiny, { weight, offset: 0, shift: 1, logVariance: () => -40 });
  const graphs = { 'encoder.onnx': encoder, 'decoder.onnx': decoderGraph(tiny) };
  const model = await opened(
    loadModel(
      writeTinyBundle(temporaryFolder(), tiny, (json) => json, graphs),
      { device: 'cpu' },
    ),
  );
  const wanted = mean(
    Array.from({ length: n }, (_, i) => {
      const x = Array.from(pixels.subarray(i * d, (i + 1) * d), (value) => value / 255);
      const z = Array.from({ length: latent }, (__, row) => x.reduce((sum, v, j) => sum + v * weight(j, row), 1));
      const p = decodeByHand(tiny, z);
      const likelihood = x.reduce((sum, v, j) => sum + v * Math.log(p[j]!) + (1 - v) * Math.log(1 - p[j]!), 0);
      // the constants of prior and posterior are equal
      return -likelihood + z.reduce((sum, v) => sum + 0.5 * v * v, 0) + 20 * latent;
    }),
  );
  const { elbo, importance } = await bounds(model, { likelihood: 'bernoulli', samples: 4 });
  expect(elbo.mean / wanted).toBeCloseTo(1, 5);
  expect(importance.mean).toBeCloseTo(elbo.mean, 4);
  expect(elbo.bitsPerDimension).toBeCloseTo(elbo.mean / (d * Math.LN2), 12);
});

describe('refused', () => {
  const tinyModel = async (change: Partial<typeof tiny>) =>
    opened(loadModel(writeTinyBundle(temporaryFolder(), { ...tiny, ...change }), { device: 'cpu' }));

  test.each<[string, Partial<typeof tiny>, Record<string, unknown>, string]>([
    ['no density', {}, {}, 'no density until one is stated'],
    ['a Gaussian of no width', {}, { likelihood: 'gaussian' }, 'no default for it'],
    ['a width of probabilities', {}, { likelihood: 'bernoulli', std: 0.1 }, 'nll.std'],
    ['another density', {}, { likelihood: 'laplace' }, 'unstated, bernoulli, gaussian, discretised'],
    ['a deterministic encoder', { deterministic: true }, { likelihood: 'bernoulli' }, 'deterministic'],
    ['a uniform prior', { prior: 'uniform' }, { likelihood: 'bernoulli' }, 'normal prior'],
  ])('%s', async (_, change, options, message) => {
    await expect(bounds(await tinyModel(change), options)).rejects.toThrow(message);
  });
});
