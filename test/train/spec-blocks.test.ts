/** Blocks that share layers, and the flow of an encoder, as they are planned. */
import { affineCoupling, conv, fullyConnected, type NetworkSpec, plan, planarFlow, reshape } from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

/** Two inputs through the same layer; the outputs are joined and read by a third. */
const siamese = (second: readonly number[] = [3]): NetworkSpec => ({
  inputs: { x: [3], x2: second },
  blocks: [
    { name: 'a', from: ['x'], rows: [fullyConnected(4, 'tanh')] },
    { name: 'b', from: ['x2'], rows: [], shares: 'a' },
    { name: 'logit', from: ['a', 'b'], rows: [fullyConnected(1)] },
  ],
  outputs: ['logit'],
});

describe('blocks that share', () => {
  it('have the parameters of the original, which are counted once', () => {
    const { parameters, parameterCount, blocks, flops } = plan('D', siamese());
    expect(parameters.map(({ name }) => name)).toEqual([
      'D.a.0.fully-connected.weight',
      'D.a.0.fully-connected.bias',
      'D.logit.0.fully-connected.weight',
      'D.logit.0.fully-connected.bias',
    ]);
    expect(parameterCount).toBe(3 * 4 + 4 + 8 + 1);
    expect(blocks.map(({ name, from }) => [name, ...from])).toEqual([
      ['a', 'x'],
      ['b', 'x2'],
      ['logit', 'a', 'b'],
    ]);
    // both uses are work: 2 x (24 + 4) and 16
    expect(flops).toBe(2 * (24 + 4) + 16);
  });

  it('may share what shares itself', () => {
    const spec: NetworkSpec = {
      inputs: { x: [3], y: [3], z: [3] },
      blocks: [
        { name: 'a', from: ['x'], rows: [fullyConnected(4)] },
        { name: 'b', from: ['y'], rows: [], shares: 'a' },
        { name: 'c', from: ['z'], rows: [], shares: 'b' },
      ],
      outputs: ['c'],
    };
    expect(plan('D', spec).blocks.map(({ output, layers }) => [output, layers[0]?.path])).toEqual(
      Array.from({ length: 3 }, () => [[4], 'D.a.0.fully-connected']),
    );
  });

  it('read the shape that the original reads', () => {
    expect(() => plan('D', siamese([5]))).toThrow(
      /D\.b: a block that shares D\.a\.0\.fully-connected reads another shape .expected 3, found 5/,
    );
    // as many numbers, and a layer that would take them: another shape all the same
    const images: NetworkSpec = {
      inputs: { x: [4, 4, 1], y: [2, 8, 1] },
      blocks: [
        { name: 'a', from: ['x'], rows: [conv(2, 1, 3)] },
        { name: 'b', from: ['y'], rows: [], shares: 'a' },
      ],
      outputs: ['b'],
    };
    expect(() => plan('D', images)).toThrow(/D\.b: .*D\.a\.0\.conv.*expected 4x4x1, found 2x8x1/);
  });

  it.each([
    ['a later block', 'logit', []],
    ['itself', 'b', []],
    ['nothing', 'other', []],
    ['rows of its own beside', 'a', [fullyConnected(2)]],
  ])('cannot have %s', (_, shares, rows) => {
    const { blocks, ...rest } = siamese();
    const changed = blocks.map((block) => (block.name === 'b' ? { ...block, shares, rows } : block));
    expect(() => plan('D', { ...rest, blocks: changed })).toThrow(/D\.b: a block that shares has no rows of its own/);
  });
});

const encoder = (d: number, ...flow: NonNullable<NetworkSpec['flow']>): NetworkSpec => ({
  inputs: { x: [6] },
  blocks: [
    { name: 'mean', from: ['x'], rows: [fullyConnected(d)] },
    { name: 'log_variance', from: ['x'], rows: [fullyConnected(d)] },
  ],
  outputs: ['mean', 'log_variance'],
  flow,
});

describe('the flow of an encoder', () => {
  it('reads the mean, and its parameters are the network’s', () => {
    const { flow, parameters, parameterCount } = plan('E', encoder(5, planarFlow(), affineCoupling(7, true)));
    expect(flow?.layers.map(({ path, output }) => [path, output])).toEqual([
      ['E.flow.0.planar-flow', [5]],
      ['E.flow.1.affine-coupling', [5]],
    ]);
    expect(parameters.map(({ name }) => name).slice(4)).toEqual([
      'E.flow.0.planar-flow.w',
      'E.flow.0.planar-flow.u',
      'E.flow.0.planar-flow.b',
      'E.flow.1.affine-coupling.hidden_weight',
      'E.flow.1.affine-coupling.hidden_bias',
      'E.flow.1.affine-coupling.out_weight',
      'E.flow.1.affine-coupling.out_bias',
    ]);
    // flipped, the second half [3] moves the first [2]
    expect(parameterCount).toBe(2 * (6 * 5 + 5) + (5 + 5 + 1) + (3 * 7 + 7 + 7 * 4 + 4));
  });

  it.each([
    [
      'one number cannot be halved',
      encoder(1, affineCoupling(4, false)),
      /E\.flow\.0\.affine-coupling.*least 2.*found 1/,
    ],
    ['an image is no vector', encoder(4, reshape(2, 2, 1), planarFlow()), /E\.flow\.1\.planar-flow.*found 2x2x1/],
    ['no hidden units', encoder(4, affineCoupling(0, false)), /E\.flow\.0\.affine-coupling.*hidden.*found 0/],
  ])('%s', (_, spec, message) => expect(() => plan('E', spec)).toThrow(message));
});

describeWithTensorflow('a network whose blocks share', () => {
  it('computes both uses, and both give gradients', async () => {
    const { forward } = await import('@alix/train/forward');
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const network = plan('D', siamese());
    const values = [
      [0.5, -0.2, 0.1, 0.3, 0.4, -0.6, 0.2, -0.1, -0.3, 0.7, 0.6, -0.5],
      [0.1, -0.2, 0.3, 0.4],
      [1, -0.5, 0.25, 0.75, -1, 0.5, 0.3, 0.2],
      [0.1],
    ];
    const parameters = new Map(network.parameters.map((p, i) => [p.name, tf.tensor(values[i]!, [...p.shape])]));
    const context = { ops: plain, training: true, uniform: tf.ones, observe: () => {}, remember: () => {} };
    const x = tf.tensor2d([[0.2, -0.4, 0.6]]);
    const x2 = tf.tensor2d([[-0.7, 0.1, 0.5]]);
    const { loss } = gradients(() => {
      const { logit } = forward(network, { x, x2 }, parameters, context, (parts) => tf.concat([...parts], -1));
      return { loss: { value: tf.sum(logit!), wrt: [parameters.get('D.a.0.fully-connected.weight')!, x, x2] } };
    });
    // by hand: logit = sum_k v_k tanh(x w_k + b_k) + v_(4+k) tanh(x2 w_k + b_k) + c
    const [w, b, v, c] = values as [number[], number[], number[], number[]];
    const inputs = [x, x2].map((t) => Array.from(t.dataSync()));
    const units = inputs.map((input) =>
      b.map((bias, k) => Math.tanh(input.reduce((sum, n, i) => sum + n * w[i * 4 + k]!, bias))),
    );
    const logit = units.flat().reduce((sum, unit, k) => sum + unit * v[k]!, c[0]!);
    expect(loss.value.dataSync()[0]).toBeCloseTo(logit, 5);
    const wanted = w.map((_, at) => {
      const [i, k] = [Math.floor(at / 4), at % 4];
      return units.reduce((sum, unit, use) => sum + v[4 * use + k]! * (1 - unit[k]! ** 2) * inputs[use]![i]!, 0);
    });
    Array.from(loss.gradients[0]!.dataSync()).forEach((g, i) => {
      expect(g, `weight ${i}`).toBeCloseTo(wanted[i]!, 5);
    });
  });
});
