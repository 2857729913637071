import { tile, unstack } from '@alix/infer/io/sheet';
import { describe, expect, it } from 'vitest';

const shape = { height: 1, width: 2, channels: 1 } as const;

describe('sheet', () => {
  it('lays images out row by row with gaps, the last row filled up', () => {
    const sheet = tile([Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5, 6)], shape, {
      columns: 2,
      background: 9,
    });
    expect(sheet).toMatchObject({ height: 5, width: 7, channels: 1 });
    // biome-ignore format: the picture
    expect([...sheet.pixels]).toEqual([
      9, 9, 9, 9, 9, 9, 9,
      9, 1, 2, 9, 3, 4, 9,
      9, 9, 9, 9, 9, 9, 9,
      9, 5, 6, 9, 9, 9, 9,
      9, 9, 9, 9, 9, 9, 9,
    ]);
  });

  it('enlarges by whole pixels, in colour', () => {
    const sheet = tile([Uint8Array.of(1, 2, 3, 4, 5, 6)], { height: 1, width: 2, channels: 3 }, { gap: 0, scale: 2 });
    const row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
    expect(sheet).toMatchObject({ height: 2, width: 4, channels: 3 });
    expect([...sheet.pixels]).toEqual([...row, ...row]);
  });

  it('chooses a square by default, and refuses what is no set of images', () => {
    const many = unstack(new Uint8Array(20), 10);
    expect(many.map((image) => image.length)).toEqual(Array(10).fill(2));
    expect(tile(many, shape, { gap: 0 })).toMatchObject({ height: 3, width: 8 });
    expect(() => tile([], shape)).toThrow(/no image/);
    expect(() => tile([new Uint8Array(2), new Uint8Array(3)], shape)).toThrow(/3 bytes in image 1/);
  });
});
