/** Posteriors: densities against closed forms, against the numerical change of variables, and as numbers that integrate to 1. */
import type { ForwardContext } from '@alix/train/layers/layer';
import type { Posterior } from '@alix/train/objectives/objective';
import { affineCoupling, fullyConnected, type PlannedBlock, plan, planarFlow, type Row } from '@alix/train/spec';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const numbers = (t: Tensor) => [...(t.dataSync() as Float32Array)];
const still = (epsilon: Tensor) => ({ normal: () => epsilon, uniform: () => epsilon });
const LOG_2_PI = Math.log(2 * Math.PI);

async function kinds() {
  const { flowing, gaussian, point } = await import('@alix/train/posterior');
  const { flowOf } = await import('@alix/train/flow');
  const { fused } = await import('@alix/train/tensorflow/ops/fused');
  const context: ForwardContext = {
    ops: fused,
    training: true,
    uniform: (shape) => tf.zeros([...shape]),
    observe: () => {},
    remember: () => {},
  };
  /** A flow of rows with fixed parameters that are far from the identity. */
  function flow(rows: readonly Row[], d = 2) {
    const mean = { name: 'mean', from: ['x'], rows: [fullyConnected(d)] };
    const network = plan('E', { inputs: { x: [d] }, blocks: [mean], outputs: ['mean'], flow: rows });
    const parameters = new Map(
      network.parameters.map((p, o) => {
        const n = p.shape.reduce((a, b) => a * b, 1);
        const values = Float32Array.from({ length: n }, (_, i) => 1.2 * Math.sin(1.7 * i + 2.3 * o + 1));
        return [p.name, tf.tensor(values, [...p.shape])] as const;
      }),
    );
    return flowOf(network.flow as PlannedBlock, parameters, context);
  }
  return { flowing, gaussian, point, flow };
}

/** log |det dz/dz0| at one z0 of two numbers, by central differences. */
function numericalLogDeterminant(transform: (z0: Tensor) => Tensor, [a, b]: readonly [number, number]): number {
  const h = 1e-2;
  const z = numbers(
    transform(
      tf.tensor2d([
        [a + h, b],
        [a - h, b],
        [a, b + h],
        [a, b - h],
      ]),
    ),
  );
  const [da, db] = [0, 4].map((k) => [0, 1].map((j) => ((z[k + j] ?? 0) - (z[k + 2 + j] ?? 0)) / (2 * h)));
  return Math.log(Math.abs((da?.[0] ?? 0) * (db?.[1] ?? 0) - (da?.[1] ?? 0) * (db?.[0] ?? 0)));
}

/** The integral of q over [-7, 7]^2. */
function mass(posterior: (n: number) => Posterior): number {
  const side = 281;
  const step = 14 / (side - 1);
  const grid = Float32Array.from({ length: 2 * side * side }, (_, k) => {
    const i = Math.floor(k / 2);
    return -7 + step * (k % 2 === 0 ? Math.floor(i / side) : i % side);
  });
  const n = side * side;
  const logs = numbers(posterior(n).logDensity(tf.tensor2d(grid, [n, 2])));
  return logs.reduce((sum, log) => sum + Math.exp(log), 0) * step * step;
}

describeWithTensorflow('posteriors', () => {
  it('a Gaussian has the density of a Gaussian, at any z and at its own draws', async () => {
    const { gaussian } = await kinds();
    const [mu, s, z] = [
      [0.3, -1],
      [-0.5, 1.2],
      [1.1, 0.4],
    ] as const;
    const log = (j: 0 | 1) => -0.5 * ((z[j] - mu[j]) ** 2 * Math.exp(-s[j]) + s[j] + LOG_2_PI);
    const q = gaussian(tf.tensor2d([[...mu]]), tf.tensor2d([[...s]]));
    expect(numbers(q.logDensity(tf.tensor2d([[...z]])))[0]).toBeCloseTo(log(0) + log(1), 5);
    const drawn = q.draw(still(tf.tensor2d([[0.7, -1.6]])));
    expect(numbers(drawn.z)[0]).toBeCloseTo(0.3 + 0.7 * Math.exp(-0.25), 5);
    expect(numbers(drawn.logDensity)[0]).toBeCloseTo(numbers(q.logDensity(drawn.z))[0] ?? 0, 4);
    expect(numbers(q.sample(still(tf.tensor2d([[0.7, -1.6]]))))).toEqual(numbers(drawn.z));
  });

  it("a narrow Gaussian's draw keeps the digits of its noise, and its density moves with the spread alone", async () => {
    const { gaussian } = await kinds();
    const epsilon = tf.tensor2d([[0.7]]);
    const mean = tf.tensor2d([[100]]);
    const at = (mu: Tensor, s: Tensor) => gaussian(mu, s).draw(still(epsilon)).logDensity;
    const s = tf.tensor2d([[-18]]);
    // 100 + 0.7 exp(-9) is 100 +- 4e-6 in float32
    expect(numbers(at(mean, s))[0]).toBeCloseTo(-0.5 * (0.49 - 18 + LOG_2_PI), 5);
    expect(numbers(tf.grad((v: Tensor) => tf.sum(at(mean, v)))(s))).toEqual([-0.5]);
  });

  it('log variances are kept finite', async () => {
    const { gaussian } = await kinds();
    for (const s of [-1e6, 1e6]) {
      const q = gaussian(tf.tensor2d([[0]]), tf.tensor2d([[s]]));
      const { z, logDensity } = q.draw(still(tf.tensor2d([[1.5]])));
      for (const value of [z, logDensity, q.logDensity(tf.tensor2d([[2]]))])
        expect(Number.isFinite(numbers(value)[0])).toBe(true);
    }
  });

  it('a flow written by hand: z = 2 z0 + 1 makes of N(0, 1) the normal N(1, 4)', async () => {
    const { flowing, gaussian } = await kinds();
    const logDeterminant = tf.tensor1d([Math.log(2)]);
    const q = flowing(gaussian(tf.zeros([1, 1]), tf.zeros([1, 1])), {
      transform: (z0) => ({ z: tf.add(tf.mul(z0, 2), 1), logDeterminant }),
      inverse: (z) => ({ z: tf.div(tf.sub(z, 1), 2), logDeterminant }),
    });
    const density = (z: number) => -0.5 * (((z - 1) / 2) ** 2 + Math.log(4) + LOG_2_PI);
    const { z, logDensity } = q.draw(still(tf.tensor2d([[0.8]])));
    expect(numbers(z)[0]).toBeCloseTo(2.6, 5);
    expect(numbers(logDensity)[0]).toBeCloseTo(density(2.6), 5);
    expect(numbers(q.logDensity(tf.tensor2d([[-1.5]])))[0]).toBeCloseTo(density(-1.5), 5);
    expect(numbers(q.mean)[0]).toBeCloseTo(1, 6);
    expect(q.logVariance).toBeUndefined();
  });

  const couplings = [affineCoupling(3, false), affineCoupling(3, true), affineCoupling(3, false)];
  for (const [name, rows] of [
    ['planar', [planarFlow(), planarFlow(), planarFlow()]],
    ['affine coupling', couplings],
  ] as const)
    it(`${name}: draws have the density that the numerical change of variables gives them`, async () => {
      const { flowing, gaussian, flow } = await kinds();
      const chain = flow(rows);
      const [mu, s] = [tf.tensor2d([[0.4, -0.3]]), tf.tensor2d([[-0.7, 0.5]])];
      const jacobians: number[] = [];
      for (const epsilon of [
        [0.2, -1.1],
        [1.4, 0.3],
        [-0.9, 0.8],
      ] as const) {
        const noise = still(tf.tensor2d([[...epsilon]]));
        const start = gaussian(mu, s).draw(noise);
        const [a = 0, b = 0] = numbers(start.z);
        const jacobian = numericalLogDeterminant((z0) => chain.transform(z0).z, [a, b]);
        const { z, logDensity } = flowing(gaussian(mu, s), chain).draw(noise);
        jacobians.push(Math.abs(jacobian));
        expect(numbers(logDensity)[0]).toBeCloseTo((numbers(start.logDensity)[0] ?? 0) - jacobian, 2);
        expect(numbers(z)).not.toEqual([a, b]);
      }
      expect(Math.max(...jacobians), 'a flow that does something').toBeGreaterThan(0.1);
    });

  it('the density of an affine coupling flow integrates to 1, and so does its Gaussian', async () => {
    const { flowing, gaussian, flow } = await kinds();
    const wide = (row: readonly number[], n: number) => tf.tile(tf.tensor2d([[...row]]), [n, 1]);
    const base = (n: number) => gaussian(wide([0.4, -0.3], n), wide([-1.2, -0.8], n));
    expect(mass(base)).toBeCloseTo(1, 3);
    expect(mass((n) => flowing(base(n), flow(couplings)))).toBeCloseTo(1, 3);
  });

  it('an affine coupling flow gives its own draws the same density forwards and backwards', async () => {
    const { flowing, gaussian, flow } = await kinds();
    const d = 5;
    const chain = flow([affineCoupling(4, false), affineCoupling(4, true)], d);
    const epsilon = tf.tensor2d(
      Float32Array.from({ length: 4 * d }, (_, i) => 1.5 * Math.sin(i + 1)),
      [4, d],
    );
    const q = flowing(gaussian(tf.fill([4, d], 0.2), tf.fill([4, d], -0.4)), chain);
    const { z, logDensity } = q.draw(still(epsilon));
    const again = numbers(q.logDensity(z));
    numbers(logDensity).forEach((log, i) => {
      expect(again[i]).toBeCloseTo(log, 4);
    });
    const there = chain.transform(epsilon);
    const back = chain.inverse(there.z);
    numbers(back.z).forEach((v, i) => {
      expect(v).toBeCloseTo(numbers(epsilon)[i] ?? 0, 4);
    });
    numbers(back.logDeterminant).forEach((v, i) => {
      expect(v).toBeCloseTo(numbers(there.logDeterminant)[i] ?? 0, 4);
    });
  });

  it('a planar flow has no density at a given z: the message names the layer and a way out', async () => {
    const { flowing, gaussian, flow } = await kinds();
    const q = flowing(gaussian(tf.zeros([1, 2]), tf.zeros([1, 2])), flow([affineCoupling(3, false), planarFlow()]));
    expect(() => q.logDensity(tf.zeros([1, 2]))).toThrow(
      /^E\.flow\.1\.planar-flow: .*density at a given z \(expected .*affineCoupling, found planar-flow\); choose/,
    );
    expect(numbers(q.draw(still(tf.zeros([1, 2]))).logDensity).every(Number.isFinite)).toBe(true);
  });

  it('a long flow is not run for a mean that nobody asks for', async () => {
    const { flowing, gaussian } = await kinds();
    let runs = 0;
    const q = flowing(gaussian(tf.zeros([1, 1]), tf.zeros([1, 1])), {
      transform: (z) => {
        runs++;
        return { z, logDeterminant: tf.zeros([1]) };
      },
      inverse: (z) => ({ z, logDeterminant: tf.zeros([1]) }),
    });
    q.sample(still(tf.zeros([1, 1])));
    expect(runs).toBe(1);
    expect([numbers(q.mean), numbers(q.mean)]).toEqual([[0], [0]]);
    expect(runs).toBe(2);
  });

  it('a point is its own sample and has no density', async () => {
    const { flowing, point, flow } = await kinds();
    const z = tf.tensor2d([[1, 2]]);
    const noise = still(tf.ones([1, 2]));
    expect(numbers(point(z).sample(noise))).toEqual([1, 2]);
    for (const ask of [
      () => point(z).draw(noise),
      () => point(z).logDensity(z),
      () => flowing(point(z), flow([planarFlow()])).draw(noise),
    ])
      expect(ask).toThrow(/needs log q\(z\|x\), and this encoder gives a point.*mean and log_variance.*; choose/);
    expect(() => point(z).draw(noise)).toThrow(expect.objectContaining({ name: 'AlixError', code: 'mismatch' }));
  });
});
