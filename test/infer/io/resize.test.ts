import { readFileSync } from 'node:fs';
import { centreCrop, resize } from '@alix/infer/io/resize';
import { describe, expect, it } from 'vitest';

/** test/oracles/resize.py makes it with Pillow. */
const pillow = JSON.parse(readFileSync(new URL('../../fixtures/io/resize.json', import.meta.url), 'utf8')) as {
  height: number;
  width: number;
  pixels: number[];
  resized: { height: number; width: number; step: number; values: number[] }[];
};

describe('resize', () => {
  const grey = Uint8Array.from(pillow.pixels);
  const from = { height: pillow.height, width: pillow.width };

  it.each(pillow.resized)('to $width x $height is what Pillow gives, rounded', ({ step, values, ...to }) => {
    const found = resize(grey, { ...from, channels: 1 }, to);
    expect(found.length).toBe(to.height * to.width);
    // Pillow's numbers are float32 with three digits kept: beyond that a half may be rounded either way
    values.forEach((value, i) => {
      expect(Math.abs((found[i * step] as number) - value)).toBeLessThanOrEqual(0.502);
    });
  });

  it('treats each channel as an image of its own', () => {
    const other = grey.map((value) => 255 - value);
    const both = new Uint8Array(2 * grey.length).map((_, i) => (i & 1 ? other : grey)[i >> 1] as number);
    const to = { height: 7, width: 6 };
    const found = resize(both, { ...from, channels: 2 }, to);
    expect(found.filter((_, i) => i % 2 === 0)).toEqual(resize(grey, { ...from, channels: 1 }, to));
    expect(found.filter((_, i) => i % 2 === 1)).toEqual(resize(other, { ...from, channels: 1 }, to));
  });
});

describe('centreCrop', () => {
  it('leaves the odd line over below and on the right', () => {
    const pixels = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => i);
    // rows 1 and 2 of 5, columns 0 to 2 of 4
    const rows = [1, 2].flatMap((y) => Array.from({ length: 9 }, (_, i) => y * 12 + i));
    expect([...centreCrop(pixels, { height: 5, width: 4, channels: 3 }, { height: 2, width: 3 })]).toEqual(rows);
  });
});
