/** The boxes of GALI-mix: their distribution, and what is put under them. */
import { createRandom } from '@alix/infer/io/random';
import { masked, maskFor, mixed } from '@alix/train/objectives/masks';
import type { Noise } from '@alix/train/objectives/objective';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

function noiseOf(seed: number): Noise {
  const random = createRandom(seed);
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  return {
    normal: (shape) => tf.tensor(random.normal(size(shape)), [...shape]),
    uniform: (shape) => tf.tensor(random.uniform(size(shape)), [...shape]),
  };
}

/** Top, left, height and width of every mask; fails where one is no box. */
function boxes(shape: [number, number, number, number], smallest: number, seed = 3) {
  const [n, height, width] = shape;
  const values = tf.tidy(() => maskFor(noiseOf(seed), shape, smallest).dataSync() as Float32Array);
  expect(values).toHaveLength(n * height * width);
  return Array.from({ length: n }, (_, k) => {
    const mask = values.subarray(k * height * width, (k + 1) * height * width);
    const inside = [...mask].flatMap((v, i) => (v === 1 ? [[Math.floor(i / width), i % width]] : []));
    if (!mask.every((v) => v === 0 || v === 1)) throw new Error('a mask is neither 0 nor 1 somewhere');
    if (inside.length === 0) return { top: 0, left: 0, h: 0, w: 0 };
    const rows = inside.map(([r]) => r!);
    const columns = inside.map(([, c]) => c!);
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    const [h, w] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
    if (inside.length !== h * w) throw new Error('a mask is no box');
    return { top, left, h, w };
  });
}

/** The share of items for which `is` holds, in standard errors of a share `p`: beyond 4 is no chance. */
function deviation<T>(items: T[], is: (item: T) => boolean, p: number): number {
  const share = items.filter(is).length / items.length;
  return Math.abs(share - p) / Math.sqrt((p * (1 - p)) / items.length);
}

describeWithTensorflow('masks', () => {
  it('height and width are uniform over 1 .. the side, the place over those where the box fits', () => {
    // five rows of eight: every side and place can be counted
    const all = boxes([20000, 5, 8, 1], 1);
    for (let h = 1; h <= 5; h++) expect(deviation(all, (b) => b.h === h, 1 / 5)).toBeLessThan(4);
    for (let w = 1; w <= 8; w++) expect(deviation(all, (b) => b.w === w, 1 / 8)).toBeLessThan(4);
    const threes = all.filter(({ h }) => h === 3);
    for (let top = 0; top <= 2; top++) expect(deviation(threes, (b) => b.top === top, 1 / 3)).toBeLessThan(4);
    const fives = all.filter(({ w }) => w === 5);
    for (let left = 0; left <= 3; left++) expect(deviation(fives, (b) => b.left === left, 1 / 4)).toBeLessThan(4);
    // independent: both sides full as often as the product says
    expect(deviation(all, (b) => b.h === 5 && b.w === 8, 1 / 40)).toBeLessThan(4);
  });

  it('64x64 images have the sides 1 .. 64 of the paper: mean area ((1 + 64) / 2)^2', () => {
    const all = boxes([600, 64, 64, 3], 1);
    const sides = all.flatMap(({ h, w }) => [h, w]);
    expect(Math.min(...sides)).toBe(1);
    expect(Math.max(...sides)).toBe(64);
    const area = all.reduce((sum, { h, w }) => sum + h * w, 0) / all.length;
    // its standard error is 915 / sqrt(600) = 37
    expect(Math.abs(area - 32.5 ** 2)).toBeLessThan(100);
  });

  it("with the code's smallest side of 0 some boxes are empty", () => {
    const isEmpty = ({ h }: { h: number }) => h === 0;
    expect(deviation(boxes([20000, 5, 8, 1], 0), isEmpty, 1 - (5 / 6) * (8 / 9))).toBeLessThan(4);
    expect(boxes([2000, 5, 8, 1], 1).filter(isEmpty)).toEqual([]);
  });

  it('the same seed gives the same masks, another others; every image has its own', () => {
    const of = (seed: number) => boxes([50, 9, 9, 1], 1, seed);
    expect(of(4)).toEqual(of(4));
    expect(of(4)).not.toEqual(of(5));
    expect(new Set(of(4).map((box) => JSON.stringify(box))).size).toBeGreaterThan(25);
  });

  it('the extreme numbers of [0,1) stay inside the image', () => {
    const at = (u: number): Noise => ({ normal: () => tf.zeros([]), uniform: (shape) => tf.fill([...shape], u) });
    const mask = (u: number) => [...(maskFor(at(u), [1, 3, 64, 1], 1).dataSync() as Float32Array)];
    expect(mask(0).indexOf(1)).toBe(0);
    expect(mask(0).filter(Boolean)).toHaveLength(1);
    expect(mask(1 - 2 ** -24).filter(Boolean)).toHaveLength(3 * 64);
  });

  it('all channels of a pixel are hidden together, and what lies outside is untouched', () => {
    const image = tf.tensor4d([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [1, 1, 2, 3]);
    const mask = tf.tensor4d([0, 1], [1, 1, 2, 1]);
    const of = (t: ReturnType<typeof tf.add>) => [...(t.dataSync() as Float32Array)].map((v) => Number(v.toFixed(6)));
    expect(of(masked(image, mask, -2, [-1, 1]))).toEqual([0.1, 0.2, 0.3, -2, -2, -2]);
    expect(of(masked(image, mask, -2, [0, 1]))).toEqual([0.1, 0.2, 0.3, -0.5, -0.5, -0.5]);
    expect(of(mixed(mask, tf.zerosLike(image), image))).toEqual([0.1, 0.2, 0.3, 0, 0, 0]);
  });

  it('points have nothing to lay a mask on', () => {
    expect(() => maskFor(noiseOf(1), [10, 2], 1)).toThrow(/masks lie on images.*height, width and channels, found 2/);
  });
});
