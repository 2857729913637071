/** ALI, ALICE and GALI-4 as baselines of GALI's inpainting: which images E and D are shown, what is drawn, what is refused. */

import { AlixError } from '@alix/infer/io/errors';
import { design, type PartialConfig, recipes, resolveConfig } from '@alix/train';
import { objectives } from '@alix/train/objectives/index';
import { evaluate, type Noise, type Objective } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { byThemselves } from '../objective-kit.js';

const SHAPE = [2, 6, 6, 1];
const of = (name: string) => objectives[name] as Objective;
const numbers = (t: Tensor) => [...(t.dataSync() as Float32Array)];

/** What all losses of an objective show to E and D; x is 0.5, and G makes images of 0.25. */
function shown(name: string, options: Record<string, boolean | string>, range: readonly [number, number] = [-1, 1]) {
  const seen: Record<'E' | 'D', Tensor[]> = { E: [], D: [] };
  let uniforms = 0;
  let normals = 0;
  const noise: Noise = {
    normal: (shape) => tf.fill([...shape], ++normals),
    uniform: (shape) => tf.fill([...shape], ++uniforms / 8),
  };
  const networks = {
    G: () => tf.fill(SHAPE, 0.25),
    E(x: Tensor) {
      seen.E.push(x);
      const mean = tf.mean(tf.reshape(x, [2, 18, 2]), 1);
      return { mean, sample: (own: Noise) => tf.add(mean, own.normal(mean.shape)) };
    },
    D(x: Tensor) {
      seen.D.push(x);
      return tf.zeros([x.shape[0] ?? 0, name === 'gali-4' ? 4 : 1]);
    },
  } as never;
  const x = tf.fill(SHAPE, 0.5);
  const batch = {
    x,
    range,
    z: tf.ones([2, 2]),
    prior: 'normal' as const,
    labels: tf.zeros([2, 1]),
    moment: { epoch: 1, epochs: 10 },
  };
  const objective = of(name);
  const chosen = { ...objective.options, ...options };
  const terms = evaluate(objective.terms(networks, batch, noise, chosen, byThemselves));
  for (const { loss } of Object.values(objective.players)) loss(terms, chosen);
  return { ...seen, x, uniforms, normals };
}

/** Objective, options, and the images that E reads, in order: x (0.5) or G's (0.25). */
const systems: readonly [string, Record<string, string>, readonly number[]][] = [
  ['ali', {}, [0.5]],
  ['ali', { statistics: 'joined' }, [0.5]],
  ['alice', {}, [0.5, 0.25]],
  ['alice', { on: 'x' }, [0.5]],
  ['gali-4', {}, [0.5, 0.25, 0.25]],
];

describeWithTensorflow('a masked encoder', () => {
  it.each(systems)('%s %j: E sees every image with a box of its own, D none', (name, options, images) => {
    for (const [range, fill] of [
      [[-1, 1], -2],
      [[0, 1], -0.5],
    ] as const) {
      const { E, D, uniforms } = shown(name, { ...options, masked: true }, range);
      expect(uniforms).toBe(images.length);
      const read = E.map((image) => [...new Set(numbers(image))].sort((a, b) => a - b));
      expect(read).toEqual(images.map((value) => [fill, value]));
      const hidden = E.map((image) => numbers(image).filter((v) => v === fill).length);
      expect(new Set(hidden).size).toBe(images.length);
      for (const image of D) for (const value of numbers(image)) expect([0.5, 0.25]).toContain(value);
    }
  });

  it.each(systems)(
    '%s %j: without the option E sees x itself, and nothing is drawn for it',
    (name, options, images) => {
      const { E, x, uniforms, normals } = shown(name, options);
      expect(uniforms).toBe(0);
      expect(normals).toBe(images.length);
      expect(E.filter((image) => image === x)).toHaveLength(1);
      expect(E.flatMap(numbers)).not.toContain(-2);
      expect(shown(name, { ...options, masked: true }).normals).toBe(normals);
    },
  );
});

const designed = (...layers: readonly PartialConfig[]) =>
  design(resolveConfig(layers.map((config) => ({ from: 'test', config }))));

describe('masks in a design', () => {
  it('the fill is that of the options: -2 where they mask, undefined where they do not, always in gali-mix', () => {
    const fill = (
      name: string,
      options: Record<string, boolean>,
      architecture: NonNullable<PartialConfig['architecture']>,
    ) => designed({ objective: { name, options }, architecture }).maskFill;
    const joint = { name: 'small-28-joint' };
    expect(fill('ali', {}, joint)).toBeUndefined();
    expect(fill('ali', { masked: true }, joint)).toBe(-2);
    expect(fill('alice', { masked: true }, joint)).toBe(-2);
    expect(fill('gali-4', { masked: true }, { name: 'small-28-gali', options: { critic: '4' } })).toBe(-2);
    expect(fill('gali-mix', {}, { name: 'small-28-gali', options: { critic: 'mix' } })).toBe(-2);
  });

  it('points cannot be masked, and the remedy says how to leave it', () => {
    const grid = (options: Record<string, boolean>) => () =>
      designed({ objective: { name: 'ali', options }, architecture: { name: 'ali-grid' } });
    expect(grid({ masked: false })).not.toThrow();
    expect(grid({ masked: true })).toThrow(
      expect.objectContaining({
        code: 'mismatch',
        message: expect.stringMatching(/ali-grid.*images.*points of 2.*masked=false/),
      }),
    );
    expect(grid({ masked: true })).toThrow(AlixError);
  });

  it("recipes of GALI's baselines differ from those without masks in nothing but the option", () => {
    for (const [name, plain] of [
      ['ali-celeba-masked', 'ali-celeba-gali'],
      ['alice-celeba-masked', 'alice-celeba'],
      ['gali-4-celeba-masked', 'gali-4-celeba'],
    ] as const) {
      const masked = designed(recipes[name]!.config);
      const { objective, ...rest } = designed(recipes[plain]!.config).config;
      expect(masked.config).toEqual({
        ...rest,
        objective: { ...objective, options: { ...objective.options, masked: true } },
      });
      expect(masked.maskFill).toBe(-2);
    }
  });
});
