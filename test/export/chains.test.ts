/** What passes between the networks of encoders and decoders: codes, noise at zero, flows, shared layers, points. */
import { decoderGraph, encoderGraph } from '@alix/export';
import {
  type ArchitectureSpec,
  affineCoupling,
  chain,
  conv,
  flatten,
  fullyConnected,
  type NetworkSpec,
  planarFlow,
  reshape,
} from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { reference, type Tensor } from './reference.js';
import { apart, bytes, count, f32, floats, imageArchitecture, numbers, randomWeights, run } from './support.js';

const TOLERANCE = 2e-5;
const shape = [4, 3, 1] as const;
const pixels = Uint8Array.from({ length: 12 }, (_, i) => (i * 53 + 20) % 256);
const image = bytes(pixels, [1, ...shape]);
const x: Tensor = { shape, data: Float64Array.from(pixels, (p) => p / 255) };
const vector = (...data: number[]): Tensor => ({ shape: [data.length], data: Float64Array.from(data) });

/** A Gaussian network from one input; the variances first, so that the order of outputs does not decide. */
const gaussian = (input: string, from: readonly number[], to: number, name = 'log_variance'): NetworkSpec => ({
  inputs: { [input]: from },
  blocks: [
    { name: 'trunk', from: [input], rows: [fullyConnected(6, 'tanh')] },
    { name, from: ['trunk'], rows: [fullyConnected(to)] },
    { name: 'mean', from: ['trunk'], rows: [fullyConnected(to)] },
  ],
  outputs: [name, 'mean'],
});

describe('stacked codes', () => {
  const architecture = imageArchitecture(shape, 2, {
    E: gaussian('x', shape, 5),
    E2: gaussian('z1', [5], 2, 'log_sigma'),
    G2: gaussian('z2', [2], 5),
    G: chain('z', [5], 'x', [fullyConnected(12, 'sigmoid'), reshape(...shape)]),
  });
  const weights = randomWeights(architecture.networks);
  const { E, E2, G2, G } = architecture.networks as Record<string, NetworkSpec>;

  it('the encoder passes the mean of the first on, and puts out mean and variance of the second', async () => {
    const found = await run(encoderGraph(architecture, ['E', 'E2'], weights), { image });
    const z1 = reference('E', E!, weights, { x }).mean!;
    const { mean, log_sigma } = reference('E2', E2!, weights, { z1 });
    expect(apart(f32(found.mean), mean!.data)).toBeLessThan(TOLERANCE);
    expect(
      apart(
        f32(found.log_variance),
        log_sigma!.data.map((v) => 2 * v),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it('the decoder reads what the first makes of the code as its z, not the code', async () => {
    const found = await run(decoderGraph(architecture, ['G2', 'G'], weights), { latent: floats([0.3, -1.1], [1, 2]) });
    const z = reference('G2', G2!, weights, { z2: vector(0.3, -1.1) }).mean!;
    expect(apart(f32(found.image), reference('G', G!, weights, { z }).x!.data)).toBeLessThan(TOLERANCE);
  });

  it('a deterministic end has no variance, though a network before it has one', () => {
    const networks = { ...architecture.networks, E2: chain('z1', [5], 'mean', [fullyConnected(2)]) };
    const graph = encoderGraph({ ...architecture, networks }, ['E', 'E2'], randomWeights(networks));
    expect(graph.outputs.map(({ name }) => name)).toEqual(['mean']);
  });
});

describe('a decoder with a likelihood', () => {
  it('shows its image; the scales have no place in the file', async () => {
    const G: NetworkSpec = {
      inputs: { z: [2] },
      blocks: [
        { name: 'trunk', from: ['z'], rows: [fullyConnected(6, 'relu')] },
        { name: 'log_scale', from: ['trunk'], rows: [fullyConnected(12), reshape(...shape)] },
        { name: 'x', from: ['trunk'], rows: [fullyConnected(12, 'tanh'), reshape(...shape)] },
      ],
      outputs: ['x', 'log_scale'],
    };
    const architecture = imageArchitecture(shape, 2, { G }, [-1, 1]);
    const weights = randomWeights({ G });
    const graph = decoderGraph(architecture, ['G'], weights);
    const found = await run(graph, { latent: floats([1, -2], [1, 2]) });
    const wanted = reference('G', G, weights, { z: vector(1, -2) }).x!.data.map((v) => (v + 1) / 2);
    expect(apart(f32(found.image), wanted)).toBeLessThan(TOLERANCE);
    expect([...graph.constants.keys()].filter((name) => name.includes('log_scale'))).toEqual([]);
  });
});

describe('an encoder that reads noise', () => {
  const rows = [fullyConnected(5, 'tanh'), fullyConnected(2)];
  const implicit: NetworkSpec = {
    inputs: { x: shape, noise: [3] },
    blocks: [
      { name: 'flat', from: ['x'], rows: [flatten()] },
      { name: 'sample', from: ['flat', 'noise'], rows },
    ],
    outputs: ['sample'],
  };
  const noisyImage: NetworkSpec = {
    inputs: { x: shape, noise: [4, 3, 2] },
    blocks: [{ name: 'sample', from: ['x', 'noise'], rows: [conv(3, 1, 2, 'relu'), flatten(), ...rows] }],
    outputs: ['sample'],
  };
  it.each([
    ['beside a vector', implicit],
    ['beside an image', noisyImage],
  ])('%s gives the code of no noise, for any number of images', async (_, E) => {
    const weights = randomWeights({ E });
    const graph = encoderGraph(imageArchitecture(shape, 2, { E }), ['E'], weights);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['image']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['mean']);
    const size = E.inputs.noise!.reduce((product, n) => product * n, 1);
    const noise = { shape: E.inputs.noise!, data: new Float64Array(size) };
    const wanted = [...reference('E', E, weights, { x, noise }).sample!.data];
    const twice = bytes(Uint8Array.from([...pixels, ...pixels]), [2, ...shape]);
    expect(apart(f32((await run(graph, { image: twice })).mean), [...wanted, ...wanted])).toBeLessThan(TOLERANCE);
    // another noise would give another code
    const other = reference('E', E, weights, { x, noise: { ...noise, data: noise.data.fill(1) } }).sample!.data;
    expect(apart(other, wanted)).toBeGreaterThan(1e-2);
  });
});

describe('an encoder with a flow', () => {
  it.each([
    ['planar', [planarFlow(), planarFlow(), planarFlow()]],
    ['affine', [affineCoupling(4, false), affineCoupling(4, true)]],
  ])('%s: the code is where it takes the mean, and there is no variance', async (_, flow) => {
    const E = { ...gaussian('x', shape, 3), flow };
    const weights = randomWeights({ E });
    const graph = encoderGraph(imageArchitecture(shape, 3, { E }), ['E'], weights);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['mean']);
    const { mean } = await run(graph, { image });
    // the same rows as a chain of their own behind the mean of the Gaussian
    const before = reference('E', gaussian('x', shape, 3), weights, { x }).mean!;
    const after = reference('E', chain('z', [3], 'flow', flow), weights, { z: before }).flow!;
    expect(apart(f32(mean), after.data)).toBeLessThan(TOLERANCE);
    expect(apart(before.data, after.data)).toBeGreaterThan(1e-2);
  });
});

describe('blocks that share their layers', () => {
  it('compute with the same weights, which the file holds once', async () => {
    const E: NetworkSpec = {
      inputs: { x: [2] },
      blocks: [
        { name: 'a', from: ['x'], rows: [fullyConnected(2, 'bn tanh')] },
        { name: 'b', from: ['a'], rows: [], shares: 'a' },
        { name: 'mean', from: ['a', 'b'], rows: [fullyConnected(2)] },
      ],
      outputs: ['mean'],
    };
    const architecture: ArchitectureSpec = {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: 2, prior: 'normal' },
      networks: { E },
    };
    const weights = randomWeights({ E });
    const graph = encoderGraph(architecture, ['E'], weights);
    const points = [0.7, -2.5];
    const { mean } = await run(graph, { points: floats(points, [1, 2]) });
    expect(apart(f32(mean), reference('E', E, weights, { x: vector(...points) }).mean!.data)).toBeLessThan(TOLERANCE);
    expect(count(graph, 'Gemm')).toBe(3);
    expect([...graph.constants.keys()].filter((name) => name.startsWith('E.a')).length).toBe(2);
  });
});

describe('points', () => {
  it('go in and come out as they are, whatever range the architecture names', async () => {
    const next = numbers(4);
    const networks = {
      E: chain('x', [2], 'mean', [fullyConnected(3)]),
      G: chain('z', [3], 'x', [fullyConnected(4, 'relu'), fullyConnected(2)]),
    };
    const weights = randomWeights(networks);
    const architecture: ArchitectureSpec = {
      data: { kind: 'points', shape: [2], range: [-1, 1] },
      latent: { size: 3, prior: 'uniform' },
      networks,
    };
    const points = [5 * next(), -5 * next()];
    const { mean } = await run(encoderGraph(architecture, ['E'], weights), { points: floats(points, [1, 2]) });
    const z = reference('E', networks.E, weights, { x: vector(...points) }).mean!;
    expect(apart(f32(mean), z.data)).toBeLessThan(TOLERANCE);
    const decoder = decoderGraph(architecture, ['G'], weights);
    expect(decoder.outputs.map(({ name, shape }) => [name, shape])).toEqual([['points', ['N', 2]]]);
    const made = await run(decoder, { latent: floats(z.data, [1, 3]) });
    expect(apart(f32(made.points), reference('G', networks.G, weights, { z }).x!.data)).toBeLessThan(TOLERANCE);
  });
});
