import { createHash } from 'node:crypto';
import { imageDataset, meanImage, pointDataset, resolveOptions } from '@alix/train/datasets/dataset';
import { describe, expect, it } from 'vitest';

const pixels = Uint8Array.of(0, 51, 255, 102, 204, 0);
const images = (more = {}) =>
  imageDataset({ name: 'x', shape: [1, 2, 1], pixels, labels: Uint8Array.of(2, 0, 1), classes: 3, ...more });

describe('image data sets', () => {
  it('give rows in any order, repeated or not, on the scale [0,1]', async () => {
    const set = images();
    expect(set).toMatchObject({ kind: 'images', shape: [1, 2, 1], count: 3, classes: 3 });
    expect(await set.batch(Uint32Array.of(2, 0, 2))).toEqual(Float32Array.of(0.8, 0, 0, 0.2, 0.8, 0));
    expect(await set.pixels?.(Uint32Array.of(1, 0))).toEqual(Uint8Array.of(255, 102, 0, 51));
    expect(await set.batch(new Uint32Array(0))).toHaveLength(0);
  });

  it('scale each byte to the float32 nearest to v/255', async () => {
    const all = imageDataset({
      name: 'all',
      shape: [1, 1, 1],
      pixels: Uint8Array.from({ length: 256 }, (_, v) => v),
      labels: undefined,
      classes: undefined,
    });
    const batch = await all.batch(Uint32Array.from({ length: 256 }, (_, v) => v));
    batch.forEach((x, v) => {
      expect(x).toBe(Math.fround(v / 255));
    });
  });

  it('have a fingerprint over shape, content and labels', () => {
    const hash = createHash('sha256')
      .update('uint8 [1,2,1]\n')
      .update(pixels)
      .update('labels\n')
      .update(Uint8Array.of(2, 0, 1));
    expect(images().fingerprint).toBe(hash.digest('hex'));
    const others = [
      images({ labels: undefined }),
      images({ shape: [2, 1, 1] }),
      images({ labels: Uint8Array.of(2, 0, 2) }),
    ];
    const changed = images({ pixels: Uint8Array.of(0, 51, 255, 102, 204, 1) });
    expect(new Set([images(), ...others, changed].map((set) => set.fingerprint)).size).toBe(5);
    expect(images({ name: 'y' }).fingerprint).toBe(images().fingerprint);
  });
});

describe('meanImage', () => {
  it('is the mean over all rows', async () => {
    const mean = await meanImage(images());
    expect(mean[0]).toBeCloseTo((0 + 1 + 0.8) / 3, 7);
    expect(mean[1]).toBeCloseTo((0.2 + 0.4 + 0) / 3, 7);
  });

  it('goes through more rows than one piece of work', async () => {
    const points = Float32Array.from({ length: 2 * 2345 }, (_, i) => (i % 2 ? 1 : i / 2));
    const set = pointDataset({ name: 'p', dimensions: 2, points, labels: undefined, classes: undefined });
    expect(await set.batch(Uint32Array.of(7, 3))).toEqual(Float32Array.of(7, 1, 3, 1));
    expect([...(await meanImage(set))]).toEqual([1172, 1]);
  });
});

describe('resolveOptions', () => {
  const defaults = { count: 10, sigma: 0.5 };

  it('puts options over defaults', () => {
    expect(resolveOptions('toy', defaults, { sigma: 1 })).toEqual({ count: 10, sigma: 1 });
    expect(resolveOptions('toy', defaults)).toEqual(defaults);
  });

  it('refuses unknown keys and wrong types', () => {
    expect(() => resolveOptions('toy', defaults, { sgima: 1 })).toThrow(
      'data set "toy", option "sgima": unknown option; the options are: count, sigma',
    );
    expect(() => resolveOptions('toy', defaults, { toString: 1 })).toThrow(/unknown option/);
    expect(() => resolveOptions('toy', defaults, { sigma: 'wide' })).toThrow(/expected a number.*found "wide"/);
    expect(() => resolveOptions('toy', defaults, { sigma: Number.NaN })).toThrow(/wrong type/);
  });
});
