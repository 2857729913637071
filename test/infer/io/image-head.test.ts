import { hasSecondFrame } from '@alix/infer/io/gif-frames';
import { HEAD_BYTES, headSize, mayMove } from '@alix/infer/io/image-head';
import { encodePng } from '@alix/infer/io/png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

const size = { width: 37, height: 300 };
const raw = (channels: 3 | 4 = 3) =>
  sharp(new Uint8Array(size.width * size.height * channels).fill(90), { raw: { ...size, channels } });

describe('headSize', () => {
  it.each<[string, () => Promise<Uint8Array>]>([
    ['JPEG', () => raw().jpeg().toBuffer()],
    ['progressive JPEG', () => raw().jpeg({ progressive: true }).toBuffer()],
    ['JPEG with a colour profile', () => raw().withIccProfile('srgb').jpeg().toBuffer()],
    ['lossy WebP', () => raw().webp().toBuffer()],
    ['lossless WebP', () => raw().webp({ lossless: true }).toBuffer()],
    ['WebP with alpha', () => raw(4).webp().toBuffer()],
    ['GIF', () => raw().gif().toBuffer()],
    ['PNG', async () => encodePng(new Uint8Array(size.width * size.height), { ...size, channels: 1 })],
  ])('of a %s', async (_, make) => {
    expect(headSize((await make()).subarray(0, HEAD_BYTES))).toEqual(size);
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['a JPEG that may be turned', () => raw().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['a WebP that may be turned', () => raw().withMetadata({ orientation: 6 }).webp().toBuffer()],
    ['another format', () => raw().tiff().toBuffer()],
    ['a JPEG that ends too early', async () => (await raw().jpeg().toBuffer()).subarray(0, 100)],
    [
      'a PNG that ends too early',
      async () => encodePng(new Uint8Array(1), { height: 1, width: 1, channels: 1 }).subarray(0, 20),
    ],
    ['nothing', async () => new Uint8Array(0)],
    ['a JPEG whose segments have no length', async () => new Uint8Array(1024).fill(0xff, 0, 1).fill(0xd8, 1, 2)],
  ])('does not say it of %s', async (_, make) => {
    expect(headSize((await make()).subarray(0, HEAD_BYTES))).toBeUndefined();
  });
});

describe('what moves', () => {
  /** Of n frames, one below the other. */
  const frames = (n: number) => {
    const pixels = Uint8Array.from({ length: 4 * 4 * n * 3 }, (_, i) => (i * 37) % 256);
    return sharp(pixels, { raw: { width: 4, height: 4 * n, channels: 3, pageHeight: 4 } });
  };

  it('is told of GIF by its frames, and of WebP by its head', async () => {
    for (const [n, moves] of [
      [1, false],
      [2, true],
      [5, true],
    ] as const) {
      const gif = await frames(n).gif().toBuffer();
      expect([mayMove(gif), hasSecondFrame(gif)], `${n} frames`).toEqual(['gif', moves]);
      const webp = await frames(n).webp({ lossless: true }).toBuffer();
      expect(mayMove(webp) === 'webp', `${n} frames`).toBe(moves);
    }
    expect([mayMove(await frames(1).png().toBuffer()), mayMove(new Uint8Array(0))]).toEqual([undefined, undefined]);
  });

  it('is looked for no further than a damaged GIF goes', async () => {
    const gif = await frames(3).gif().toBuffer();
    for (let cut = 0; cut < gif.length; cut++) expect(typeof hasSecondFrame(gif.subarray(0, cut))).toBe('boolean');
    expect(hasSecondFrame(gif.subarray(0, 40))).toBe(false);
  });
});
