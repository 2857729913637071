/** Resizing, SSIM and PSNR against Pillow and torchmetrics, and where they are known. */
import { psnr, resizeBicubic, ssim, summarisePsnr } from '@alix/eval';
import { describe, expect, test } from 'vitest';
import { oracle, uniform } from './support.js';

type Pair = [number, number];
const known = oracle<{
  resized: { from: Pair; to: Pair; step: number; pixels: number[] }[];
  similar: {
    size: [number, number, number];
    seed: number;
    strength: number;
    inside: number;
    reflected: number;
    psnr: number;
  }[];
}>('images');

function pixels(height: number, width: number): Float64Array {
  const out = uniform(height * width, 41).map((u) => Math.floor(256 * u));
  [
    [0, 255, 0],
    [255, 0, 255],
    [0, 255, 255],
  ].forEach((row, i) => {
    out.set(row, i * width);
  });
  return out;
}

describe('bicubic resizing', () => {
  test.each(known.resized)('$from to $to: Pillow in floating point', ({ from, to, step, pixels: wanted }) => {
    const [height, width] = from;
    const size = { height, width, channels: 1 };
    const found = resizeBicubic(pixels(height, width), size, { height: to[0], width: to[1] });
    expect(found.length).toBe(to[0] * to[1]);
    wanted.forEach((value, i) => {
      expect(Math.abs(found[i * step]! - value)).toBeLessThan(1e-3);
    });
  });

  test('overshoot is kept, channels do not mix, and an equal size changes nothing', () => {
    const image = pixels(8, 9);
    const two = Float64Array.from({ length: 2 * 72 }, (_, at) => (at % 2 ? 7 : image[at >> 1]!));
    const one = resizeBicubic(image, { height: 8, width: 9, channels: 1 }, { height: 20, width: 20 });
    const both = resizeBicubic(two, { height: 8, width: 9, channels: 2 }, { height: 20, width: 20 });
    expect(Math.max(...one)).toBeGreaterThan(255);
    expect(both.filter((_, at) => at % 2 === 0)).toEqual(one);
    expect(both.filter((_, at) => at % 2 === 1).every((value) => Math.abs(value - 7) < 1e-5)).toBe(true);
    const same = resizeBicubic(image, { height: 8, width: 9, channels: 1 }, { height: 8, width: 9 });
    expect(Array.from(same)).toEqual(Array.from(image));
  });

  test('what cannot be resized', () => {
    const size = { height: 2, width: 2, channels: 1 };
    expect(() => resizeBicubic([1, 2, 3], size, { height: 1, width: 1 })).toThrow(/expected 2x2x1, found 3/);
    expect(() => resizeBicubic([1, 2, 3, 4], size, { height: 0, width: 1 })).toThrow(/from 1 on/);
  });
});

describe('similarity', () => {
  test.each(known.similar)('$size with noise of $strength: torchmetrics', (of) => {
    const [height, width, channels] = of.size;
    const noise = uniform(height * width * channels, of.seed);
    const x = noise.map((_, at) => {
      const [i, j, k] = [Math.floor(at / channels / width), Math.floor(at / channels) % width, at % channels];
      return 0.5 + 0.4 * Math.sin(0.3 * i + 0.2 * j + k) * Math.cos(0.11 * i);
    });
    const y = x.map((value, at) => Math.min(1, Math.max(0, value + of.strength * (noise[at]! - 0.5))));
    const size = { height, width, channels };
    expect(ssim(x, y, size)[0]).toBeCloseTo(of.inside, 10);
    expect(ssim(x, y, size, { edges: 'reflected' })[0]).toBeCloseTo(of.reflected, 10);
    const two = ssim([...x, ...x], [...y, ...x], size);
    expect(two[0]).toBeCloseTo(of.inside, 10);
    expect(two[1]).toBeCloseTo(1, 12);
    const scaled = (values: Float64Array) => values.map((value) => 255 * value);
    expect(ssim(scaled(x), scaled(y), size, { range: 255 })[0]).toBeCloseTo(of.inside, 10);
    const error = x.reduce((sum, value, at) => sum + (value - y[at]!) ** 2, 0) / x.length;
    // torchmetrics takes this logarithm in float32
    expect(psnr(Float64Array.of(error))[0]).toBeCloseTo(of.psnr, 5);
  });

  test('of constant images: (2ab + c1) / (a² + b² + c1)', () => {
    const flat = (value: number) => new Float64Array(144).fill(value);
    const [found] = ssim(flat(0.2), flat(0.6), { height: 12, width: 12, channels: 1 });
    expect(found).toBeCloseTo((0.24 + 1e-4) / (0.04 + 0.36 + 1e-4), 12);
  });

  test('ratios: an error of 0.01 is 20 dB; identical images are counted apart', () => {
    const found = summarisePsnr(Float64Array.of(0.01, 0, 0.001));
    expect(found).toMatchObject({ n: 2, identical: 1 });
    expect([found.mean, found.std]).toEqual([expect.closeTo(25, 12), expect.closeTo(5, 12)]);
    expect(found.ofMeanError).toBeCloseTo(10 * Math.log10(3 / 0.011), 12);
    expect(psnr(Float64Array.of(1), 255)[0]).toBeCloseTo(48.1308036086791, 10);
    expect(() => summarisePsnr(Float64Array.of(0))).toThrow(/compared with themselves/);
    expect(() => psnr(Float64Array.of(Number.NaN))).toThrow(/NaN/);
  });

  test('what has no similarity', () => {
    const size = { height: 11, width: 11, channels: 1 };
    const image = uniform(121, 1);
    expect(() => ssim(image, image, { height: 10, width: 11, channels: 1 })).toThrow(/at least 11x11, found 10x11/);
    expect(() => ssim(image, uniform(242, 1), size)).toThrow(/121 and 242/);
    expect(() => ssim(image, image.with(5, Number.NaN), size)).toThrow(/image 0 has pixels/);
  });
});
