/** Bundles: what model.json says of the files, parity that passes and parity that fails, and nothing half-written. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportBundle, type Forward, type LoadedModel, type TrainedModel } from '@alix/export';
import { parseBundle } from '@alix/infer/bundle';
import { chain, conv, flatten, fullyConnected, reshape, transposedConv } from '@alix/train/spec';
import ort from 'onnxruntime-node';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { reference } from './reference.js';
import { bytes, f32, floats, imageArchitecture, numbers, randomWeights } from './support.js';

const shape = [6, 4, 1] as const;
const pixels = 24;
const d = 3;
const N = 6;
const head = (name: string) => ({
  name,
  from: ['trunk'],
  rows: [fullyConnected(5, 'bn lrelu(0.1)'), fullyConnected(d)],
});
const architecture = imageArchitecture(shape, d, {
  F: chain('x', shape, 'features', [conv(4, 2, 4, 'lrelu(0.1)', { padding: 1 }), conv(3, 1, 6, 'bn lrelu(0.1)')]),
  E: {
    inputs: { features: [3, 2, 6] },
    blocks: [{ name: 'trunk', from: ['features'], rows: [flatten()] }, head('mean'), head('log_variance')],
    outputs: ['mean', 'log_variance'],
  },
  G: chain('z', [d], 'x', [
    fullyConnected(24, 'bn relu'),
    reshape(3, 2, 4),
    transposedConv(4, 2, 1, 'sigmoid', { padding: 1 }),
  ]),
});
const weights = randomWeights(architecture.networks);
const next = numbers(9);
const examples = Uint8Array.from({ length: N * pixels }, () => Math.floor(256 * next()));

/** The networks in plain loops, float64, as the trained model. */
const plainLoops: Forward = {
  async encode(images, n) {
    const codes = Array.from({ length: n }, (_, i) => {
      const data = Float64Array.from(images.subarray(i * pixels, (i + 1) * pixels), (p) => p / 255);
      const { features } = reference('F', architecture.networks.F!, weights, { x: { shape, data } });
      return reference('E', architecture.networks.E!, weights, { features: features! });
    });
    const all = (name: string) => Float32Array.from(codes.flatMap((code) => [...code[name]!.data]));
    return { mean: all('mean'), logVariance: all('log_variance') };
  },
  async decode(latent, n) {
    const images = Array.from({ length: n }, (_, i) => {
      const data = Float64Array.from(latent.subarray(i * d, (i + 1) * d));
      return [...reference('G', architecture.networks.G!, weights, { z: { shape: [d], data } }).x!.data];
    });
    return Float32Array.from(images.flat());
  },
};

const model: TrainedModel = {
  name: 'tiny',
  system: 'dali',
  dataset: 'noise',
  architecture,
  chains: { encoder: ['F', 'E'], decoder: ['G'] },
  weights,
  training: {
    recipe: 'none',
    alixVersion: '0.1.0',
    seed: 1,
    steps: 0,
    epochs: 0,
    batch: 1,
    data: '0'.repeat(64),
    config: { some: 'thing' },
  },
  licence: 'Apache-2.0',
  examples,
  trained: plainLoops,
};

/** ONNX Runtime on the two graphs of a folder. */
async function load(folder: string): Promise<LoadedModel> {
  const [encoder, decoder] = await Promise.all(
    ['encoder.onnx', 'decoder.onnx'].map((name) => ort.InferenceSession.create(join(folder, name))),
  );
  return {
    async encode(images, n) {
      const { mean, log_variance } = await encoder!.run({ image: bytes(images, [n, ...shape]) });
      return { mean: f32(mean), logVariance: f32(log_variance) };
    },
    decode: async (latent, n) => f32((await decoder!.run({ latent: floats(latent, [n, d]) })).image),
    async dispose() {
      await encoder!.release();
      await decoder!.release();
    },
  };
}

const root = mkdtempSync(join(tmpdir(), 'alix-export-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let out = '';
let count = 0;
beforeEach(() => {
  out = join(root, `${count++}`, 'model');
});

describe('a bundle', () => {
  it('says of its files what they are', async () => {
    const { bundle, parity } = await exportBundle(model, out, { load });
    expect(readdirSync(out).sort()).toEqual(['decoder.onnx', 'encoder.onnx', 'model.json']);
    expect(parseBundle(readFileSync(join(out, 'model.json'), 'utf8'), out)).toEqual(bundle);
    for (const [name, { sha256, bytes: size }] of Object.entries(bundle.files)) {
      const content = readFileSync(join(out, name));
      expect([createHash('sha256').update(content).digest('hex'), content.length]).toEqual([sha256, size]);
    }
    expect(bundle).toMatchObject({
      image: { height: 6, width: 4, channels: 1 },
      latent: { size: 3, prior: 'normal' },
      encoder: { deterministic: false },
      // by hand: F 4*4*4+4 + 3*3*4*6+6 + 2*6; E 2 * (36*5+5 + 2*5 + 5*3+3); G 3*24+24 + 2*24 + 4*4*4+1
      parameters: { F: 302, E: 426, G: 209 },
      metrics: {},
      parity,
    });
    expect(parity.n).toBe(N);
    expect(parity.codes).toBeGreaterThan(0);
    expect(Math.max(parity.codes, parity.images)).toBeLessThan(1e-5);
  });

  it('holds golden pairs that its graphs meet', async () => {
    const { golden } = (await exportBundle(model, out, { load })).bundle;
    const numbersOf = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
    const images = new Uint8Array(Buffer.from(golden.image, 'base64'));
    expect([golden.n, images]).toEqual([4, examples.slice(0, 4 * pixels)]);
    const loaded = await load(out);
    const { mean } = await loaded.encode(images, golden.n);
    numbersOf(golden.mean).forEach((v, i) => {
      expect(Math.abs(v - mean[i]!)).toBeLessThan(golden.tolerance);
    });
    const decoded = await loaded.decode(numbersOf(golden.mean), golden.n);
    expect(decoded.length).toBe(4 * pixels);
    numbersOf(golden.decoded).forEach((v, i) => {
      expect(Math.abs(v - decoded[i]!)).toBeLessThan(golden.tolerance);
    });
    await loaded.dispose?.();
  });

  it('of an encoder without variances says so', async () => {
    const E = { ...architecture.networks.E!, outputs: ['mean'] };
    const encode = async (images: Uint8Array, n: number) => ({ mean: (await plainLoops.encode(images, n)).mean });
    const { bundle } = await exportBundle(
      {
        ...model,
        architecture: { ...architecture, networks: { ...architecture.networks, E } },
        trained: { ...plainLoops, encode },
      },
      out,
      {
        async load(folder) {
          const encoder = await ort.InferenceSession.create(join(folder, 'encoder.onnx'));
          expect(encoder.outputNames).toEqual(['mean']);
          return {
            encode: async (images, n) => ({
              mean: f32((await encoder.run({ image: bytes(images, [n, ...shape]) })).mean),
            }),
            decode: plainLoops.decode,
          };
        },
      },
    );
    expect(bundle.encoder.deterministic).toBe(true);
  });
});

describe('parity', () => {
  const changed = (change: Partial<Forward>): TrainedModel => ({ ...model, trained: { ...plainLoops, ...change } });
  const shifted = (values: Float32Array, by: number) => values.map((v, i) => (i === 5 ? v + by : v));
  const cases: [string, TrainedModel, RegExp][] = [
    [
      'a mean is off',
      changed({
        encode: async (x, n) => ({
          ...(await plainLoops.encode(x, n)),
          mean: shifted((await plainLoops.encode(x, n)).mean, 2e-4),
        }),
      }),
      /2\.0e-4 in codes/,
    ],
    [
      'a variance is off',
      changed({
        encode: async (x, n) => ({
          ...(await plainLoops.encode(x, n)),
          logVariance: shifted((await plainLoops.encode(x, n)).mean, 0),
        }),
      }),
      /in codes/,
    ],
    [
      'a pixel is off',
      changed({ decode: async (z, n) => shifted(await plainLoops.decode(z, n), -2e-4) }),
      /2\.0e-4 in images/,
    ],
    [
      'a NaN comes out',
      changed({ decode: async (z, n) => shifted(await plainLoops.decode(z, n), Number.NaN) }),
      /NaN in images/,
    ],
    [
      'variances are missing',
      changed({ encode: async (x, n) => ({ mean: (await plainLoops.encode(x, n)).mean }) }),
      /"log_variance"/,
    ],
    [
      'the weights are not those that were trained',
      { ...model, weights: randomWeights(architecture.networks, 2) },
      /in codes/,
    ],
  ];
  it.each(cases)('fails where %s, and writes nothing', async (_, wrong, message) => {
    await expect(exportBundle(wrong, out, { load })).rejects.toMatchObject({
      code: 'parity',
      message: expect.stringMatching(message),
    });
    expect(existsSync(join(out, '..'))).toBe(false);
  });

  it('lets the runtime go when it fails', async () => {
    let disposed = 0;
    const counting = async (folder: string): Promise<LoadedModel> => ({
      ...(await load(folder)),
      dispose: async () => void disposed++,
    });
    await expect(
      exportBundle({ ...model, weights: randomWeights(architecture.networks, 2) }, out, { load: counting }),
    ).rejects.toThrow();
    expect(disposed).toBe(1);
  });
});

describe('refuses', () => {
  it('to write over a folder with content, unless told to', async () => {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'keep.txt'), 'mine');
    await expect(exportBundle(model, out, { load })).rejects.toMatchObject({ code: 'output-exists' });
    expect(readdirSync(out)).toEqual(['keep.txt']);
    await exportBundle(model, out, { load, replace: true });
    expect(readdirSync(out)).toContain('model.json');
  });

  it('models of points', async () => {
    const points: TrainedModel = {
      ...model,
      architecture: { ...architecture, data: { kind: 'points', shape: [2], range: [0, 1] } },
    };
    await expect(exportBundle(points, out, { load })).rejects.toMatchObject({ code: 'not-exportable' });
  });

  it('examples that are no whole images, or none', async () => {
    for (const wrong of [examples.subarray(1), new Uint8Array(0)])
      await expect(exportBundle({ ...model, examples: wrong }, out, { load })).rejects.toMatchObject({
        code: 'bad-examples',
      });
  });

  it('what model.json cannot hold', async () => {
    const two = imageArchitecture([6, 4, 2] as const, d, architecture.networks);
    const E = chain('x', [6, 4, 2], 'mean', [flatten(), fullyConnected(d)]);
    const G = chain('z', [d], 'x', [fullyConnected(48), reshape(6, 4, 2)]);
    const networks = { E, G };
    const trained: Forward = {
      encode: async (_, n) => ({ mean: new Float32Array(n * d) }),
      decode: async (_, n) => new Float32Array(n * 48),
    };
    const wrong = {
      ...model,
      trained,
      architecture: { ...two, networks },
      weights: randomWeights(networks),
      chains: { encoder: ['E'], decoder: ['G'] },
    };
    await expect(exportBundle(wrong, out, { load })).rejects.toMatchObject({
      code: 'not-exportable',
      message: expect.stringMatching(/image\.channels/),
    });
  });
});

// for test/oracles/onnx_check.py, which wants a bundle to look at: ALIX_EXPORT_TO=folder npx vitest run test/export
it.runIf(process.env.ALIX_EXPORT_TO)('leaves a bundle for the oracle', async () => {
  const folder = join(process.env.ALIX_EXPORT_TO ?? '', 'tiny');
  await exportBundle(model, folder, { load, replace: true });
  expect(existsSync(join(folder, 'model.json'))).toBe(true);
});
