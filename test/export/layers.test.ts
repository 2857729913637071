/** Every layer kind in ONNX Runtime against plain loops in float64, all parameters and statistics at random. */
import { layerKinds } from '@alix/train/layers/index';
import {
  affineCoupling,
  chain,
  conv,
  flatten,
  fullyConnected,
  maxPool,
  type NetworkSpec,
  type Padding,
  planarFlow,
  type Row,
  rescale,
  reshape,
  resizeNearest,
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

const untied = { bias: 'untied' } as const;

describe('untied biases', () => {
  it.each([
    ['conv', net([5, 4, 3], conv(3, 2, 4, '', untied)), 1],
    ['conv, then batch norm', net([5, 4, 3], conv(3, 2, 4, 'bn relu', untied), conv(2, 1, 3)), 1],
    ['conv, then an activation and a batch norm', net([5, 4, 3], conv(3, 2, 4, 'relu bn', untied)), 2],
    ['transposed conv', net([3, 4, 3], transposedConv(4, 2, 2, 'sigmoid', untied)), 1],
    ['transposed conv, then batch norm', net([3, 4, 3], transposedConv(3, 2, 2, 'bn', untied)), 1],
    ['of one feature', net([3, 4, 3], transposedConv(4, 2, 1, 'tanh', untied)), 1],
    ['of one pixel', net([3, 3, 2], conv(3, 1, 4, 'bn', { ...untied, padding: 'valid' })), 0],
  ])('%s', async (_, spec, additions) => {
    const { error, graph } = await compare(spec);
    expect(error).toBeLessThan(TOLERANCE);
    expect(count(graph, 'Add')).toBe(additions);
  });
});

describe('spectral norm', () => {
  it.each([
    ['conv', net([5, 4, 3], conv(3, 2, 4, 'lrelu(0.2)', { spectral: true }))],
    ['conv, then batch norm', net([5, 4, 3], conv(3, 1, 4, 'bn', { spectral: true, bias: false }))],
    ['conv with untied bias and batch norm', net([5, 4, 3], conv(3, 1, 4, 'bn', { spectral: true, bias: 'untied' }))],
    ['fully connected', net([4, 3, 2], fullyConnected(5, 'relu', { spectral: true }), fullyConnected(1))],
    ['fully connected, then batch norm', net([6], fullyConnected(5, 'bn', { spectral: true }))],
    ['on an image as it lies', net([4, 3, 2], conv(2, 1, 3), fullyConnected(5, '', { spectral: true }))],
    ['before an image', net([6], fullyConnected(18, 'bn', { spectral: true }), reshape(3, 3, 2), conv(2, 1, 3))],
  ])('%s', async (_, spec) => expect((await compare(spec)).error).toBeLessThan(TOLERANCE));
});

describe('max pool', () => {
  it.each([
    [2, 2],
    [3, 2],
    [3, 1],
    [2, 3],
    [1, 2],
  ])('size %i, stride %i', async (size, stride) => {
    const rows = [maxPool(size, stride), conv(1, 1, 3)];
    expect((await compare(net([7, 6, 3], ...rows))).error).toBeLessThan(TOLERANCE);
    expect((await compare(net([7, 6, 3], conv(2, 1, 4, 'relu'), maxPool(size, stride), flatten()))).error).toBeLessThan(
      TOLERANCE,
    );
  });
});

describe('resize to the nearest', () => {
  it.each([
    [6, 5],
    [12, 10],
    [3, 2],
    [4, 7],
    [13, 5],
    [1, 1],
    [41, 49],
  ])('6x5 to %ix%i', async (height, width) => {
    expect((await compare(net([6, 5, 3], resizeNearest(height, width)))).error).toBe(0);
    const between = [conv(2, 1, 3), resizeNearest(height, width), conv(1, 1, 2, 'relu'), flatten()];
    expect((await compare(net([6, 5, 3], ...between))).error).toBeLessThan(TOLERANCE);
  });
});

it('rescale on vectors and on images', async () => {
  expect((await compare(net([9], rescale(2, -1)))).error).toBeLessThan(TOLERANCE);
  expect((await compare(net([4, 3, 2], conv(3, 1, 5), rescale(0.5, 0.25), conv(2, 1, 3)))).error).toBeLessThan(
    TOLERANCE,
  );
});

describe('flows', () => {
  it('planar', async () => {
    expect((await compare(net([7], planarFlow()))).error).toBeLessThan(TOLERANCE);
    expect((await compare(net([1], planarFlow(), planarFlow()))).error).toBeLessThan(TOLERANCE);
    expect((await compare(net([7], ...Array.from({ length: 12 }, planarFlow)))).error).toBeLessThan(TOLERANCE);
    expect(
      (await compare(net([4, 3, 2], conv(3, 1, 2), flatten(), planarFlow(), fullyConnected(3)))).error,
    ).toBeLessThan(TOLERANCE);
  });

  it.each([2, 5, 6])('affine coupling of %i numbers, both ways round', async (d) => {
    expect((await compare(net([d], affineCoupling(8, false)))).error).toBeLessThan(TOLERANCE);
    expect((await compare(net([d], affineCoupling(3, true)))).error).toBeLessThan(TOLERANCE);
    const both = [affineCoupling(8, false), affineCoupling(8, true), affineCoupling(8, false)];
    expect((await compare(net([d], ...both, fullyConnected(3)))).error).toBeLessThan(TOLERANCE);
  });
});

it('the tests above name every kind of layer', () => {
  const tested =
    'conv transposed-conv fully-connected batch-norm relu leaky-relu sigmoid tanh softplus dropout maxout reshape flatten ' +
    'max-pool resize-nearest rescale planar-flow affine-coupling';
  expect(Object.keys(layerKinds).sort()).toEqual(tested.split(' ').sort());
});
