/** critic, features, masked_encoder and classifier: against plain loops, and their contracts. */
import {
  classifierGraph,
  criticGraph,
  criticObstacle,
  encoderGraph,
  featuresGraph,
  maskedEncoderGraph,
} from '@alix/export';
import { aliSvhn } from '@alix/train/architectures/ali-svhn';
import {
  type ArchitectureSpec,
  chain,
  conv,
  dropout,
  flatten,
  fullyConnected,
  maxPool,
  type NetworkSpec,
} from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { reference, type Tensor } from './reference.js';
import { apart, bytes, f32, floats, imageArchitecture, randomWeights, run } from './support.js';

const TOLERANCE = 2e-5;
const shape = [5, 4, 3] as const;
const pixels = Uint8Array.from({ length: 60 }, (_, i) => (i * 71 + 9) % 256);
const image = bytes(pixels, [1, ...shape]);
const scaled = ([low, high]: readonly [number, number]): Tensor => ({
  shape,
  data: Float64Array.from(pixels, (p) => low + ((high - low) * p) / 255),
});
const x = scaled([0, 1]);
const z: Tensor = { shape: [2], data: Float64Array.from([0.4, -1.3]) };
const latent = floats(z.data, [1, 2]);
const ports = (graph: ReturnType<typeof criticGraph>, side: 'inputs' | 'outputs') =>
  graph[side].map(({ name, type, shape }) => `${name} ${type} ${shape.join(',')}`);

const joint: NetworkSpec = {
  inputs: { x: shape, z: [2] },
  blocks: [
    { name: 'dx', from: ['x'], rows: [conv(3, 2, 4, 'bn lrelu(0.1)'), flatten()] },
    { name: 'dz', from: ['z'], rows: [fullyConnected(3, 'maxout(3)')] },
    { name: 'logit', from: ['dx', 'dz'], rows: [fullyConnected(4)] },
  ],
  outputs: ['logit'],
};

describe('critic', () => {
  it('of images and codes, as many logits as it has', async () => {
    const architecture = imageArchitecture(shape, 2, { D: joint });
    const weights = randomWeights({ D: joint });
    const graph = criticGraph(architecture, ['D'], weights);
    expect(ports(graph, 'inputs')).toEqual(['image uint8 N,5,4,3', 'latent float32 N,2']);
    expect(ports(graph, 'outputs')).toEqual(['logit float32 N,4']);
    const { logit } = await run(graph, { image, latent });
    expect(apart(f32(logit), reference('D', joint, weights, { x, z }).logit!.data)).toBeLessThan(TOLERANCE);
  });

  it('of images alone, in two halves, has no input for codes', async () => {
    const networks = {
      F: chain('x', shape, 'features', [conv(3, 1, 2, 'lrelu(0.1)')]),
      D: chain('features', [5, 4, 2], 'logit', [fullyConnected(6, 'lrelu(0.1) bn'), fullyConnected(1)]),
    };
    const weights = randomWeights(networks);
    const graph = criticGraph(imageArchitecture(shape, 2, networks, [-1, 1]), ['F', 'D'], weights);
    expect(ports(graph, 'inputs')).toEqual(['image uint8 N,5,4,3']);
    const { features } = reference('F', networks.F, weights, { x: scaled([-1, 1]) });
    const { logit } = await run(graph, { image });
    expect(apart(f32(logit), reference('D', networks.D, weights, { features: features! }).logit!.data)).toBeLessThan(
      TOLERANCE,
    );
  });

  it('that also reads features of a network M carries M inside', async () => {
    const networks: Record<string, NetworkSpec> = {
      M: chain('x', shape, 'features', [fullyConnected(3, 'relu')]),
      D: {
        inputs: { x: shape, z: [2], features: [3] },
        blocks: [
          { name: 'flat', from: ['x'], rows: [flatten()] },
          { name: 'logit', from: ['flat', 'z', 'features'], rows: [fullyConnected(4)] },
        ],
        outputs: ['logit'],
      },
    };
    const weights = randomWeights(networks);
    const architecture = imageArchitecture(shape, 2, networks);
    const { features } = reference('M', networks.M!, weights, { x });
    const wanted = reference('D', networks.D!, weights, { x, z, features: features! }).logit!.data;
    const { logit } = await run(criticGraph(architecture, ['M', 'D'], weights), { image, latent });
    expect(apart(f32(logit), wanted)).toBeLessThan(TOLERANCE);
    expect(criticObstacle(architecture, ['M', 'D'])).toBeUndefined();
  });

  it('says why it cannot be in a bundle', () => {
    const tuple = { ...joint, inputs: { ...joint.inputs, x2: shape, z2: [2] } };
    expect(criticObstacle(imageArchitecture(shape, 2, { D: tuple }), ['D'])).toMatch(/D reads x2/);
    expect(criticObstacle(imageArchitecture(shape, 1, { D: joint }), ['D'])).toMatch(/codes of 2.*have 1/);
  });
});

describe('features', () => {
  /** Five hidden layers on the way to the mean, one beside it, and rows that are none. */
  const E: NetworkSpec = {
    inputs: { x: shape },
    blocks: [
      { name: 'early', from: ['x'], rows: [dropout(0.2), conv(2, 1, 2, 'bn relu', { padding: 'valid' })] },
      { name: 'pooled', from: ['early'], rows: [maxPool(2, 1)] },
      { name: 'trunk', from: ['pooled'], rows: [conv(2, 1, 3, 'bn lrelu(0.1) dropout(0.2)'), conv(1, 1, 2)] },
      { name: 'log_sigma', from: ['trunk'], rows: [fullyConnected(7, 'tanh'), fullyConnected(2)] },
      { name: 'head', from: ['trunk'], rows: [fullyConnected(6, 'maxout(2)'), fullyConnected(4, 'lrelu(0.1) bn')] },
      { name: 'mean', from: ['head'], rows: [fullyConnected(2)] },
    ],
    outputs: ['log_sigma', 'mean'],
  };

  it('are the last three hidden layers on the way to the code, before their activations, and the code', async () => {
    const architecture = imageArchitecture(shape, 2, { E });
    const weights = randomWeights({ E });
    const graph = featuresGraph(architecture, ['E'], weights);
    // conv 3x2x3 after its batch norm, 6 before maxout, 4 before the activation that a batch norm follows, the mean
    expect(ports(graph, 'outputs')).toEqual(['features float32 N,30']);
    const cut = (blocks: NetworkSpec['blocks']) => ({ ...E, blocks, outputs: [blocks.at(-1)!.name] });
    const [early, pooled, trunk, , head] = E.blocks;
    const layer = (spec: NetworkSpec) => Object.values(reference('E', spec, weights, { x }))[0]!.data;
    const first = layer(cut([early!, pooled!, { ...trunk!, rows: [conv(2, 1, 3, 'bn')] }]));
    const second = layer(cut([early!, pooled!, trunk!, { ...head!, rows: [fullyConnected(6)] }]));
    const rows = [fullyConnected(6, 'maxout(2)'), fullyConnected(4)];
    const third = layer(cut([early!, pooled!, trunk!, { ...head!, rows }]));
    const { mean } = reference('E', E, weights, { x });
    const { features } = await run(graph, { image });
    expect(apart(f32(features), [...first, ...second, ...third, ...mean!.data])).toBeLessThan(TOLERANCE);
  });

  it('reach over networks of a chain, and are fewer where there are fewer', () => {
    const networks = {
      F: chain('x', shape, 'features', [conv(3, 2, 4, 'relu')]),
      E: chain('features', [3, 2, 4], 'mean', [fullyConnected(5, 'tanh'), fullyConnected(2)]),
    };
    const graph = featuresGraph(imageArchitecture(shape, 2, networks), ['F', 'E'], randomWeights(networks));
    expect(ports(graph, 'outputs')).toEqual([`features float32 N,${24 + 5 + 2}`]);
  });

  it("of ALI's SVHN nets are 4096 + 512 + 512 + 256 = 5376 numbers", () => {
    const architecture = aliSvhn.build(aliSvhn.options);
    const weights = randomWeights({ E: architecture.networks.E! });
    expect(ports(featuresGraph(architecture, ['E'], weights), 'outputs')).toEqual(['features float32 N,5376']);
  });
});

describe('masked encoder', () => {
  it.each([
    [[-1, 1], -2],
    [[0, 1], -0.5],
  ] as const)('puts the fill under the mask, in the range %j', async (range, under) => {
    const E: NetworkSpec = chain('x', shape, 'mean', [conv(3, 1, 2, 'relu'), fullyConnected(2)]);
    const architecture = imageArchitecture(shape, 2, { E }, range);
    const weights = randomWeights({ E });
    const graph = maskedEncoderGraph(architecture, ['E'], weights, -0.5);
    expect(ports(graph, 'inputs')).toEqual(['image uint8 N,5,4,3', 'mask float32 N,5,4,1']);
    expect(ports(graph, 'outputs')).toEqual(['mean float32 N,2']);
    const hidden = (pixel: number) => [5, 6, 9, 10].includes(pixel);
    const mask = Float32Array.from({ length: 20 }, (_, i) => (hidden(i) ? 1 : 0));
    const data = scaled(range).data.map((v, i) => (hidden(Math.floor(i / 3)) ? under : v));
    const { mean } = await run(graph, { image, mask: floats(mask, [1, 5, 4, 1]) });
    expect(apart(f32(mean), reference('E', E, weights, { x: { shape, data } }).mean!.data)).toBeLessThan(TOLERANCE);
    // an empty mask hides nothing
    const bare = await run(graph, { image, mask: floats(new Float32Array(20), [1, 5, 4, 1]) });
    const plain = await run(encoderGraph(architecture, ['E'], weights), { image });
    expect([...f32(bare.mean)]).toEqual([...f32(plain.mean)]);
  });
});

describe('classifier', () => {
  const networks = {
    M: chain('x', shape, 'features', [conv(3, 1, 2, 'bn relu'), maxPool(2, 2)]),
    C: chain('features', [2, 2, 2], 'logit', [fullyConnected(10)]),
  };
  const architecture: ArchitectureSpec = imageArchitecture(shape, 1, networks);
  const weights = randomWeights(networks);

  it('gives logits, and as features what its last network reads', async () => {
    const { features } = reference('M', networks.M, weights, { x });
    const graph = classifierGraph(architecture, ['M', 'C'], weights);
    expect(graph.name).toBe('classifier');
    expect(ports(graph, 'outputs')).toEqual(['logit float32 N,10', 'features float32 N,8']);
    const { logit, features: found } = await run(graph, { image });
    const wanted = reference('C', networks.C, weights, { features: features! }).logit!.data;
    expect(apart(f32(logit), wanted)).toBeLessThan(TOLERANCE);
    expect(apart(f32(found), features!.data)).toBeLessThan(TOLERANCE);
    // the features cost no weights: with the first network alone twice, there would be as many again
    const numbers = [...graph.constants.values()].map(({ data }) => data.length);
    expect(Math.max(...numbers)).toBe(80);
    expect(numbers.filter((n) => n === 80)).toHaveLength(1);
  });

  it('of one network gives no features', async () => {
    const whole = { C: chain('x', shape, 'logit', [fullyConnected(3)]) };
    const graph = classifierGraph(imageArchitecture(shape, 1, whole), ['C'], randomWeights(whole));
    expect(ports(graph, 'outputs')).toEqual(['logit float32 N,3']);
  });
});
