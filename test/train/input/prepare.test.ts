/** Rows to the numbers that networks take: ranges, dequantisation, mirror images. */
import { createRandom } from '@alix/infer/io/random';
import { augmented } from '@alix/train/input/augment';
import { prepare } from '@alix/train/input/prepare';
import { describe, expect, it } from 'vitest';

const random = createRandom(3);
const every = Uint8Array.from({ length: 256 }, (_, v) => v);
const asIs = { shape: [1, 256, 1], range: [0, 1], dequantise: false, flip: false } as const;

describe('prepared rows', () => {
  it('of points are the points', () => {
    const points = Float32Array.of(-4, 2.5);
    const settings = { shape: [2], range: [-1, 1], dequantise: false, flip: false } as const;
    expect(prepare(points, settings, random)).toEqual(Float32Array.of(-4, 2.5));
  });

  it('of images are v/255 in the range, each product and sum rounded once', () => {
    expect(prepare(every, asIs, random)).toEqual(Float32Array.from(every, (v) => v / 255));
    const wide = prepare(every, { ...asIs, range: [-1, 1] }, random);
    wide.forEach((x, v) => {
      expect(x).toBe(Math.fround(Math.fround(Math.fround(v / 255) * 2) - 1));
    });
    expect([wide[0], wide[255]]).toEqual([-1, 1]);
  });

  it('dequantised are (v + u) / 256 in the range, u uniform in [0,1) and from the stream alone', () => {
    const many = new Uint8Array(40_000).fill(100);
    for (const range of [
      [0, 1],
      [-1, 1],
    ] as const) {
      const settings = { shape: [200, 200, 1], range, dequantise: true, flip: false };
      const levels = prepare(many, settings, random).map((x) => (256 * (x - range[0])) / (range[1] - range[0]) - 100);
      expect(Math.min(...levels)).toBeGreaterThan(-1e-3);
      expect(Math.max(...levels)).toBeLessThan(1 + 1e-3);
      const mean = levels.reduce((sum, u) => sum + u, 0) / levels.length;
      const variance = levels.reduce((sum, u) => sum + (u - mean) ** 2, 0) / levels.length;
      // a mean of 40,000 has a deviation of 0.0014, their variance one of 0.0004
      expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.006);
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
      expect(prepare(many, settings, random)).toEqual(prepare(many, settings, createRandom(3)));
      expect(prepare(many, settings, createRandom(4))).not.toEqual(prepare(many, settings, random));
    }
    const lowest = prepare(every, { ...asIs, dequantise: true }, random);
    expect([...lowest].map((x) => Math.floor(256 * x + 1e-4))).toEqual([...every]);
  });

  it('flipped are themselves or their mirror images, half and half, channels and rows in place', () => {
    const image = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i * 10);
    const [count, size] = [2000, image.length];
    const many = Uint8Array.from({ length: count * size }, (_, i) => image[i % size] as number);
    const before = many.slice();
    const flipped = prepare(many, { shape: [2, 3, 3], range: [0, 1], dequantise: false, flip: true }, random);
    expect(many).toEqual(before);
    const pixel = (y: number, x: number) => [0, 1, 2].map((c) => image[(y * 3 + x) * 3 + c] as number);
    const mirror = [pixel(0, 2), pixel(0, 1), pixel(0, 0), pixel(1, 2), pixel(1, 1), pixel(1, 0)].flat();
    let mirrored = 0;
    for (let i = 0; i < count; i++) {
      const one = [...flipped.subarray(i * size, (i + 1) * size)].map((x) => Math.round(255 * x));
      const isMirror = one.join() === mirror.join();
      if (isMirror) mirrored++;
      else expect(one).toEqual([...image]);
    }
    // binomial: 1000 +- 22
    expect(Math.abs(mirrored - 1000)).toBeLessThan(100);
  });
  it('are turned and shifted before they are mirrored, from streams of their own', () => {
    const many = Uint8Array.from({ length: 40 * 12 }, (_, i) => (i * 31) % 256);
    const settings = { shape: [4, 3, 1], range: [0, 1], dequantise: false, flip: true } as const;
    const augment = { rotate: 0, shift: 1, share: 1 };
    const moved = augmented(many, settings.shape, augment, random.split('augmentation'));
    expect(prepare(many, { ...settings, augment }, random)).toEqual(prepare(moved, settings, random));
    expect(prepare(many, { ...settings, augment }, random)).not.toEqual(prepare(many, settings, random));
  });
});
