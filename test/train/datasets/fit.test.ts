import { type Fit, fitFor, fitImage } from '@alix/train/datasets/fit';
import { describe, expect, it } from 'vitest';

const grey = (height: number, width: number, ...values: number[]) =>
  ({ height, width, channels: 1, pixels: Uint8Array.from(values) }) as const;
const fit = (size: number, centreCrop: number, channels: number, first = grey(2, 4)): Fit =>
  fitFor({ size, centreCrop, channels }, first);

describe('the fit of images to rows', () => {
  const wide = grey(2, 4, 1, 10, 20, 2, 3, 30, 40, 4);

  it('takes the centred square and scales it', () => {
    expect([...fitImage(wide, fit(2, 0, 0), 'x')]).toEqual([10, 20, 30, 40]);
    // one pixel of four: their mean
    expect([...fitImage(wide, fit(1, 0, 0), 'x')]).toEqual([25]);
    expect([...fitImage(wide, fit(0, 2, 0), 'x')]).toEqual([10, 20, 30, 40]);
    // of the odd line the upper and left part is taken
    expect([...fitImage(wide, fit(0, 1, 0), 'x')]).toEqual([10]);
    // twice as large: weights of 3/4 and 1/4, and the edge alone at the edge
    expect([...fitImage(grey(1, 1, 9), fit(2, 0, 0), 'x')]).toEqual([9, 9, 9, 9]);
    expect([...fitImage(grey(2, 2, 0, 100, 0, 100), fit(4, 0, 0), 'x')].slice(4, 8)).toEqual([0, 25, 75, 100]);
  });

  it('changes nothing unless asked, and then wants one size', () => {
    expect(fit(0, 0, 0)).toEqual({ height: 2, width: 4, channels: 1, crop: 0, scale: false });
    expect([...fitImage(wide, fit(0, 0, 0), 'x')]).toEqual([...wide.pixels]);
    expect(() => fitImage(grey(1, 1, 0), fit(0, 0, 0), 'one.png')).toThrow(/one\.png: the images are not of one size/);
  });

  it('makes the channels that are asked for, or those of the first image', () => {
    expect([...fitImage(grey(1, 1, 9), fit(1, 0, 3), 'x')]).toEqual([9, 9, 9]);
    const red = { height: 1, width: 1, channels: 3, pixels: Uint8Array.of(255, 0, 0) } as const;
    // 0.299 of 255
    expect([...fitImage(red, fit(1, 0, 1), 'x')]).toEqual([76]);
    expect(fitFor({ size: 0, centreCrop: 0, channels: 0 }, red).channels).toBe(3);
    const clear = { height: 1, width: 1, channels: 4, pixels: Uint8Array.of(1, 2, 3, 4) } as const;
    expect(fitFor({ size: 0, centreCrop: 0, channels: 0 }, clear).channels).toBe(3);
    expect(() => fitImage(clear, fit(1, 0, 3), 'clear.png')).toThrow(/clear\.png: .*transparent/);
  });
});
