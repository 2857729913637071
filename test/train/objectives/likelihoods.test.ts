/** log p(x|z) against sums over all levels, CDFs in double precision and closed forms. */
import { createRandom } from '@alix/infer/io/random';
import { conditional, type LikelihoodOptions } from '@alix/train/objectives/likelihoods';
import type { Batch, Likelihood } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

const UNIT = [0, 1] as const;
const SIGNED = [-1, 1] as const;

function decoded(pixels: readonly number[], more: Partial<Likelihood> = {}): Likelihood {
  const x = tf.tensor(Float32Array.from(pixels), [1, 1, pixels.length, 1]);
  return { x, preactivation: x, activation: undefined, logScale: undefined, ...more };
}

const options = (likelihood: string, scale = 0.1): LikelihoodOptions => ({ likelihood, scale });
const numbers = (t: Tensor) => [...(t.dataSync() as Float32Array)];
const noise = (seed: number) => {
  const random = createRandom(seed);
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  return {
    normal: (shape: readonly number[]) => tf.tensor(random.normal(size(shape)), [...shape]),
    uniform: (shape: readonly number[]) => tf.tensor(random.uniform(size(shape)), [...shape]),
  };
};

/** log p of each of `values` as an image of one pixel, by a decoder that says `mean`. */
function each(name: string, range: Batch['range'], values: readonly number[], mean: number, scale: number): number[] {
  const n = values.length;
  const { x } = decoded([mean]);
  const p = conditional(decoded([], { x: tf.tile(x, [n, 1, 1, 1]) }), range, options(name, scale));
  return numbers(p.logDensity(tf.tensor(Float32Array.from(values), [n, 1, 1, 1])));
}

describeWithTensorflow('likelihoods', () => {
  it('a Bernoulli is the cross-entropy of grey pixels, exact for logits far from zero', () => {
    const logits = [0, 2, -3, 1e4, -1e4, 30, 30];
    const targets = [0.25, 0.5, 1, 1, 0, 1, 0];
    const { x: preactivation } = decoded(logits);
    const p = conditional(
      { ...decoded(logits), preactivation, x: tf.sigmoid(preactivation), activation: 'sigmoid' },
      UNIT,
      options('bernoulli'),
    );
    const sp = (l: number) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
    const wanted = -logits.reduce((sum, l, i) => sum + (targets[i] ?? 0) * sp(-l) + (1 - (targets[i] ?? 0)) * sp(l), 0);
    expect(numbers(p.logDensity(decoded(targets).x))[0]).toBeCloseTo(wanted, 4);
    expect(numbers(p.sample(noise(1)))).toEqual(numbers(tf.sigmoid(preactivation)));
    // the gradient by a logit is target - sigma(logit), at zero too
    const grads = numbers(
      tf.grad((l) =>
        tf.sum(
          conditional(
            { ...decoded([]), preactivation: l, x: tf.sigmoid(l), activation: 'sigmoid' },
            UNIT,
            options('bernoulli'),
          ).logDensity(decoded(targets).x),
        ),
      )(preactivation),
    );
    logits.forEach((l, i) => {
      expect(grads[i]).toBeCloseTo((targets[i] ?? 0) - 1 / (1 + Math.exp(-l)), 6);
    });
  });

  it('a Bernoulli asks for images in [0,1] and a decoder that ends in sigmoid', () => {
    const sigmoid = { activation: 'sigmoid' };
    expect(() => conditional(decoded([0], sigmoid), SIGNED, options('bernoulli'))).toThrow(/in \[-1,1\].*sigmoid/);
    expect(() => conditional(decoded([0], { activation: 'tanh' }), UNIT, options('bernoulli'))).toThrow(/ends in tanh/);
    expect(() => conditional(decoded([0]), UNIT, options('bernoulli'))).toThrow(
      /no activation\); .*likelihood=gaussian/,
    );
    expect(() => conditional(decoded([0]), UNIT, options('bernoulli'))).toThrow(
      expect.objectContaining({ name: 'AlixError', code: 'mismatch' }),
    );
  });

  it('a Gaussian is its density, summed over pixels', () => {
    const p = conditional(decoded([0.5, -1]), SIGNED, options('gaussian', 0.2));
    const one = (d: number) => -0.5 * (d / 0.2) ** 2 - Math.log(0.2) - 0.5 * Math.log(2 * Math.PI);
    expect(numbers(p.logDensity(decoded([0.3, -0.5]).x))[0]).toBeCloseTo(one(0.2) + one(0.5), 4);
  });

  for (const range of [UNIT, SIGNED])
    it(`the discretised levels share out probability 1, in [${range}]`, () => {
      const [low, high] = range;
      const images = Array.from({ length: 256 }, (_, v) => low + ((high - low) * v) / 255);
      for (const mean of [low, low + 0.3 * (high - low), high, high + 2, low - 0.1])
        for (const scale of [3e-4, 0.004, 0.1, 5]) {
          const total = each('discretised', range, images, mean, scale).reduce((sum, l) => sum + Math.exp(l), 0);
          expect(total, `mean ${mean}, scale ${scale}`).toBeCloseTo(1, 4);
        }
    });

  it('each level is the difference of the CDF at its edges, the outermost with the tails', () => {
    const [mean, scale] = [0.42, 0.03];
    const cdf = (v: number) => 1 / (1 + Math.exp(-(v - mean) / scale));
    const found = each(
      'discretised',
      UNIT,
      Array.from({ length: 256 }, (_, v) => v / 255),
      mean,
      scale,
    );
    for (const [i, log] of found.entries()) {
      const [below, above] = [i === 0 ? 0 : cdf(i / 256), i === 255 ? 1 : cdf((i + 1) / 256)];
      expect(log, `level ${i}`).toBeCloseTo(Math.log(above - below), 3);
    }
  });

  it('far from the mean a level costs what the logistic tail says, where a difference in float32 would be 0', () => {
    // log(s(b) - s(a)) is a + log(e^w - 1) for edges far below the mean, w the level's width in scales
    const [mean, scale] = [1, 0.002];
    const [found] = each('discretised', UNIT, [10 / 255], mean, scale);
    const wanted = (10 / 256 - mean) / scale + Math.log(Math.expm1(1 / 256 / scale));
    expect(Math.abs((found ?? 0) / wanted - 1)).toBeLessThan(1e-5);
    const steep = each('discretised', SIGNED, [-1, 0, 1], 0.9, 1e-6);
    expect(steep.every(Number.isFinite)).toBe(true);
  });

  it('the levels of dequantised images are those of the images', () => {
    const plain = Array.from({ length: 256 }, (_, v) => v / 255);
    const moved = Array.from({ length: 256 }, (_, v) => (v + [0.001, 0.5, 0.999][v % 3]!) / 256);
    expect(each('discretised', UNIT, moved, 0.6, 0.1)).toEqual(each('discretised', UNIT, plain, 0.6, 0.1));
  });

  it("a decoder's own scale takes the option's place, and is kept finite", () => {
    const at = (name: string, logScale: number) => {
      const scaled = decoded([0.5], { logScale: tf.tensor([logScale], [1, 1, 1, 1]) });
      return numbers(conditional(scaled, UNIT, options(name)).logDensity(decoded([0.25]).x))[0] as number;
    };
    const fixed = conditional(decoded([0.5]), UNIT, options('gaussian', Math.exp(-1)));
    expect(at('gaussian', -1)).toBeCloseTo(numbers(fixed.logDensity(decoded([0.25]).x))[0] ?? 0, 5);
    for (const name of ['gaussian', 'discretised'])
      for (const end of [-1, 1]) {
        expect(Number.isFinite(at(name, 1000 * end))).toBe(true);
        expect(at(name, 1000 * end)).toBe(at(name, 10 * end));
      }
    const misshapen = decoded([0.5, 0.5], { logScale: tf.zeros([1, 1]) });
    expect(() => conditional(misshapen, UNIT, options('gaussian'))).toThrow(/log_scale.*expected 1x2x1, found 1/);
  });

  it('samples have the mean and the spread of their density, and follow the decoder', () => {
    const pixels = Array.from({ length: 20000 }, () => 0.5);
    const moments = (values: readonly number[]) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return [mean, Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)] as const;
    };
    const normal = moments(numbers(conditional(decoded(pixels), UNIT, options('gaussian', 0.3)).sample(noise(2))));
    expect(normal[0]).toBeCloseTo(0.5, 1);
    expect(normal[1]).toBeCloseTo(0.3, 1);
    const p = conditional(decoded(pixels), UNIT, options('discretised', 0.02));
    const logistic = moments(numbers(p.sample(noise(3))));
    expect(Math.abs(logistic[0] - 0.5)).toBeLessThan(0.002);
    // a logistic's standard deviation is pi / sqrt(3) scales
    expect(Math.abs(logistic[1] / ((0.02 * Math.PI) / Math.sqrt(3)) - 1)).toBeLessThan(0.03);
    const wide = numbers(conditional(decoded(pixels), UNIT, options('discretised', 5)).sample(noise(4)));
    expect([Math.min(...wide), Math.max(...wide)]).toEqual([0, 1]);
    const slope = tf.grad((x) =>
      tf.sum(conditional({ ...decoded([]), x }, UNIT, options('gaussian', 0.3)).sample(noise(5))),
    )(decoded([0.1, 0.9]).x);
    expect(numbers(slope)).toEqual([1, 1]);
  });

  it('what is no likelihood, no scale or no image is named', () => {
    expect(() => conditional(decoded([0]), UNIT, options('poisson'))).toThrow(
      '"poisson" is no likelihood (expected bernoulli, gaussian, discretised)',
    );
    expect(() => conditional(decoded([0]), UNIT, options('toString'))).toThrow(/"toString" is no likelihood/);
    for (const scale of [0, -1, Number.NaN])
      expect(() => conditional(decoded([0]), UNIT, options('gaussian', scale))).toThrow(/scale .*above 0/);
    const points = decoded([], { x: tf.zeros([4, 2]) });
    expect(() => conditional(points, UNIT, options('discretised'))).toThrow(/256 levels/);
  });
});
