/** The graph builder and the orders of values, below what an architecture can say. */
import { GraphBuilder } from '@alix/export/builder';
import { layerExports } from '@alix/export/layers/index';
import { plain, toChannelsFirst, toFlat, toPlain } from '@alix/export/value';
import { describe, expect, it } from 'vitest';
import { f32, floats, run } from './support.js';

const leaky = (graph: GraphBuilder, x: string, slope: number) =>
  graph.node('LeakyRelu', [x], 'y', ['N', 2], { alpha: { float: slope } });

describe('the builder', () => {
  it('makes equal nodes once, and others apart, however they are named', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', ['N', 2], '');
    expect([leaky(graph, x, 0.1), leaky(graph, x, 0.2), leaky(graph, x, 0.1)]).toEqual(['y', 'y.2', 'y']);
    expect([graph.scalar(0.5), graph.scalar(0.5), graph.scalar(2)]).toEqual(['value 0.5', 'value 0.5', 'value 2']);
  });

  it('keeps only what the outputs need, and gives them their names and order', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', ['N', 2], '');
    const kept = leaky(graph, x, 0.1);
    graph.node('Mul', [kept, graph.scalar(3)], 'unused', ['N', 2]);
    const outputs = ['a', 'b'].map((name, i) => ({ name, value: i === 0 ? kept : x, doc: '' }));
    const { nodes, constants, outputs: found } = graph.finish('g', '', outputs.reverse());
    expect(nodes.map(({ op, inputs, output }) => [op, ...inputs, output.name])).toEqual([
      ['LeakyRelu', 'x', 'a'],
      ['Identity', 'x', 'b'],
    ]);
    expect([constants.size, found.map((port) => port.name)]).toEqual([0, ['b', 'a']]);
  });
});

describe('an image laid flat, channels first', () => {
  const shape = [2, 3, 4];
  const image = Array.from({ length: 24 }, (_, i) => (i * 7) % 24);

  it('comes back in its own order', async () => {
    const graph = new GraphBuilder();
    const x = plain(graph.input('x', 'float32', ['N', ...shape], ''), shape);
    const flat = toFlat(graph, toChannelsFirst(graph, x));
    const back = toPlain(graph, flat);
    const outputs = [flat, back].map(({ name: value }, i) => ({ name: `${i}`, value, doc: '' }));
    const found = await run(graph.finish('g', '', outputs), { x: floats(image, [1, ...shape]) });
    // channel by channel: every fourth number
    const byChannel = [0, 1, 2, 3].flatMap((c) => image.filter((_, i) => i % 4 === c));
    expect([...f32(found[0])]).toEqual(byChannel);
    expect([...f32(found[1])]).toEqual(image);
  });

  it.each([
    ['maxout', { pieces: 2 }, Array.from({ length: 12 }, (_, i) => Math.max(image[2 * i]!, image[2 * i + 1]!))],
    ['batch-norm', {}, image.map((v, i) => (v - i / 8) * 2 + i)],
  ] as const)('%s still counts features channels last', async (kind, args, wanted) => {
    const graph = new GraphBuilder();
    const x = plain(graph.input('x', 'float32', ['N', ...shape], ''), shape);
    const values: Record<string, (i: number) => number> = {
      scale: () => 2,
      shift: (i) => i,
      running_mean: (i) => i / 8,
      running_variance: () => 1 - 1e-5,
    };
    const parameters = (name: string) => Float32Array.from({ length: 24 }, (_, i) => values[name]?.(i) ?? 0);
    const layer = { path: 'l', kind, args, input: [24], output: [24], parameters: [], flops: 0 };
    const context = { graph, name: 'l', parameters };
    const y = layerExports[kind].emit(toFlat(graph, toChannelsFirst(graph, x)), layer as never, context);
    const finished = graph.finish('g', '', [{ name: 'y', value: toPlain(graph, y).name, doc: '' }]);
    const found = f32((await run(finished, { x: floats(image, [1, ...shape]) })).y);
    expect(found.length).toBe(wanted.length);
    wanted.forEach((v, i) => {
      expect(found[i]).toBeCloseTo(v, 4);
    });
  });
});
