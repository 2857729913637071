/** How parameters start: laws of each rule, and what the data's mean makes of an output bias. */
import { createRandom } from '@alix/infer/io/random';
import { initialValue } from '@alix/train/initialise';
import { describe, expect, it } from 'vitest';

const settings = {
  weights: 'normal',
  deviation: 0.02,
  scaleDeviation: 0,
  biases: 'zero',
  outputBias: 'data-mean',
} as const;
const random = createRandom(3);
const weight = (shape: number[], weights: 'xavier' | 'orthogonal' | 'he' | 'lecun-uniform', deviation = 1) =>
  initialValue(
    {
      name: `W ${weights}`,
      shape,
      role: 'weight',
      trainable: true,
      fanIn: shape.slice(0, -1).reduce((a, b) => a * b, 1),
    },
    { ...settings, weights, deviation },
    random,
  );
const variance = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

describe('weights', () => {
  it.each([
    [[300, 200], 'xavier', 2 / 500],
    [[300, 200], 'he', 2 / 300],
    [[300, 200], 'lecun-uniform', 1 / 900],
  ] as const)('%j %s has variance %f', (shape, rule, expected) => {
    // 60,000 draws: a standard error of the variance below 0.6 %
    expect(variance(weight([...shape], rule)) / expected).toBeCloseTo(1, 1);
  });

  it.each([
    [[5, 12], 1.4],
    [[12, 5], 1.4],
    [[2, 2, 3, 4], 1],
  ])('%j orthogonal: the shorter side is orthogonal, of length gain %f', (shape, gain) => {
    const values = weight(shape, 'orthogonal', gain);
    const columns = shape.at(-1) as number;
    const rows = values.length / columns;
    const at = (i: number, j: number) => (rows < columns ? values[i * columns + j] : values[j * columns + i]) as number;
    const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
    for (let a = 0; a < short; a++)
      for (let b = 0; b < short; b++) {
        let dot = 0;
        for (let j = 0; j < long; j++) dot += at(a, j) * at(b, j);
        expect(dot).toBeCloseTo(a === b ? gain * gain : 0, 5);
      }
  });
});

describe('output biases from the data', () => {
  const spec = { name: 'G.x.9.conv.bias', shape: [1, 2, 1], role: 'output-bias', trainable: true, fanIn: 1 } as const;
  const mean = Float32Array.of(0.2, 0);

  it('before a sigmoid the logit of the mean, before a tanh half of it; black pixels stay finite', () => {
    const [a, black] = initialValue(spec, settings, random, { mean, range: [0, 1] });
    expect(1 / (1 + Math.exp(-(a as number)))).toBeCloseTo(0.2, 6);
    expect(Number.isFinite(black)).toBe(true);
    const [b] = initialValue(spec, settings, random, { mean, range: [-1, 1] });
    expect((Math.tanh(b as number) + 1) / 2).toBeCloseTo(0.2, 6);
  });

  it('zero where asked, without a mean, or where the mean is of another size', () => {
    const zero = [0, 0];
    expect([...initialValue(spec, { ...settings, outputBias: 'zero' }, random, { mean, range: [0, 1] })]).toEqual(zero);
    expect([...initialValue(spec, settings, random)]).toEqual(zero);
    expect([...initialValue(spec, settings, random, { mean: Float32Array.of(0.5), range: [0, 1] })]).toEqual(zero);
  });
});

it('a singular vector has length 1, and biases are drawn where asked', () => {
  const u = initialValue(
    { name: 'D.u', shape: [7], role: 'singular-vector', trainable: false, fanIn: 1 },
    settings,
    random,
  );
  expect(Math.hypot(...u)).toBeCloseTo(1, 6);
  const spec = { name: 'D.bias', shape: [5000], role: 'bias', trainable: true, fanIn: 4 } as const;
  const drawn = initialValue(spec, { ...settings, biases: 'lecun-uniform' }, random);
  expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(variance(drawn)).toBeCloseTo(0.25 / 3, 2);
  expect(variance(initialValue(spec, settings, random))).toBe(0);
});
