/** Encoder and decoder graphs: the bundle's contract, chains of networks, ranges, rounding, and what is refused. */
import { decoderGraph, encoderGraph, networkGraph, onnxBytes } from '@alix/export';
import {
  type ArchitectureSpec,
  chain,
  conv,
  flatten,
  fullyConnected,
  type NetworkSpec,
  reshape,
  transposedConv,
} from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { reference, type Tensor } from './reference.js';
import { apart, bytes, count, f32, floats, imageArchitecture, numbers, randomWeights, run, u8 } from './support.js';

const TOLERANCE = 2e-5;

const features = conv(3, 2, 4, 'bn lrelu(0.1)');
const head = (name: string) => ({
  name,
  from: ['trunk'],
  rows: [fullyConnected(6, 'lrelu(0.1) bn'), fullyConnected(3)],
});
const small = imageArchitecture([6, 4, 3], 3, {
  F: chain('x', [6, 4, 3], 'features', [features]),
  E: {
    inputs: { features: [3, 2, 4] },
    blocks: [
      { name: 'trunk', from: ['features'], rows: [conv(2, 1, 5, 'bn relu'), flatten()] },
      head('mean'),
      head('log_variance'),
    ],
    outputs: ['mean', 'log_variance'],
  },
  G: chain('z', [3], 'x', [
    fullyConnected(24, 'bn relu'),
    reshape(3, 2, 4),
    transposedConv(4, 2, 3, 'sigmoid', { padding: 1 }),
  ]),
});

const randomPixels = (count: number, seed = 5) => {
  const next = numbers(seed);
  return Uint8Array.from({ length: count }, () => Math.floor(256 * next()));
};
const tensor = (shape: readonly number[], data: ArrayLike<number>): Tensor => ({
  shape,
  data: Float64Array.from(data),
});

describe('encoder', () => {
  it('runs a chain of networks on uint8 images, as plain loops do', async () => {
    const weights = randomWeights(small.networks);
    const pixels = randomPixels(2 * 72);
    const found = await run(encoderGraph(small, ['F', 'E'], weights), { image: bytes(pixels, [2, 6, 4, 3]) });
    expect(Object.keys(found)).toEqual(['mean', 'log_variance']);
    for (let i = 0; i < 2; i++) {
      const x = tensor(
        [6, 4, 3],
        Array.from(pixels.subarray(i * 72, (i + 1) * 72), (p) => p / 255),
      );
      const between = reference('F', small.networks.F!, weights, { x });
      const wanted = reference('E', small.networks.E!, weights, { features: between.features! });
      for (const name of ['mean', 'log_variance'])
        expect(apart(f32(found[name]).subarray(3 * i, 3 * i + 3), wanted[name]!.data)).toBeLessThan(TOLERANCE);
    }
  });

  it('has the inputs and outputs of the contract, only N open', () => {
    const graph = encoderGraph(small, ['F', 'E'], randomWeights(small.networks));
    expect(graph.inputs.map(({ name, type, shape }) => [name, type, shape])).toEqual([
      ['image', 'uint8', ['N', 6, 4, 3]],
    ]);
    expect(graph.outputs.map(({ name, type, shape }) => [name, type, shape])).toEqual([
      ['mean', 'float32', ['N', 3]],
      ['log_variance', 'float32', ['N', 3]],
    ]);
    expect(count(graph, 'Transpose')).toBe(1);
  });

  it('gives log_variance = 2 log_sigma', async () => {
    const { networks } = small;
    const E = JSON.parse(JSON.stringify(networks.E).replaceAll('log_variance', 'log_sigma')) as NetworkSpec;
    const weights = randomWeights(networks);
    const renamed = new Map([...weights].map(([name, w]) => [name.replace('log_variance', 'log_sigma'), w]));
    const image = bytes(randomPixels(72), [1, 6, 4, 3]);
    const variance = await run(encoderGraph(small, ['F', 'E'], weights), { image });
    const sigma = await run(encoderGraph({ ...small, networks: { ...networks, E } }, ['F', 'E'], renamed), { image });
    expect(Object.keys(sigma)).toEqual(['mean', 'log_variance']);
    expect(Array.from(f32(sigma.log_variance))).toEqual(Array.from(f32(variance.log_variance), (v) => 2 * v));
  });

  it('has no log_variance where the network has none, and leaves out what no output needs', () => {
    const E = { ...small.networks.E!, outputs: ['mean'] };
    const weights = randomWeights(small.networks);
    const graph = encoderGraph({ ...small, networks: { ...small.networks, E } }, ['F', 'E'], weights);
    expect(graph.outputs.map((output) => output.name)).toEqual(['mean']);
    expect([...graph.constants.keys()].filter((name) => name.includes('log_variance'))).toEqual([]);
  });

  it.each([
    [[0, 1], (p: number) => p / 255],
    [[-1, 1], (p: number) => (2 * p) / 255 - 1],
  ] as const)('brings every grey value to the range %j', async (range, scaled) => {
    // a 16x16 image with all 256 values, through the identity
    const identity = chain('x', [16, 16, 1], 'mean', [flatten()]);
    const architecture = imageArchitecture([16, 16, 1], 256, { E: identity }, range);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { mean } = await run(encoderGraph(architecture, ['E'], new Map()), { image: bytes(all, [1, 16, 16, 1]) });
    expect(apart(f32(mean), Array.from(all, scaled))).toBeLessThan(1.5e-7);
  });

  it('pads with the middle of nothing: zeros of the range, not of the pixels', async () => {
    const E = chain('x', [4, 4, 1], 'mean', [conv(3, 1, 1), flatten()]);
    const architecture = imageArchitecture([4, 4, 1], 16, { E }, [-1, 1]);
    const weights = randomWeights({ E });
    const pixels = randomPixels(16);
    const { mean } = await run(encoderGraph(architecture, ['E'], weights), { image: bytes(pixels, [1, 4, 4, 1]) });
    const x = tensor(
      [4, 4, 1],
      Array.from(pixels, (p) => (2 * p) / 255 - 1),
    );
    expect(apart(f32(mean), reference('E', E, weights, { x }).mean!.data)).toBeLessThan(TOLERANCE);
  });

  it('takes no image at all', async () => {
    const graph = encoderGraph(small, ['F', 'E'], randomWeights(small.networks));
    const { mean } = await run(graph, { image: bytes(new Uint8Array(0), [0, 6, 4, 3]) });
    expect(mean?.dims).toEqual([0, 3]);
  });
});

describe('decoder', () => {
  /** G whose image is the latent code itself. */
  const through = (range: readonly [number, number], n: number): ArchitectureSpec =>
    imageArchitecture([1, n, 1], n, { G: chain('z', [n], 'x', [reshape(1, n, 1)]) }, range);

  it('gives the image in [0,1] and its pixels', async () => {
    const weights = randomWeights(small.networks);
    const latent = [0.4, -1.2, 0.7];
    const graph = decoderGraph(small, ['G'], weights);
    expect(graph.outputs.map(({ name, type, shape }) => [name, type, shape])).toEqual([
      ['image', 'float32', ['N', 6, 4, 3]],
      ['pixels', 'uint8', ['N', 6, 4, 3]],
    ]);
    const { image, pixels } = await run(graph, { latent: floats(latent, [1, 3]) });
    const wanted = reference('G', small.networks.G!, weights, { z: tensor([3], latent) }).x!;
    expect(apart(f32(image), wanted.data)).toBeLessThan(TOLERANCE);
    expect(Array.from(u8(pixels))).toEqual(
      Array.from(f32(image), (v) => Math.floor(Math.fround(Math.fround(255 * v) + 0.5))),
    );
  });

  it('rounds halves up, clips what lies outside, and gives back every grey value', async () => {
    const cases: [value: number, pixel: number][] = [
      [0.5 / 255 - 1e-5, 0],
      [0.5, 128],
      [-0.2, 0],
      [1.7, 255],
      [254.4 / 255, 254],
      [254.6 / 255, 255],
      ...Array.from({ length: 256 }, (_, i): [number, number] => [i / 255, i]),
    ];
    const graph = decoderGraph(through([0, 1], cases.length), ['G'], new Map());
    const latent = floats(
      cases.map(([value]) => value),
      [1, cases.length],
    );
    const { image, pixels } = await run(graph, { latent });
    expect(Array.from(u8(pixels))).toEqual(cases.map(([, pixel]) => pixel));
    expect(Math.min(...f32(image))).toBe(0);
    expect(Math.max(...f32(image))).toBe(1);
  });

  it('brings the range [-1,1] back to [0,1]', async () => {
    const values = [-1.5, -1, -0.5, 0, 0.25, 1, 3];
    const graph = decoderGraph(through([-1, 1], values.length), ['G'], new Map());
    const { image, pixels } = await run(graph, { latent: floats(values, [1, values.length]) });
    expect(Array.from(f32(image))).toEqual([0, 0, 0.25, 0.5, 0.625, 1, 1]);
    expect(Array.from(u8(pixels))).toEqual([0, 0, 64, 128, 159, 255, 255]);
  });

  it('returns each grey value that went in: uint8 to network to uint8 over both ranges', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const range of [
      [0, 1],
      [-1, 1],
    ] as const) {
      const both = imageArchitecture(
        [16, 16, 1],
        256,
        {
          E: chain('x', [16, 16, 1], 'mean', [flatten()]),
          G: chain('z', [256], 'x', [reshape(16, 16, 1)]),
        },
        range,
      );
      const { mean } = await run(encoderGraph(both, ['E'], new Map()), { image: bytes(all, [1, 16, 16, 1]) });
      const { pixels } = await run(decoderGraph(both, ['G'], new Map()), { latent: mean! });
      expect(Array.from(u8(pixels))).toEqual(Array.from(all));
    }
  });
});

describe('a batch norm that is folded wrongly shows', () => {
  const weights = randomWeights(small.networks);
  const image = bytes(randomPixels(72), [1, 6, 4, 3]);
  const means = async (changed: typeof weights) =>
    f32((await run(encoderGraph(small, ['F', 'E'], changed), { image })).mean);

  for (const block of ['F.features.1', 'E.trunk.1', 'E.mean.2'])
    it.each(['scale', 'shift', 'running_mean', 'running_variance'])(`${block} %s`, async (statistic) => {
      const name = `${block}.batch-norm.${statistic}`;
      const before = weights.get(name)!;
      const changed = new Map(weights).set(name, { ...before, data: before.data.map((v) => v * 1.3) });
      expect(apart(await means(changed), await means(weights))).toBeGreaterThan(1e-3);
    });
});

describe('bytes', () => {
  it('are the same for the same weights, and others for others', () => {
    const make = (seed: number) => onnxBytes(encoderGraph(small, ['F', 'E'], randomWeights(small.networks, seed)));
    expect(Buffer.compare(make(1), make(1))).toBe(0);
    expect(Buffer.compare(make(1), make(2))).not.toBe(0);
  });
});

describe('refuses', () => {
  const weights = randomWeights(small.networks);
  const error = (code: string, message: RegExp) =>
    expect.objectContaining({ code, message: expect.stringMatching(message) });
  const pair: NetworkSpec = { ...small.networks.E!, inputs: { features: [3, 2, 4], z: [3] } };
  const flatImages: ArchitectureSpec = { ...small, data: { kind: 'image', shape: [72], range: [0, 1] } };
  const cases: [what: string, make: () => unknown, code: string, message: RegExp][] = [
    [
      'a chain whose network reads two things',
      () => encoderGraph({ ...small, networks: { ...small.networks, E: pair } }, ['F', 'E'], weights),
      'bad-architecture',
      /^E: .*one thing.*features, z/,
    ],
    ['images that are none', () => encoderGraph(flatImages, ['F', 'E'], weights), 'not-exportable', /\[72\]/],
    ['a network that is not there', () => encoderGraph(small, ['F', 'Q'], weights), 'bad-architecture', /"Q".*F, E, G/],
    [
      'networks that do not fit',
      () => encoderGraph(small, ['E'], weights),
      'bad-architecture',
      /E\.features.*3x2x4.*6x4x3/,
    ],
    ['a chain without codes', () => encoderGraph(small, ['F'], weights), 'bad-architecture', /"mean"/],
    ['a chain without images', () => decoderGraph(small, [], weights), 'bad-architecture', /no image/],
    [
      'codes of another size',
      () => encoderGraph({ ...small, latent: { size: 7, prior: 'normal' } }, ['F', 'E'], weights),
      'bad-architecture',
      /7 numbers/,
    ],
    [
      'a missing parameter',
      () => decoderGraph(small, ['G'], new Map()),
      'bad-weights',
      /^G\.x\.0\.fully-connected\.weight/,
    ],
  ];
  it.each(cases)('%s', (_, make, code, message) => {
    expect(make).toThrow(error(code, message));
  });

  it.each([
    ['shape', { shape: [24], data: new Float32Array(24) }],
    ['NaN', { shape: [3, 24], data: new Float32Array(72).fill(Number.NaN) }],
  ])('weights with a wrong %s', (_, wrong) => {
    const name = 'G.x.0.fully-connected.weight';
    expect(() => networkGraph('G', small.networks.G!, new Map(weights).set(name, wrong))).toThrow(
      error('bad-weights', /^G\.x\.0\.fully-connected\.weight/),
    );
  });

  it('a negative running variance', () => {
    const name = 'G.x.1.batch-norm.running_variance';
    const wrong = { shape: [24], data: new Float32Array(24).fill(-1) };
    expect(() => decoderGraph(small, ['G'], new Map(weights).set(name, wrong))).toThrow(
      error('bad-weights', /-1 at 0/),
    );
  });
});
