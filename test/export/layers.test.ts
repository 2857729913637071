/** Every layer kind in ONNX Runtime against plain loops in float64, all parameters and statistics at random. */
import { layerKinds } from '@alix/train/layers/index';
import {
  chain,
  conv,
  flatten,
  fullyConnected,
  type NetworkSpec,
  type Padding,
  type Row,
  reshape,
  transposedConv,
} from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { compare, count } from './support.js';

const TOLERANCE = 2e-5;
const net = (shape: readonly number[], ...rows: Row[]): NetworkSpec => chain('x', shape, 'y', rows);
const paddings: readonly Padding[] = [
  'same',
  'valid',
  1,
  [
    [0, 1],
    [2, 1],
  ],
];
const windows = [
  [1, 1],
  [3, 1],
  [4, 1],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 2],
  [5, 3],
] as const;

describe('conv', () => {
  for (const padding of paddings)
    it.each(windows)(`kernel %i, stride %i, padding ${JSON.stringify(padding)}`, async (kernel, stride) => {
      const { error } = await compare(net([7, 6, 3], conv(kernel, stride, 5, '', { padding })), { seed: kernel });
      expect(error).toBeLessThan(TOLERANCE);
    });

  it('takes windows, strides and paddings that differ between the axes', async () => {
    const row = conv([3, 2], [1, 2], 4, '', {
      padding: [
        [2, 0],
        [0, 1],
      ],
      bias: false,
    });
    expect((await compare(net([5, 8, 2], row))).error).toBeLessThan(TOLERANCE);
  });

  it("leaves pixels out where a window of 'same' is smaller than its stride", async () => {
    expect((await compare(net([7, 8, 2], conv(2, 3, 4)))).error).toBeLessThan(TOLERANCE);
  });
});

describe('transposed conv', () => {
  for (const padding of paddings)
    it.each(windows)(`kernel %i, stride %i, padding ${JSON.stringify(padding)}`, async (kernel, stride) => {
      const { error } = await compare(net([4, 5, 3], transposedConv(kernel, stride, 2, '', { padding })), {
        seed: kernel,
      });
      expect(error).toBeLessThan(TOLERANCE);
    });

  it('takes windows, strides and crops that differ between the axes', async () => {
    const row = transposedConv([5, 2], [2, 3], 4, '', {
      padding: [
        [3, 0],
        [0, 1],
      ],
      bias: false,
    });
    expect((await compare(net([4, 3, 2], row))).error).toBeLessThan(TOLERANCE);
  });

  it.each([
    [1, 2],
    [2, 3],
    [1, 4],
  ])("fills whole strides with 'same' where kernel %i is smaller than stride %i", async (kernel, stride) => {
    const { error, graph } = await compare(net([3, 4, 3], transposedConv(kernel, stride, 2, 'bn')));
    expect(error).toBeLessThan(TOLERANCE);
    expect(graph.outputs[0]?.shape).toEqual(['N', 3 * stride, 4 * stride, 2]);
  });
});

describe('fully connected', () => {
  it.each([true, false])('bias %s', async (bias) => {
    expect((await compare(net([6], fullyConnected(5, '', { bias })))).error).toBeLessThan(TOLERANCE);
  });

  it('reads an image in the order channels last, without a transposition', async () => {
    const { error, graph } = await compare(net([4, 5, 3], conv(3, 1, 4), fullyConnected(6)));
    expect(error).toBeLessThan(TOLERANCE);
    expect(count(graph, 'Transpose')).toBe(1);
  });
});

describe('activations', () => {
  const words = ['relu', 'lrelu(0.1)', 'lrelu(0.02)', 'sigmoid', 'tanh', 'softplus', 'dropout(0.5)'];
  it.each(words)('%s on vectors and on images', async (word) => {
    expect((await compare(net([9], fullyConnected(7, word)))).error).toBeLessThan(TOLERANCE);
    expect((await compare(net([4, 3, 2], conv(3, 1, 5, word)))).error).toBeLessThan(TOLERANCE);
  });

  it('softplus of large numbers', async () => {
    expect((await compare(net([4], fullyConnected(64, 'bn bn bn bn bn bn softplus')))).error).toBeLessThan(TOLERANCE);
  });
});

describe('maxout', () => {
  it('on vectors, on images, and on an image laid flat', async () => {
    expect((await compare(net([5], fullyConnected(12, 'maxout(3)'), fullyConnected(2)))).error).toBeLessThan(TOLERANCE);
    expect((await compare(net([4, 3, 2], conv(3, 1, 6, 'maxout(2)'), conv(2, 1, 3)))).error).toBeLessThan(TOLERANCE);
    expect(
      (await compare(net([4, 3, 2], conv(3, 1, 6), flatten(), fullyConnected(6, 'maxout(2)')))).error,
    ).toBeLessThan(TOLERANCE);
    const flat: NetworkSpec = {
      inputs: { x: [4, 3, 2] },
      blocks: [
        { name: 'a', from: ['x'], rows: [conv(3, 1, 6), flatten()] },
        { name: 'y', from: ['a'], rows: [fullyConnected(72, 'lrelu(0.1) maxout(4)'), reshape(3, 3, 2), conv(2, 1, 3)] },
      ],
      outputs: ['y'],
    };
    expect((await compare(flat)).error).toBeLessThan(TOLERANCE);
  });
});

describe('reshape and flatten', () => {
  it('keep the order of the numbers, channels last', async () => {
    expect((await compare(net([4, 6, 3], flatten()))).error).toBe(0);
    expect((await compare(net([4, 6, 3], reshape(6, 2, 6), reshape(72), reshape(3, 4, 6), flatten()))).error).toBe(0);
    expect((await compare(net([12], reshape(3, 4)))).error).toBe(0);
    expect((await compare(net([4, 6, 3], conv(3, 1, 4), reshape(6, 4, 4), conv(2, 1, 3)))).error).toBeLessThan(
      TOLERANCE,
    );
    expect((await compare(net([4, 6, 3], conv(3, 1, 4), flatten(), reshape(2, 12, 4), flatten()))).error).toBeLessThan(
      TOLERANCE,
    );
  });

  it('cost no transposition where the numbers come from, or go to, a fully connected layer', async () => {
    const rows = [fullyConnected(36, 'bn relu'), reshape(3, 3, 4), conv(3, 1, 4), flatten(), fullyConnected(3)];
    const { error, graph } = await compare(net([5], ...rows));
    expect(error).toBeLessThan(TOLERANCE);
    expect(count(graph, 'Transpose')).toBe(0);
  });

  it('make a column of features a picture of one pixel without a transposition', async () => {
    const { error, graph } = await compare(
      net([6], reshape(1, 1, 6), transposedConv(4, 1, 1, 'bn', { padding: 'valid' })),
    );
    expect(error).toBeLessThan(TOLERANCE);
    expect(count(graph, 'Transpose')).toBe(0);
  });
});

describe('batch norm', () => {
  const linear: Record<string, NetworkSpec> = {
    conv: net([5, 4, 3], conv(3, 2, 4, 'bn')),
    'conv without bias': net([5, 4, 3], conv(3, 2, 4, 'bn', { bias: false })),
    'conv, dropout between': net([5, 4, 3], conv(3, 2, 4, 'dropout(0.2) bn relu')),
    'transposed conv': net([3, 4, 3], transposedConv(3, 2, 4, 'bn')),
    'transposed conv without bias': net([3, 4, 3], transposedConv(3, 2, 4, 'bn', { bias: false })),
    'fully connected': net([5], fullyConnected(4, 'bn')),
    'fully connected without bias': net([5], fullyConnected(4, 'bn', { bias: false })),
    'fully connected that becomes an image': net([5], fullyConnected(18, 'bn relu'), reshape(3, 3, 2), conv(2, 1, 2)),
  };
  it.each(Object.entries(linear))('folds into %s', async (_, spec) => {
    const { error, graph } = await compare(spec);
    expect(error).toBeLessThan(TOLERANCE);
    expect(count(graph, 'Mul') + count(graph, 'Add')).toBe(0);
  });

  const alone: Record<string, NetworkSpec> = {
    'after an activation on vectors': net([5], fullyConnected(4, 'lrelu(0.2) bn')),
    'after an activation on images': net([5, 4, 3], conv(3, 2, 4, 'relu bn')),
    'after an activation on images that are laid flat': net(
      [5, 4, 3],
      conv(3, 1, 3, 'relu bn'),
      flatten(),
      fullyConnected(4),
    ),
    'after an activation that becomes an image': net(
      [5],
      fullyConnected(18, 'relu bn'),
      reshape(3, 3, 2),
      conv(2, 1, 2),
    ),
  };
  it.each(Object.entries(alone))('stands alone %s', async (_, spec) => {
    const { error, graph } = await compare(spec);
    expect(error).toBeLessThan(TOLERANCE);
    expect([count(graph, 'Mul'), count(graph, 'Add')]).toEqual([1, 1]);
  });

  it('folds only the first of two', async () => {
    const { error, graph } = await compare(net([5], fullyConnected(4, 'bn bn')));
    expect(error).toBeLessThan(TOLERANCE);
    expect([count(graph, 'Mul'), count(graph, 'Add')]).toEqual([1, 1]);
  });
});

it('the tests above name every kind of layer', () => {
  const tested =
    'conv transposed-conv fully-connected batch-norm relu leaky-relu sigmoid tanh softplus dropout maxout reshape flatten';
  expect(Object.keys(layerKinds).sort()).toEqual(tested.split(' ').sort());
});
