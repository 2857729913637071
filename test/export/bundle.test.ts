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
import { untrained } from '../fixtures/untrained.js';
import { decoded, lossOf, slope } from './adjoint-support.js';
import { reference } from './reference.js';
import { bytes, floats, imageArchitecture, numbers, randomWeights } from './support.js';

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
const passes: Record<string, (row: (name: string, size: number) => Float64Array) => Record<string, number[]>> = {
  encoder(row) {
    const x = { shape, data: row('image', pixels).map((p) => p / 255) };
    const { features } = reference('F', architecture.networks.F!, weights, { x });
    const { mean, log_variance } = reference('E', architecture.networks.E!, weights, { features: features! });
    return { mean: [...mean!.data], log_variance: [...log_variance!.data] };
  },
  decoder(row) {
    const z = { shape: [d], data: row('latent', d) };
    return { image: [...reference('G', architecture.networks.G!, weights, { z }).x!.data] };
  },
  // the rows before the activations, built as networks of their own, each on the weights of its place in F
  features(row) {
    const x = { shape, data: row('image', pixels).map((p) => p / 255) };
    const first = reference('F', chain('x', shape, 'features', [conv(4, 2, 4, '', { padding: 1 })]), weights, { x });
    const both = [conv(4, 2, 4, 'lrelu(0.1)', { padding: 1 }), conv(3, 1, 6, 'bn')];
    const second = reference('F', chain('x', shape, 'features', both), weights, { x });
    const { features } = reference('F', architecture.networks.F!, weights, { x });
    const E = architecture.networks.E!;
    const hidden = { ...E, blocks: [E.blocks[0]!, { name: 'mean', from: ['trunk'], rows: [fullyConnected(5, 'bn')] }] };
    const third = reference('E', { ...hidden, outputs: ['mean'] }, weights, { features: features! });
    const { mean } = reference('E', E, weights, { features: features! });
    return { features: [first.features!, second.features!, third.mean!, mean!].flatMap(({ data }) => [...data]) };
  },
  // the gradient by central differences
  refine(row) {
    const target = Uint8Array.from(row('target', pixels));
    const latent = Float32Array.from(row('latent', d));
    const example = { latent, target, weight: Float32Array.from(row('weight', pixels)) };
    const loss = (z: Float64Array) => lossOf(decoded(architecture, ['G'], weights, z), example);
    const axis = (k: number) => Float64Array.from({ length: d }, (_, i) => (i === k ? 1 : 0));
    const gradient = Array.from({ length: d }, (_, k) => slope(loss, latent, axis(k)));
    return { loss: [loss(Float64Array.from(latent))], gradient };
  },
};
const plainLoops: Forward = {
  async run(graph, inputs, n) {
    const rows = Array.from({ length: n }, (_, i) =>
      passes[graph]!((name, size) => Float64Array.from(inputs[name]!.subarray(i * size, (i + 1) * size))),
    );
    const names = Object.keys(rows[0]!);
    return Object.fromEntries(names.map((name) => [name, Float32Array.from(rows.flatMap((row) => row[name]!))]));
  },
};
/** The plain loops with one output changed. */
const changing =
  (graph: string, change: (outputs: Record<string, Float32Array>) => Record<string, Float32Array>): Forward['run'] =>
  async (asked, inputs, n) => {
    const outputs = (await plainLoops.run(asked, inputs, n)) as Record<string, Float32Array>;
    return asked === graph ? change(outputs) : outputs;
  };

const model: TrainedModel = {
  name: 'tiny',
  system: 'dali',
  dataset: 'noise',
  architecture,
  chains: { encoder: ['F', 'E'], decoder: ['G'] },
  weights,
  training: { ...untrained, config: { some: 'thing' } },
  licence: 'Apache-2.0',
  examples,
  trained: plainLoops,
};

/** ONNX Runtime on the graphs of a folder. */
async function load(folder: string): Promise<LoadedModel> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  const open = names.map(async (name) => [name, await ort.InferenceSession.create(join(folder, name))] as const);
  const sessions = new Map(await Promise.all(open));
  return {
    async run(graph, inputs, n) {
      const feeds = Object.entries(inputs).map(([name, data]) => [
        name,
        data instanceof Uint8Array
          ? bytes(data, [n, ...shape])
          : floats(data, name === 'weight' ? [n, ...shape] : [n, d]),
      ]);
      const results = await sessions.get(`${graph}.onnx`)!.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array | Uint8Array]),
      );
    },
    async dispose() {
      for (const session of sessions.values()) await session.release();
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
    const graphFiles = ['decoder', 'encoder', 'features', 'refine'].map((name) => `${name}.onnx`);
    expect(readdirSync(out).sort()).toEqual([...graphFiles, 'model.json'].sort());
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
      // all of it could be said by the first version, whose runtimes pass over features.onnx and refine.onnx
      formatVersion: 1,
    });
    const { graphs, ...recorded } = parity;
    expect(bundle.parity).toEqual(recorded);
    expect(parity.n).toBe(N);
    expect(Object.keys(graphs)).toEqual(['encoder', 'decoder', 'refine', 'features']);
    for (const value of Object.values(graphs)) expect(value).toBeGreaterThan(0);
    expect(graphs.refine).toBeLessThan(1e-5);
    expect(Math.max(parity.codes!, parity.images!)).toBeLessThan(1e-5);
    expect(parity.codes).toBe(Math.max(graphs.encoder!, graphs.features!));
  });

  it('holds golden pairs that its graphs meet', async () => {
    const { golden } = (await exportBundle(model, out, { load })).bundle;
    const numbersOf = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
    const images = new Uint8Array(Buffer.from(golden.image!, 'base64'));
    expect([golden.n, images]).toEqual([4, examples.slice(0, 4 * pixels)]);
    const loaded = await load(out);
    const { mean } = await loaded.run('encoder', { image: images }, golden.n);
    numbersOf(golden.mean!).forEach((v, i) => {
      expect(Math.abs(v - mean![i]!)).toBeLessThan(golden.tolerance);
    });
    const { image: decoded } = await loaded.run('decoder', { latent: numbersOf(golden.mean!) }, golden.n);
    expect(decoded!.length).toBe(4 * pixels);
    numbersOf(golden.decoded!).forEach((v, i) => {
      expect(Math.abs(v - decoded![i]!)).toBeLessThan(golden.tolerance);
    });
    await loaded.dispose?.();
  });

  it('of an encoder without variances says so', async () => {
    const E = { ...architecture.networks.E!, outputs: ['mean'] };
    const run = changing('encoder', ({ mean }) => ({ mean: mean! }));
    const networks = { ...architecture.networks, E };
    const wrong = { ...model, architecture: { ...architecture, networks }, trained: { run } };
    const { bundle } = await exportBundle(wrong, out, { load });
    expect(bundle.encoder).toEqual({ deterministic: true });
    const encoder = await ort.InferenceSession.create(join(out, 'encoder.onnx'));
    expect(encoder.outputNames).toEqual(['mean']);
    await encoder.release();
  });
});

describe('parity', () => {
  const changed = (...change: Parameters<typeof changing>): TrainedModel => ({
    ...model,
    trained: { run: changing(...change) },
  });
  const shifted = (values: Float32Array, by: number) => values.map((v, i) => (i === 5 ? v + by : v));
  const cases: [string, TrainedModel, RegExp][] = [
    [
      'a mean is off',
      // the decoder gets the same means from both
      changed('encoder', (codes) => ({ ...codes, mean: shifted(codes.mean!, 2e-4) })),
      /2\.0e-4 in codes/,
    ],
    [
      'a variance is off',
      changed('encoder', (codes) => ({ ...codes, log_variance: shifted(codes.log_variance!, 3e-4) })),
      /3\.0e-4 in codes/,
    ],
    ['a pixel is off', changed('decoder', ({ image }) => ({ image: shifted(image!, -2e-4) })), /2\.0e-4 in images/],
    ['a NaN comes out', changed('decoder', ({ image }) => ({ image: shifted(image!, Number.NaN) })), /NaN in images/],
    [
      'a feature is off',
      changed('features', ({ features }) => ({ features: shifted(features!, 5e-4) })),
      /5\.0e-4 in features/,
    ],
    [
      'a gradient points a little beside',
      changed('refine', ({ loss, gradient }) => ({
        loss: loss!,
        gradient: gradient!.map((v, i) => (i % 3 ? v : 1.003 * v)),
      })),
      /e-3 in the loss of codes and its gradient/,
    ],
    [
      'a loss is off',
      changed('refine', ({ loss, gradient }) => ({ loss: loss!.map((v) => 1.002 * v), gradient: gradient! })),
      /2\.0e-3 in the loss/,
    ],
    ['variances are missing', changed('encoder', ({ mean }) => ({ mean: mean! })), /"log_variance"/],
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
      run: async (graph, _, n) =>
        graph === 'decoder' ? { image: new Float32Array(n * 48) } : { mean: new Float32Array(n * d) },
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
