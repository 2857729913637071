/** What GALI's networks are shown: images with instance noise, with boxes hidden, mixed, and M's without either. */

import { objectives } from '@alix/train/objectives/index';
import { evaluate, type Noise, type Objective, type Posterior } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { byThemselves } from '../objective-kit.js';

const of = (name: string) => objectives[name] as Objective;
const classes: Record<string, number> = { 'gali-4': 4, 'gali-8': 8, 'gali-pt': 4, 'gali-mix': 8 };

/** Everything that terms ask of networks, in the order of the calls; G halves, E gives a point. */
function recorded(name: string, { deviation = 0, epoch = 1, epochs = 10, range = [-1, 1] as [number, number] }) {
  const seen: Record<string, Tensor[][]> = { G: [], E: [], D: [], M: [] };
  const along = (network: string, answer: (x: Tensor) => unknown) =>
    ((...inputs: Tensor[]) => {
      seen[network]?.push(inputs);
      return answer(inputs[0] as Tensor);
    }) as never;
  let normals = 0;
  let uniforms = 0;
  const noise: Noise = {
    normal: (shape) => tf.fill([...shape], ++normals),
    uniform: (shape) => {
      uniforms++;
      return tf.fill([...shape], uniforms / 8);
    },
  };
  const shape = [2, 6, 6, 1];
  const networks = {
    G: along('G', (z) => tf.mul(tf.ones(shape), tf.mul(tf.reshape(tf.sum(z, 1), [2, 1, 1, 1]), 0.01))),
    E: along('E', (x): Partial<Posterior> => {
      const z = tf.mean(tf.reshape(x, [2, 18, 2]), 1);
      return { mean: z, sample: () => z };
    }),
    D: along('D', () => tf.zeros([2, classes[name] as number])),
    M: along('M', (x) => tf.mean(x, [1, 2])),
  };
  const batch = {
    x: tf.randomUniform(shape, range[0], range[1], 'float32', 5),
    range,
    z: tf.tensor2d([
      [1, 2],
      [3, 5],
    ]),
    prior: 'normal' as const,
    labels: tf.zeros([2, 1]),
    moment: { epoch, epochs },
  };
  const objective = of(name);
  const options = { ...objective.options, instanceNoise: deviation };
  evaluate(objective.terms(networks, batch, noise, options, byThemselves)).logits;
  return { seen, batch, normals, uniforms };
}

const numbers = (t: Tensor) => [...(t.dataSync() as Float32Array)];
const largest = (t: Tensor) => Math.max(...numbers(tf.abs(t)));

describeWithTensorflow("what GALI's networks see", () => {
  it('gali-pt: M sees x, G(E(x)) and G(z), and G(z) once for both its tuples, all without noise', () => {
    const { seen, batch } = recorded('gali-pt', { deviation: 0.1 });
    const images = seen.M!.map(([image]) => image!);
    expect(images).toHaveLength(3);
    expect(images[0]).toBe(batch.x);
    const [x2, xTilde] = [numbers(images[1]!), numbers(images[2]!)];
    expect(xTilde[0]).toBeCloseTo(0.03, 6);
    expect(xTilde[36]).toBeCloseTo(0.08, 6);
    expect(x2[0]).not.toBeCloseTo(0.03, 3);
    const features = seen.D!.map(([, , f]) => f);
    expect(features[2]).toBe(features[3]);
  });

  it.each([
    ['gali-4', 4],
    ['gali-8', 16],
    ['gali-pt', 4],
    ['gali-mix', 8],
  ])('%s: instance noise is drawn anew for each of the %i images that D sees, and not at all at 0', (name, count) => {
    expect(recorded(name, {}).normals).toBe(0);
    expect(recorded(name, { deviation: 0.1 }).normals).toBe(count);
  });

  it.each([
    [1, 10, 0.09],
    [6, 10, 0.04],
    [10, 10, 0],
    [7, Number.POSITIVE_INFINITY, 0.1],
  ])('instance noise in epoch %i of %d has %d of the scale [-1,1]', (epoch, epochs, expected) => {
    for (const [range, half] of [
      [[-1, 1], 1],
      [[0, 1], 0.5],
    ] as [[number, number], number][]) {
      const { seen, batch } = recorded('gali-4', { deviation: 0.1, epoch, epochs, range });
      // draws are filled with 1, 2, 3, ...: those of the first two calls of D are on x
      const added = seen.D!.slice(0, 2).map(([image]) => numbers(tf.sub(image!, batch.x)));
      for (const [k, differences] of added.entries())
        for (const difference of differences) expect(difference).toBeCloseTo((k + 1) * expected * half, 5);
    }
  });

  it('gali-mix: E sees a new box each time, filled with -2 on the scale [-1,1]; Mix is x outside the first, x^ inside', () => {
    for (const [range, fill] of [
      [[-1, 1], -2],
      [[0, 1], -0.5],
    ] as [[number, number], number][]) {
      const { seen, batch, uniforms } = recorded('gali-mix', { range });
      expect(uniforms).toBe(4);
      expect(seen.E).toHaveLength(4);
      const hidden = seen.E!.map(([image]) => numbers(tf.cast(tf.equal(image!, fill), 'float32')));
      const areas = hidden.map((mask) => mask.reduce((sum, v) => sum + v, 0));
      expect(new Set(areas).size).toBe(4);
      const [x, xHat, mix] = [batch.x, seen.D![2]![0]!, seen.D![3]![0]!].map(numbers);
      expect(seen.D![6]![0]).toBe(seen.D![3]![0]);
      mix!.forEach((value, i) => {
        expect(value).toBeCloseTo((hidden[0]![i] ? xHat : x)![i]!, 6);
      });
      expect(hidden[0]).toContain(1);
      expect(hidden[0]).toContain(0);
      // what is not hidden is the image: first of x, and D is never shown a box
      const first = numbers(seen.E![0]![0]!);
      x!.forEach((value, i) => {
        if (!hidden[0]![i]) expect(first[i]).toBeCloseTo(value, 6);
      });
      for (const [image] of seen.D!) expect(largest(image!)).toBeLessThanOrEqual(1);
    }
    expect(of('gali-mix').maskFill).toBe(-2);
  });

  it('gali-mix: what x^ puts into Mix reaches E, where the second box does not hide it', () => {
    const { batch } = recorded('gali-mix', {});
    const sums = (z: Tensor) => tf.reshape(tf.sum(z, 1), [2, 1, 1, 1]);
    let uniforms = 0;
    const noise: Noise = { normal: (s) => tf.zeros([...s]), uniform: (s) => tf.fill([...s], ++uniforms / 8) };
    const point = (z: Tensor) => ({ mean: z, sample: () => z });
    let ofCodes = 0;
    const zMix = (g: Tensor) => {
      const networks = {
        G: (z: Tensor) => tf.mul(tf.mul(tf.ones([2, 6, 6, 1]), sums(z)), g),
        E: (x: Tensor) => point(tf.mean(tf.reshape(x, [2, 18, 2]), 1)),
        D(_x: Tensor, z: Tensor) {
          ofCodes ||= tf.sum(z).dataSync()[0] as number;
          return tf.concat([z, tf.zeros([2, 6])], 1);
        },
      } as never;
      const gali = of('gali-mix');
      const { logits } = evaluate(gali.terms(networks, batch, noise, gali.options, byThemselves));
      return tf.sum(tf.slice(logits as Tensor, [7, 0, 0], [1, 2, 1])) as ReturnType<typeof tf.scalar>;
    };
    // draws of 1/8, 2/8, 3/8: the first box is the pixel at the origin, Mix's own are rows and columns 1 to 3. One
    // pixel of 18 in the first code's mean is then g (sum of z^)
    const [slope] = tf.grad(zMix)(tf.scalar(0.5)).dataSync() as unknown as number[];
    expect(slope).toBeCloseTo(ofCodes / 18, 5);
    expect(Math.abs(slope as number)).toBeGreaterThan(1e-3);
  });
});
