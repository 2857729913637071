/** What is written out or fused, against formulas in float64 and finite differences. */
import { createRandom } from '@alix/infer/io/random';
import type { Ops } from '@alix/train/layers/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

const random = createRandom('fused numbers');
const numbers = (t: Tensor) => Array.from(t.dataSync());
const draw = (n: number) => Array.from(random.normal(n));
const worst = (found: readonly number[], wanted: readonly number[]) =>
  wanted.reduce((most, v, i) => Math.max(most, Math.abs(v - (found[i] ?? Number.NaN))), 0);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

const both = async (): Promise<Ops[]> => [
  (await import('@alix/train/tensorflow/ops/plain')).plain,
  (await import('@alix/train/tensorflow/ops/fused')).fused,
];

/** The gradients of sum(probe * f). */
async function slopes(f: () => Tensor, probe: readonly number[], wrt: readonly Tensor[]) {
  const { gradients } = await import('@alix/train/tensorflow/gradients');
  const value = () => {
    const y = f();
    return tf.sum(tf.mul(y, tf.tensor([...probe], y.shape)));
  };
  return gradients(() => ({ loss: { value: value(), wrt } })).loss.gradients.map((g) => numbers(g!));
}

describeWithTensorflow('batch norm of parts', () => {
  it.each([1, 2, 4])('%d: gradients are those of the formula, each part by itself', async (parts) => {
    const [rows, channels, epsilon] = [12, 3, 1e-5];
    const [x, dy] = [draw(rows * channels), draw(rows * channels)];
    const [scale, shift] = [draw(channels), draw(channels)];
    const dx = new Array<number>(rows * channels);
    const [dScale, dShift] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)];
    for (let part = 0; part < parts; part++)
      for (let c = 0; c < channels; c++) {
        const at = Array.from({ length: rows / parts }, (_, r) => (part * (rows / parts) + r) * channels + c);
        const [values, slope] = [at.map((i) => x[i]!), at.map((i) => dy[i]!)];
        const centre = mean(values);
        const deviation = Math.sqrt(mean(values.map((v) => (v - centre) ** 2)) + epsilon);
        const normal = values.map((v) => (v - centre) / deviation);
        const along = mean(normal.map((v, k) => v * slope[k]!));
        for (const [k, i] of at.entries())
          dx[i] = (scale[c]! / deviation) * (slope[k]! - mean(slope) - normal[k]! * along);
        dScale[c]! += along * at.length;
        dShift[c]! += sum(slope);
      }
    const tensors = [tf.tensor2d(x, [rows, channels]), tf.tensor1d(scale), tf.tensor1d(shift)] as const;
    for (const ops of await both()) {
      const found = await slopes(() => ops.batchNorm(...tensors, epsilon, parts).y, dy, tensors);
      expect(worst(found[0]!, dx), ops.name).toBeLessThan(1e-5);
      expect(worst(found[1]!, dScale), ops.name).toBeLessThan(1e-5);
      expect(worst(found[2]!, dShift), ops.name).toBeLessThan(1e-5);
    }
  });
});

describeWithTensorflow('maxout of two', () => {
  it('on feature maps: of two equal ones one takes the gradient, of others the larger', async () => {
    const { fused } = await import('@alix/train/tensorflow/ops/fused');
    const x = tf.tensor([1, 1, 2, 0, -3, 4, 0, 0], [1, 1, 2, 4]);
    expect(numbers(fused.maxPieces(x, 2))).toEqual([1, 2, 4, 0]);
    const [dx] = await slopes(() => fused.maxPieces(x, 2), [5, 6, 7, 8], [x]);
    expect(dx).toEqual([0, 5, 6, 0, 0, 7, 0, 8]);
  });
});

describeWithTensorflow('spectral norm', () => {
  it.each([[[7, 4]], [[3, 2, 2, 5]]])(
    'of a weight %j: value, vector and gradient are those of the formula',
    async (shape) => {
      const features = shape.at(-1)!;
      const count = shape.reduce((a, b) => a * b, 1);
      const [w, start, dy] = [draw(count), draw(features), draw(count)];
      const rows = count / features;
      const unit = (v: number[]) => v.map((c) => c / Math.hypot(...v));
      const row = (k: number) => w.slice(k * features, (k + 1) * features);
      const dot = (a: number[], b: number[]) => sum(a.map((c, i) => c * b[i]!));
      const v = unit(Array.from({ length: rows }, (_, k) => dot(row(k), unit(start))));
      const across = Array.from({ length: features }, (_, f) => sum(v.map((c, k) => c * row(k)[f]!)));
      const next = unit(across);
      const sigma = dot(across, next);
      const normed = w.map((c) => c / sigma);
      const along = dot(dy, normed);
      const dw = dy.map((c, i) => (c - along * v[Math.floor(i / features)]! * next[i % features]!) / sigma);
      const [weight, u] = [tf.tensor(w, shape), tf.tensor1d(unit(start))];
      for (const ops of await both()) {
        const found = ops.spectralNorm(weight, u, true, 1e-12);
        expect(found.weight.shape).toEqual(shape);
        expect(found.u.shape).toEqual([features]);
        expect(worst(numbers(found.weight), normed), ops.name).toBeLessThan(1e-5);
        expect(worst(numbers(found.u), next), ops.name).toBeLessThan(1e-5);
        const [gradient] = await slopes(() => ops.spectralNorm(weight, u, true, 1e-12).weight, dy, [weight]);
        expect(worst(gradient!, dw), ops.name).toBeLessThan(1e-5);
      }
    },
  );
});

describeWithTensorflow('what a logit pays', () => {
  const logits = [-100, -20, -3, -0.5, 0, 0.25, 2, 15, 100];
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  it.each([
    ['real', -1],
    ['fake', 1],
  ] as const)('%s: value, slope and the slope of the slope', async (name, sign) => {
    const terms = await import('@alix/train/objectives/terms');
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const pays = terms[name];
    const l = tf.tensor2d(logits, [logits.length, 1]);
    expect(numbers(pays(l))[0]).toBeCloseTo(mean(logits.map((x) => softplus(sign * x))), 5);
    const probe = draw(logits.length);
    const { first, second } = gradients(() => {
      const slope = tf.grad((x: Tensor) => pays(x))(l);
      const along = tf.sum(tf.mul(slope, tf.tensor2d(probe, [logits.length, 1])));
      return { first: { value: tf.mul(pays(l), 3), wrt: [l] }, second: { value: along, wrt: [l] } };
    });
    // central differences of the formula, in float64
    const h = 1e-4;
    const f = (x: number) => softplus(sign * x) / logits.length;
    const slopes = logits.map((x) => (f(x + h) - f(x - h)) / (2 * h));
    const bends = logits.map((x, i) => (probe[i]! * (f(x + h) - 2 * f(x) + f(x - h))) / h ** 2);
    expect(
      worst(
        numbers(first.gradients[0]!),
        slopes.map((s) => 3 * s),
      ),
    ).toBeLessThan(1e-6);
    expect(worst(numbers(second.gradients[0]!), bends)).toBeLessThan(1e-5);
    expect(Math.max(...bends.map(Math.abs))).toBeGreaterThan(1e-3);
  });
});

describeWithTensorflow('variables', () => {
  it.each([0.05, 0.1, 0.999, 1])('move towards a target by a share of %d', async (share) => {
    const { Variable, towards } = await import('@alix/train/tensorflow/variables');
    const [value, targets] = [draw(5), [draw(5), draw(5)]];
    const variable = new Variable([5], Float32Array.from(value));
    const constants = towards(share);
    const other = variable.read();
    let wanted = value;
    for (const target of targets) {
      const tensor = tf.tensor1d(target);
      variable.moveTowards(tensor, constants);
      tensor.dispose();
      wanted = wanted.map((v, i) => (1 - share) * v + share * target[i]!);
    }
    expect(worst(Array.from(variable.data()), wanted)).toBeLessThan(1e-6);
    // who has read it before keeps what was read
    expect(worst(numbers(other), value)).toBeLessThan(1e-6);
    variable.dispose();
  });

  it('are read once until they change, outlive tidies, and know when they are 0', async () => {
    const { VariableStore, towards } = await import('@alix/train/tensorflow/variables');
    const spec = { shape: [2], role: 'weight', trainable: true, fanIn: 1 } as const;
    const store = new VariableStore(
      [
        { ...spec, name: 'a' },
        { ...spec, name: 'b' },
      ],
      ({ name }) => (name === 'a' ? Float32Array.of(1, 2) : new Float32Array(2)),
    );
    const before = tf.memory().numTensors;
    const reading = store.reading();
    expect([reading.has('a'), tf.memory().numTensors]).toEqual([false, before]);
    const a = tf.tidy(() => {
      reading.get('a');
      return undefined;
    });
    expect(a).toBeUndefined();
    const first = reading.get('a')!;
    expect(numbers(first)).toEqual([1, 2]);
    expect(store.reading().get('a')).toBe(first);
    expect(reading.get('nobody')).toBeUndefined();
    expect([reading.has('a'), tf.memory().numTensors]).toEqual([true, before + 1]);
    expect([reading.isZero('a'), reading.isZero('b'), reading.has('b')]).toEqual([false, true, false]);
    tf.tidy(() => {
      for (const name of ['a', 'b']) store.get(name).assign(tf.tensor1d([3, 4]));
    });
    expect([first.isDisposed, reading.isZero('b'), tf.memory().numTensors]).toEqual([true, false, before]);
    expect(numbers(reading.get('a')!)).toEqual([3, 4]);
    store.get('a').moveTowards(reading.get('b')!, towards(0.5));
    expect(numbers(reading.get('a')!)).toEqual([3, 4]);
    store.dispose();
    expect(tf.memory().numTensors).toBeLessThan(before);
  });
});

describeWithTensorflow('Adam', () => {
  it('takes parameters of several settings and counts at once', async () => {
    const { Adam } = await import('@alix/train/tensorflow/adam');
    const { VariableStore } = await import('@alix/train/tensorflow/variables');
    const rates = {
      a: { learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 },
      b: { learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 },
      c: { learningRate: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-2 },
    };
    type Name = keyof typeof rates;
    const spec = { shape: [3], role: 'weight', trainable: true, fanIn: 1 } as const;
    const start = draw(3);
    const specs = Object.keys(rates).map((name) => ({ ...spec, name }));
    const store = new VariableStore(specs, () => Float32Array.from(start));
    const adam = new Adam(store);
    const wanted = Object.fromEntries(
      Object.keys(rates).map((name) => [name, start.map((theta) => ({ theta, m: 0, v: 0, t: 0 }))]),
    ) as Record<Name, { theta: number; m: number; v: number; t: number }[]>;
    // b stays out of the second update: its count is another from then on
    for (const names of [
      ['a', 'b', 'c'],
      ['c', 'a'],
      ['a', 'b', 'c'],
    ] as Name[][]) {
      const changes = names.map((parameter) => ({ parameter, settings: rates[parameter], gradient: draw(3) }));
      adam.apply(changes.map(({ gradient, ...change }) => ({ ...change, gradient: tf.tensor1d(gradient) })));
      for (const { parameter, settings, gradient } of changes)
        for (const [i, state] of wanted[parameter].entries()) {
          const { learningRate, beta1, beta2, epsilon } = settings;
          state.t += 1;
          state.m = beta1 * state.m + (1 - beta1) * gradient[i]!;
          state.v = beta2 * state.v + (1 - beta2) * gradient[i]! ** 2;
          const rate = (learningRate * Math.sqrt(1 - beta2 ** state.t)) / (1 - beta1 ** state.t);
          state.theta -= (rate * state.m) / (Math.sqrt(state.v) + epsilon);
        }
    }
    for (const [name, states] of Object.entries(wanted))
      expect(
        worst(
          Array.from(store.get(name).data()),
          states.map(({ theta }) => theta),
        ),
        name,
      ).toBeLessThan(1e-5);
    adam.dispose();
    store.dispose();
  });
});
