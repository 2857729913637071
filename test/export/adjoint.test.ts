/** The gradient in refine.onnx, of every kind of layer: against central differences of plain loops in float64. */

import { decoderGraph, type TrainedModel } from '@alix/export';
import { backward } from '@alix/export/adjoint/backward';
import { adjoints } from '@alix/export/adjoint/index';
import type { AdjointRule } from '@alix/export/adjoint/rule';
import { GraphBuilder } from '@alix/export/builder';
import { graphsOf } from '@alix/export/graphs';
import { refineGraph } from '@alix/export/refine';
import { layerKinds } from '@alix/train/layers/index';
import { conv, fullyConnected, type NetworkSpec, plan, type Row, reshape, transposedConv } from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { cases, made, net } from './adjoint-cases.js';
import { checkRefine, decoded, lossOf, randomExamples, refined } from './adjoint-support.js';
import { apart, f32, floats, imageArchitecture, randomWeights, run } from './support.js';

const TOLERANCE = 1e-3;
const windows = [
  [1, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [2, 3],
  [5, 3],
] as const;
const paddings = [
  'same',
  'valid',
  1,
  [
    [0, 1],
    [2, 1],
  ],
] as const;

/** A decoder of images from its rows; what they make must be of this shape. */
async function check(
  d: number,
  shape: readonly [number, number, number],
  rows: Row[],
  range: readonly [number, number] = [0, 1],
) {
  const checked = await checkRefine(imageArchitecture(shape, d, { G: net(d, ...rows) }, range));
  expect(checked.loss).toBeLessThan(1e-5);
  expect(checked.slope).toBeLessThan(TOLERANCE);
  return checked.graph;
}

describe('the gradient of a decoder', () => {
  it.each(Object.entries(cases))('%s', async (_, rows) => {
    await check(4, made(4, rows), rows);
  });

  it('has every kind of layer among these', () => {
    const kinds = Object.values(cases).flatMap((rows) =>
      plan('G', net(4, ...rows)).blocks[0]!.layers.map(({ kind }) => kind),
    );
    expect([...new Set(kinds)].sort()).toEqual(Object.keys(layerKinds).sort());
  });

  for (const padding of paddings)
    it.each(windows)(
      `conv and transposed conv: kernel %i, stride %i, padding ${JSON.stringify(padding)}`,
      async (kernel, stride) => {
        const last = [transposedConv(4, 2, 2, 'tanh'), conv(1, 1, 1, 'sigmoid')];
        const down = [fullyConnected(84), reshape(7, 6, 2), conv(kernel, stride, 3, 'tanh', { padding }), ...last];
        await check(3, made(3, down), down);
        const up = [
          fullyConnected(40),
          reshape(5, 4, 2),
          transposedConv(kernel, stride, 3, 'tanh', { padding }),
          ...last,
        ];
        await check(3, made(3, up), up);
      },
    );

  it('of images on a range from -1 to 1', async () => {
    await check(5, [4, 4, 3], [reshape(1, 1, 5), transposedConv(4, 4, 3, 'tanh')], [-1, 1]);
  });

  it('stops at pixels that are clipped, and there only', async () => {
    const rows = [fullyConnected(5, 'tanh'), fullyConnected(18), reshape(3, 3, 2)];
    const architecture = imageArchitecture([3, 3, 2], 4, { G: net(4, ...rows) });
    const [example] = randomExamples(architecture, 1, 1);
    const image = decoded(
      architecture,
      ['G'],
      randomWeights({ G: net(4, ...rows) }),
      Float64Array.from(example!.latent),
    );
    const clipped = image.filter((v) => v === 0 || v === 1).length;
    expect([clipped > 3, clipped < 15]).toEqual([true, true]);
    await check(4, [3, 3, 2], rows);
  });
});

describe('decoders of several networks and blocks', () => {
  it('a value that several blocks read takes the gradients of all', async () => {
    const G: NetworkSpec = {
      inputs: { z: [3] },
      blocks: [
        { name: 'a', from: ['z'], rows: [fullyConnected(6, 'bn tanh')] },
        { name: 'b', from: ['a', 'z'], rows: [fullyConnected(6, 'softplus')] },
        { name: 'again', from: ['b'], rows: [fullyConnected(6, 'tanh')] },
        { name: 'twice', from: ['again', 'a', 'z'], rows: [fullyConnected(8), reshape(2, 2, 2)] },
        {
          name: 'image',
          from: ['a'],
          rows: [reshape(1, 2, 3), transposedConv([2, 1], 1, 1, 'tanh', { padding: 'valid' })],
        },
        { name: 'x', from: ['twice', 'image'], rows: [conv(3, 1, 3, 'sigmoid')] },
      ],
      outputs: ['x'],
    };
    const checked = await checkRefine(imageArchitecture([2, 2, 3], 3, { G }));
    expect(checked.loss).toBeLessThan(1e-5);
    expect(checked.slope).toBeLessThan(TOLERANCE);
  });

  it('runs through the mean of a Gaussian between two networks', async () => {
    const G2: NetworkSpec = {
      inputs: { z2: [2] },
      blocks: [
        { name: 'log_variance', from: ['z2'], rows: [fullyConnected(5)] },
        { name: 'mean', from: ['z2'], rows: [fullyConnected(5, 'tanh')] },
      ],
      outputs: ['log_variance', 'mean'],
    };
    const G = net(5, fullyConnected(6, 'sigmoid'), reshape(3, 2, 1));
    const checked = await checkRefine(imageArchitecture([3, 2, 1], 2, { G2, G }), ['G2', 'G']);
    expect(checked.slope).toBeLessThan(TOLERANCE);
  });

  it('that read noise are refined at none', async () => {
    const G: NetworkSpec = {
      inputs: { z: [3], noise: [2] },
      blocks: [
        {
          name: 'x',
          from: ['z', 'noise'],
          rows: [fullyConnected(6, 'tanh'), fullyConnected(4, 'sigmoid'), reshape(2, 2, 1)],
        },
      ],
      outputs: ['x'],
    };
    const architecture = imageArchitecture([2, 2, 1], 3, { G });
    const weights = randomWeights({ G });
    const examples = randomExamples(architecture, 2, 5);
    const { loss, gradient } = await refined(refineGraph(architecture, ['G'], weights), architecture, examples);
    // the same rows without the noise, whose columns of the weight are left out
    const quiet = { G: net(3, ...G.blocks[0]!.rows) };
    const { shape, data } = weights.get('G.x.0.fully-connected.weight')!;
    const first = { shape: [3, shape[1]!], data: data.slice(0, 3 * shape[1]!) };
    const others = new Map([...weights, ['G.x.0.fully-connected.weight', first]]);
    const plain = imageArchitecture([2, 2, 1], 3, quiet);
    const wanted = await refined(refineGraph(plain, ['G'], others), plain, examples);
    expect(apart(loss, wanted.loss)).toBeLessThan(1e-6);
    expect(apart(gradient, wanted.gradient)).toBeLessThan(1e-6);
    expect(Math.hypot(...gradient)).toBeGreaterThan(1e-4);
  });
});

describe('the file', () => {
  const rows = [fullyConnected(24, 'bn relu'), reshape(3, 2, 4), transposedConv(4, 2, 3, 'sigmoid')];
  const architecture = imageArchitecture([6, 4, 3], 4, { G: net(4, ...rows) });
  const weights = randomWeights(architecture.networks);
  const graph = refineGraph(architecture, ['G'], weights);

  it('has the inputs and outputs of the contract', () => {
    const ports = (side: 'inputs' | 'outputs') =>
      graph[side].map(({ name, type, shape }) => `${name} ${type} ${shape}`);
    expect(ports('inputs')).toEqual(['latent float32 N,4', 'target uint8 N,6,4,3', 'weight float32 N,6,4,1']);
    expect(ports('outputs')).toEqual(['loss float32 N', 'gradient float32 N,4']);
  });

  it("holds the decoder's weights once, and gives the decoder's loss", async () => {
    const numbersIn = ({ constants }: typeof graph) =>
      [...constants.values()].reduce((sum, { data }) => sum + data.length, 0);
    const decoder = decoderGraph(architecture, ['G'], weights);
    expect(numbersIn(graph) - numbersIn(decoder)).toBeLessThan(30);
    const examples = randomExamples(architecture, 3, 8);
    const latent = floats(
      examples.flatMap((example) => [...example.latent]),
      [3, 4],
    );
    const image = f32((await run(decoder, { latent })).image);
    const { loss } = await refined(graph, architecture, examples);
    examples.forEach((example, i) => {
      const own = Float64Array.from(image.subarray(i * 72, (i + 1) * 72));
      expect(loss[i]).toBeCloseTo(lossOf(own, example), 6);
    });
  });

  it('answers for each example alone what it answers for all together', async () => {
    const examples = randomExamples(architecture, 3, 8);
    const all = await refined(graph, architecture, examples);
    for (const [i, example] of examples.entries()) {
      const one = await refined(graph, architecture, [example]);
      expect(one.loss[0]).toBeCloseTo(all.loss[i]!, 6);
      expect(apart(one.gradient, all.gradient.subarray(4 * i, 4 * i + 4))).toBeLessThan(1e-6);
    }
  });
});

describe('largest values', () => {
  it('that are equal share the gradient', async () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', ['N', 2, 2, 1], '');
    const dy = graph.input('dy', 'float32', ['N', 1, 1, 1], '');
    const window = { kernel_shape: { ints: [2, 1] }, strides: { ints: [2, 1] } };
    const pooled = graph.node('MaxPool', [x], 'pooled', ['N', 2, 1, 1], window);
    const most = graph.node('ReduceMax', [pooled, graph.integers([1])], 'most', ['N', 1, 1, 1], {
      keepdims: { int: 1 },
    });
    const dx = backward(graph, most, dy, x);
    const { y } = await run(graph.finish('max', '', [{ name: 'y', value: dx, doc: '' }]), {
      x: floats([5, 5, 5, 1, 2, 7, 3, 7], [2, 2, 2, 1]),
      dy: floats([4, -6], [2, 1, 1, 1]),
    });
    // both channels are largest, and in the first both pixels are
    expect(Array.from(f32(y), (v) => v + 0)).toEqual([1, 1, 2, 0, 0, -3, 0, -3]);
  });
});

describe('an operator without a rule', () => {
  it('is named', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', ['N', 2], '');
    const y = graph.node('Floor', [x], 'y', ['N', 2]);
    expect(() => backward(graph, y, y, x)).toThrow(expect.objectContaining({ code: 'not-exportable' }));
    expect(() => backward(graph, y, y, x)).toThrow(/Floor/);
  });

  it('leaves refine.onnx out of the model, with the reason, and the decoder in', () => {
    const architecture = imageArchitecture([2, 2, 1], 3, { G: net(3, fullyConnected(4, 'tanh'), reshape(2, 2, 1)) });
    const model = {
      architecture,
      chains: { encoder: [], decoder: ['G'] },
      weights: randomWeights(architecture.networks),
    };
    const rules = adjoints as Record<string, AdjointRule | undefined>;
    const rule = rules.Tanh;
    try {
      rules.Tanh = undefined;
      const { graphs, omitted } = graphsOf(model as unknown as TrainedModel);
      expect([...graphs.keys()]).toEqual(['decoder']);
      expect(omitted).toEqual({ refine: expect.stringMatching(/Tanh has no gradient/) });
    } finally {
      rules.Tanh = rule;
    }
    expect([...graphsOf(model as unknown as TrainedModel).graphs.keys()]).toEqual(['decoder', 'refine']);
  });
});
