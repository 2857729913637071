/** Layers of flows: their determinants against numeric Jacobians, their inverses, and what they start as. */

import { createRandom } from '@alix/infer/io/random';
import { type InitialiserSettings, initialValue } from '@alix/train/initialise';
import { layerKinds } from '@alix/train/layers/index';
import type { FlowLayer, ForwardContext, ParameterSpec, Transformed } from '@alix/train/layers/layer';
import { affineCoupling, fullyConnected, type NetworkSpec, plan, planarFlow, type Row, size } from '@alix/train/spec';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const random = createRandom('flows');

/** A planned flow on [d] and its parameters, by default all drawn from a normal distribution. */
async function flowOn(d: number, rows: readonly Row[], value?: (spec: ParameterSpec) => Float32Array) {
  const { flowOf } = await import('@alix/train/flow');
  const { plain } = await import('@alix/train/tensorflow/ops/plain');
  const spec: NetworkSpec = {
    inputs: { x: [d] },
    blocks: [{ name: 'mean', from: ['x'], rows: [fullyConnected(d)] }],
    outputs: ['mean'],
    flow: rows,
  };
  const network = plan('E', spec);
  const parameters = new Map(
    network.parameters.map((p) => [p.name, tf.tensor(value ? value(p) : random.normal(size(p.shape)), [...p.shape])]),
  );
  const context: ForwardContext = {
    ops: plain,
    training: true,
    uniform: tf.ones,
    observe: () => {},
    remember: () => {},
  };
  return { flow: flowOf(network.flow!, parameters, context), parameters, network, context };
}

/** log |det| of a square matrix by elimination with pivots. */
function logDeterminant(matrix: number[][]): number {
  const m = matrix.map((row) => [...row]);
  let sum = 0;
  for (let k = 0; k < m.length; k++) {
    const pivot = m.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(m[best]![k]!) ? k + i : best), k);
    [m[k], m[pivot]] = [m[pivot]!, m[k]!];
    sum += Math.log(Math.abs(m[k]![k]!));
    for (let i = k + 1; i < m.length; i++) {
      const factor = m[i]![k]! / m[k]![k]!;
      for (let j = k; j < m.length; j++) m[i]![j]! -= factor * m[k]![j]!;
    }
  }
  return sum;
}

/** log |det| of dz/dz0 at each row of z0 [N,d], by central differences. */
function numeric(transform: (z: Tensor) => Transformed, z0: Tensor): number[] {
  const [n = 0, d = 0] = z0.shape;
  const h = 1e-2;
  const columns = Array.from({ length: d }, (_, j) => {
    const step = tf.tensor(Array.from({ length: d }, (_, k) => (k === j ? h : 0)));
    const [up, down] = [tf.add(z0, step), tf.sub(z0, step)].map((z) => transform(z).z);
    return tf.div(tf.sub(up!, down!), 2 * h).arraySync() as number[][];
  });
  return Array.from({ length: n }, (_, i) =>
    logDeterminant(Array.from({ length: d }, (_, row) => columns.map((column) => column[i]![row]!))),
  );
}

const draw = (n: number, d: number) => tf.tensor(random.normal(n * d), [n, d]);

describeWithTensorflow('flows', () => {
  it.each([
    ['one planar layer', 4, [planarFlow()]],
    ['three planar layers', 3, [planarFlow(), planarFlow(), planarFlow()]],
    ['a planar layer on one number', 1, [planarFlow()]],
    ['a coupling', 5, [affineCoupling(6, false)]],
    ['couplings both ways', 4, [affineCoupling(6, false), affineCoupling(5, true)]],
    ['both kinds', 3, [affineCoupling(4, true), planarFlow()]],
  ])('%s: the determinant is that of the numeric Jacobian', async (_, d, rows) => {
    let largest = 0;
    for (let trial = 0; trial < 3; trial++) {
      const { flow } = await flowOn(d, rows);
      const z0 = draw(4, d);
      const { logDeterminant: found } = flow.transform(z0);
      expect(found.shape).toEqual([4]);
      const wanted = numeric((z) => flow.transform(z), z0);
      Array.from(found.dataSync()).forEach((v, i) => {
        expect(Math.abs(v - wanted[i]!), `row ${i}`).toBeLessThan(0.02);
      });
      largest = Math.max(largest, ...wanted.map(Math.abs));
    }
    // a determinant that said nothing would be 0
    expect(largest).toBeGreaterThan(0.1);
  });

  it('a planar layer by the numbers of the paper: w.u^ = softplus(w.u) - 1 for u moved by log(e - 1) w / |w|^2', async () => {
    const { network, context } = await flowOn(2, [planarFlow()]);
    const { flow } = layerKinds[network.flow!.layers[0]!.kind] as { flow?: FlowLayer<never> };
    const [w, u, b, z0] = [[1.5, -0.5], [-2, 1], [0.3], [0.4, -1.2]] as const;
    const tensors = { w: tf.tensor1d([...w]), u: tf.tensor1d([...u]), b: tf.tensor1d([...b]) };
    const { z, logDeterminant: found } = flow!.transform(tf.tensor2d([[...z0]]), {} as never, tensors, context);
    // by hand: |w|^2 = 2.5, w.u = -3.5
    const moved = -3.5 + Math.log(Math.E - 1);
    const m = Math.log1p(Math.exp(moved)) - 1;
    const uHat = u.map((v, i) => v + ((m + 3.5) * w[i]!) / 2.5);
    const t = Math.tanh(1.5 * 0.4 + 0.5 * 1.2 + 0.3);
    expect(Array.from(z.dataSync())).toEqual(uHat.map((v, i) => expect.closeTo(z0[i]! + v * t, 5)));
    const dot = uHat[0]! * w[0] + uHat[1]! * w[1];
    expect(dot).toBeGreaterThan(-1);
    expect(found.dataSync()[0]).toBeCloseTo(Math.log(Math.abs(1 + dot * (1 - t * t))), 5);
  });

  it('a planar layer never folds space: its determinant is positive where u points far against w', async () => {
    const { network, context } = await flowOn(2, [planarFlow()]);
    const { flow } = layerKinds[network.flow!.layers[0]!.kind] as { flow?: FlowLayer<never> };
    const tensors = { w: tf.tensor1d([2, 0]), u: tf.tensor1d([-15, 0]), b: tf.tensor1d([0]) };
    const line = tf.tensor2d(Array.from({ length: 41 }, (_, i) => [(i - 20) / 10, 0]));
    const { z, logDeterminant: found } = flow!.transform(line, {} as never, tensors, context);
    expect(Array.from(found.dataSync()).every(Number.isFinite)).toBe(true);
    const first = (z.arraySync() as number[][]).map(([v]) => v!);
    expect(first.slice(1).every((v, i) => v > first[i]!)).toBe(true);
  });

  it('couplings: the inverse takes back what the transform did, and has its determinant', async () => {
    const rows = [affineCoupling(8, false), affineCoupling(8, true), affineCoupling(8, false)];
    for (const d of [2, 5, 16]) {
      const { flow } = await flowOn(d, rows, ({ shape }) => random.normal(size(shape)).map((v) => 0.5 * v));
      const z0 = draw(6, d);
      const there = flow.transform(z0);
      const back = flow.inverse(there.z);
      expect(tf.max(tf.abs(tf.sub(back.z, z0))).dataSync()[0]).toBeLessThan(1e-5);
      expect(tf.max(tf.abs(tf.sub(back.logDeterminant, there.logDeterminant))).dataSync()[0]).toBeLessThan(1e-4);
      expect(tf.max(tf.abs(tf.sub(there.z, z0))).dataSync()[0]).toBeGreaterThan(0.1);
    }
  });

  it('a coupling moves the half that its flip says', async () => {
    const z0 = draw(3, 5);
    const moved = async (flip: boolean) => {
      const { flow } = await flowOn(5, [affineCoupling(4, flip)]);
      const change = tf.abs(tf.sub(flow.transform(z0).z, z0));
      return Array.from(tf.min(change, 0).dataSync(), (v, i) => (v > 0 ? i : -1)).filter((i) => i >= 0);
    };
    expect(await moved(false)).toEqual([2, 3, 4]);
    expect(await moved(true)).toEqual([0, 1]);
  });

  it('a planar layer has no closed inverse, and says so', async () => {
    const { flow } = await flowOn(3, [planarFlow()]);
    expect(() => flow.inverse(draw(1, 3))).toThrow(/E\.flow\.0\.planar-flow.*affineCoupling/);
  });

  it.each(['normal', 'he', 'lecun-uniform'] as const)(
    'a fresh flow of 80 layers is the identity (%s)',
    async (weights) => {
      const settings = { weights, deviation: 0.02, scaleDeviation: 0, biases: 'lecun-uniform', outputBias: 'zero' };
      const start = (spec: ParameterSpec) => initialValue(spec, settings as InitialiserSettings, createRandom('start'));
      const couplings = Array.from({ length: 80 }, (_, i) => affineCoupling(16, i % 2 === 1));
      for (const rows of [Array.from({ length: 80 }, planarFlow), couplings]) {
        const { flow, parameters, network } = await flowOn(8, rows, start);
        const z0 = draw(16, 8);
        const { z, logDeterminant: found } = flow.transform(z0);
        expect(tf.max(tf.abs(tf.sub(z, z0))).dataSync()[0]).toBeLessThan(1e-4);
        expect(tf.max(tf.abs(found)).dataSync()[0]).toBeLessThan(1e-3);
        // and it can learn: the gradients of a loss on it are finite, and some are not zero
        const { gradients } = await import('@alix/train/tensorflow/gradients');
        const names = network.flow!.layers.flatMap((l) => l.parameters.map((p) => `${l.path}.${p.name}`));
        const { loss } = gradients(() => {
          const out = flow.transform(z0);
          const value = tf.sub(tf.mean(tf.square(tf.sub(out.z, 1))), tf.mean(out.logDeterminant));
          return { loss: { value, wrt: names.map((name) => parameters.get(name)!) } };
        });
        const sizes = loss.gradients.map((g) => (g ? (tf.max(tf.abs(g)).dataSync()[0] as number) : 0));
        expect(sizes.every(Number.isFinite)).toBe(true);
        expect(sizes.filter((v) => v > 1e-6).length).toBeGreaterThanOrEqual(80);
      }
    },
  );
});
