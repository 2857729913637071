/** What the training benchmark computes: work of kernels, tables, layouts, the choice of PyTorch's setting. Speeds are not tested. */

import { chain, conv, flatten, fullyConnected, plan, reshape } from '@alix/train/spec';
import type { NodeBackend } from '@alix/train/tensorflow/load';
import { describe, expect, test } from 'vitest';
import { agreement } from './peers.js';
import { caseOf } from './training/cases.js';
import { describe as described, flopsOf, kernelsOf } from './training/kernels.js';
import { permuted, torchParameters } from './training/layout.js';
import { kernelSummary, type Profile, partTable, rateLines, table } from './training/profile.js';
import { type OpCall, Recorder } from './training/recorder.js';
import { fastestSetting, type Setting } from './training/settings.js';

const FLOAT = 1;
const INT = 3;
const attribute = (name: string, value: boolean | string | readonly number[]) => ({ name, type: 0, value });
const float = (...shape: number[]) => ({ shape, dtype: FLOAT });
const sizes = (...numbers: number[]) => ({ shape: [numbers.length], dtype: INT, numbers });

function call(
  op: string,
  inputs: OpCall['inputs'],
  output: OpCall['inputs'][number],
  ...attributes: OpCall['attributes']
) {
  return { op, inputs, outputs: [output], attributes, ms: 2 } satisfies OpCall;
}

const window = [attribute('strides', [1, 2, 2, 1]), attribute('padding', 'SAME')];

describe('floating-point operations of a kernel', () => {
  // 2 x 100 x 7 x 7 outputs x 128 features x a window of 4 x 4 x 64, whichever of its three products it is
  const same = 2 * 100 * 7 * 7 * 128 * 4 * 4 * 64;
  const [x, w, y] = [float(100, 14, 14, 64), float(4, 4, 64, 128), float(100, 7, 7, 128)];

  test('of a convolution and its gradients', () => {
    expect(same).toBe(1_284_505_600);
    expect(flopsOf(call('Conv2D', [x, w], y, ...window))).toBe(same);
    expect(flopsOf(call('Conv2DBackpropInput', [sizes(100, 14, 14, 64), w, y], x, ...window))).toBe(same);
    expect(flopsOf(call('Conv2DBackpropFilter', [x, sizes(4, 4, 64, 128), y], w, ...window))).toBe(same);
  });

  test('of matrix products, transposed or not, alone or many at once', () => {
    const flops = 2 * 100 * 6272 * 1024;
    expect(flopsOf(call('MatMul', [float(100, 6272), float(6272, 1024)], float(100, 1024)))).toBe(flops);
    const b = attribute('transpose_b', true);
    expect(flopsOf(call('MatMul', [float(100, 1024), float(6272, 1024)], float(100, 6272), b))).toBe(flops);
    const a = attribute('transpose_a', true);
    expect(flopsOf(call('MatMul', [float(100, 6272), float(100, 1024)], float(6272, 1024), a))).toBe(flops);
    expect(flopsOf(call('BatchMatMulV2', [float(3, 4, 5), float(3, 5, 6)], float(3, 4, 6)))).toBe(2 * 3 * 4 * 5 * 6);
  });

  test('other ops are no products', () => {
    expect(flopsOf(call('Relu', [x], x))).toBeUndefined();
  });

  test('calls that do the same work are one kernel, those with most work first', () => {
    const product = call('MatMul', [float(2, 3), float(3, 4)], float(2, 4));
    const one = call('Conv2D', [x, w], y, ...window);
    const kernels = kernelsOf([product, one, call('Relu', [x], x), product, one, one, one], 2);
    expect(kernels.map(({ count, flops, msInStep }) => [count, flops, msInStep])).toEqual([
      [2, same, 2],
      [1, 48, 2],
    ]);
    expect(kernels.map((kernel) => described(kernel.call))).toEqual([
      'Conv2D 100x14x14x64, 4x4x64x128 -> 100x7x7x128, stride 2x2, SAME',
      'MatMul 2x3, 3x4 -> 2x4',
    ]);
  });
});

test('the recorder sees every call with the shapes of its inputs, and the numbers of sizes', () => {
  let id = 0;
  const alive = new Set<number>();
  const make = () => {
    alive.add(++id);
    return id;
  };
  // as the addon's own functions: properties that cannot be changed
  const binding = Object.defineProperties(
    {},
    {
      createTensor: { value: make },
      deleteTensor: { value: (tensor: number) => alive.delete(tensor) },
      tensorDataSync: { value: () => new Float32Array(1) },
      executeOp: { value: () => [{ id: make(), shape: [5], dtype: FLOAT }] },
      getNumOfTensors: { value: () => alive.size },
      TF_FLOAT: { value: FLOAT },
    },
  );
  const backend = { binding } as unknown as NodeBackend;
  const recorder = new Recorder(backend);
  const watched = backend.binding as unknown as typeof recorder.binding & { TF_FLOAT: number };
  const x = watched.createTensor([2, 3], FLOAT, new Float32Array(6));
  recorder.start();
  const shape = watched.createTensor([2], INT, Int32Array.of(3, 2));
  const [made] = watched.executeOp('Reshape', [], [x, shape], 1);
  watched.executeOp('Relu', [], [made!.id], 1);
  watched.deleteTensor(shape);
  const { calls, transfers, tensorsMore } = recorder.stop();
  watched.executeOp('Relu', [], [x], 1);
  expect(watched.TF_FLOAT).toBe(FLOAT);
  expect(calls.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
    ['Reshape', [float(2, 3), sizes(3, 2)], [float(5)]],
    ['Relu', [float(5)], [float(5)]],
  ]);
  expect([transfers.createTensor.count, transfers.deleteTensor.count, transfers.tensorDataSync.count]).toEqual([
    1, 1, 0,
  ]);
  expect(tensorsMore).toBe(2);
});

const profile: Profile = {
  batch: 100,
  threads: 2,
  stepMs: 200,
  flopsPerStep: 30e9,
  peaks: [240, 250],
  kernels: [
    { name: 'MatMul big', count: 2, flops: 10e9, msAlone: 50, msInStep: 60 },
    { name: 'Conv2D small', count: 10, flops: 1e9, msAlone: 8, msInStep: 9 },
  ],
  ops: [
    { name: 'MatMul', count: 2, ms: 120 },
    { name: 'Conv2D', count: 10, ms: 60 },
    { name: 'Neg', count: 1, ms: 0.1 },
  ],
  others: [{ name: 'createTensor', count: 5, ms: 10 }],
  recordedMs: 210,
  tensorsMade: 17,
  tensorsMore: 0,
};

test('a profile: rates, shares and what JavaScript took', () => {
  // 30 GFLOP in 200 ms are 150 GFLOP/s; the kernels reach 200 and 125 alone; 2 x 50 + 10 x 8 ms are 180 of 200
  expect(kernelSummary(profile)).toEqual({
    flops: 30e9,
    aloneMs: 180,
    highest: 200,
    reached: 150,
    shareOfHighest: 0.75,
    aloneShare: 0.9,
  });
  expect(rateLines(profile)[0]).toContain('30.00 GFLOP counted from the rows: 150.0 GFLOP/s');
  expect(rateLines(profile)[1]).toContain('240 before and 250 after, GFLOP/s: the step is at 60 %');
  const parts = partTable(profile);
  // 210 - 120 - 60 - 0.1 - 10
  expect(parts.find((line) => line.includes('JavaScript'))).toMatch(/^ *19\.90 +9\.5 %/);
  expect(parts.find((line) => line.includes('all ops'))).toMatch(/^ *180\.10 +85\.8 % +13 /);
  expect(parts.find((line) => line.includes('1 others'))).toMatch(/^ *0\.10 /);
});

test('a table is aligned', () => {
  expect(
    table(
      ['a', 'what'],
      [
        ['100', 'x'],
        ['7', 'long'],
      ],
    ),
  ).toEqual(['  a  what', '100  x', '  7  long']);
});

test('axes in another order', () => {
  // [2,3]: 0 1 2 / 3 4 5
  expect([...permuted(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3], [1, 0])]).toEqual([0, 3, 1, 4, 2, 5]);
  // [1,2,2] height, width, channels -> channels first
  expect([...permuted(Float32Array.of(10, 20, 11, 21), [1, 2, 2], [2, 0, 1])]).toEqual([10, 11, 20, 21]);
});

test("parameters in PyTorch's layout, over what is flattened and what is reshaped", () => {
  const count = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  const numbered = (shape: readonly number[]) => Float32Array.from({ length: count(shape) }, (_, i) => i);
  const shapes = new Map<string, readonly number[]>();
  const read = (name: string) => numbered(shapes.get(name) ?? []);
  const planned = (...rows: Parameters<typeof chain>[3][number][]) => {
    const network = plan('N', chain('x', [1, 2, 3], 'y', rows));
    for (const { name, shape } of network.parameters) shapes.set(name, shape);
    return torchParameters(network, read).map((numbers) => [...numbers]);
  };
  // [1,2,3,2] -> [2,3,1,2]
  expect(planned(conv([1, 2], 1, 2, '', { padding: 'valid', bias: false }))).toEqual([
    [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11],
  ]);
  // rows are pixel 0 channels 0 1 2, pixel 1 channels 0 1 2; PyTorch flattens channel by channel
  expect(planned(flatten(), fullyConnected(1))).toEqual([[0, 3, 1, 4, 2, 5], [0]]);
  // 4 outputs become two pixels of two channels: columns 0 2 1 3, and so do bias, scale and shift
  expect(planned(fullyConnected(4, 'bn'), reshape(1, 2, 2)).map((numbers) => numbers.slice(0, 4))).toEqual([
    [0, 12, 4, 16],
    [0, 2, 1, 3],
    [0, 2, 1, 3],
    [0, 2, 1, 3],
  ]);
});

test('vectors side by side keep their places', () => {
  const blocks = [
    { name: 'a', from: ['x'], rows: [flatten()] },
    { name: 'b', from: ['z'], rows: [] },
    { name: 'y', from: ['a', 'b'], rows: [fullyConnected(2, '', { bias: false })] },
  ];
  const rows = Float32Array.of(0, 1, 2, 3, 4, 5);
  const network = plan('N', { inputs: { x: [1, 1, 2], z: [1] }, blocks, outputs: ['y'] });
  expect([...(torchParameters(network, () => rows)[0] ?? [])]).toEqual([0, 2, 4, 1, 3, 5]);
  const map = plan('N', { inputs: { x: [1, 2, 1], z: [1] }, blocks, outputs: ['y'] });
  expect(() => torchParameters(map, () => rows)).toThrow('no layout');
  expect(() => permuted(rows, [2, 2], [1, 0])).toThrow('6 numbers are no 2,2');
});

describe("PyTorch's fastest setting", () => {
  const trialOf = (rates: Record<string, number>, tried: string[] = []) => {
    return async ({ name }: Setting) => {
      tried.push(name);
      const rate = rates[name];
      if (rate === undefined) throw new Error('no compiler');
      return rate;
    };
  };

  test('those faster than eager are tried together, of two that exclude each other the better', async () => {
    const tried: string[] = [];
    const rates = { eager: 10, 'fused Adam': 11, 'channels-last': 9, 'networks compiled': 12, 'losses compiled': 13 };
    const both = 'losses compiled + fused Adam';
    const chosen = await fastestSetting('images', trialOf({ ...rates, [both]: 14 }, tried), () => undefined, 1);
    expect(tried).toEqual([...Object.keys(rates), both]);
    expect(chosen).toEqual({ name: both, options: ['--compile', 'losses', '--fused-adam'] });
    expect((await fastestSetting('images', trialOf({ ...rates, [both]: 1 }), () => undefined)).name).toBe(
      'losses compiled',
    );
  });

  test('a trial that fails is said and not repeated; eager mode must run', async () => {
    const printed: string[] = [];
    const tried: string[] = [];
    const chosen = await fastestSetting('points', trialOf({ eager: 10, 'fused Adam': 9 }, tried), (line) =>
      printed.push(line),
    );
    expect(chosen.name).toBe('eager');
    expect(tried.filter((name) => name === 'losses compiled')).toHaveLength(1);
    expect(tried).not.toContain('channels-last');
    expect(printed).toContain('trial of losses compiled failed: no compiler');
    expect(printed.at(-1)).toBe("PyTorch's settings: eager 10.0, fused Adam 9.0 points/s");
    await expect(fastestSetting('points', trialOf({}), () => undefined)).rejects.toThrow('no compiler');
  });
});

test('the sides agree, or one line says where they do not', () => {
  const alix = { parameters: { G: 3, D: 2 }, losses: [[1, 2]] as const };
  const peer = { parameters: { D: 2, G: 3 }, losses: [[1, 1.5]] as const };
  expect(agreement(alix, peer, [0, 0.5])).toContain('D 2, G 3 on both sides');
  expect(() => agreement(alix, peer)).toThrow("step 1: alix's actor loss is 2, the peer's 1.5");
  expect(() => agreement(alix, { ...peer, parameters: { D: 2, G: 4 } })).toThrow('the peer D 2, G 4');
  expect(() => agreement(alix, { ...peer, losses: [] })).toThrow("the peer's NaN");
  // a later loss may differ by a twentieth of how far it has moved
  const later = (loss: number) => ({ ...alix, losses: [[1, 2] as const, [loss, 2] as const] });
  expect(agreement(later(1.5), later(1.52))).toContain('losses of 2 steps');
  expect(() => agreement(later(1.5), later(1.53))).toThrow("step 2: alix's critic loss");
  expect(() => agreement(later(1.0001), later(1.0002))).toThrow('step 2');
});

test('an unknown case is an error that lists the cases', () => {
  expect(() => caseOf('cifar')).toThrow('there is no case called "cifar"; there are mnist, dali64, ali-cifar10, toy');
});
