/** One image file to pixels: what is read, and what is refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlixError } from '@alix/infer/io/errors';
import { decodeImage, readImage, toShape } from '@alix/infer/io/image-file';
import { encodePng } from '@alix/infer/io/png';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
const at = (name: string) => join(root, name);
const shape = { height: 4, width: 6, channels: 1 } as const;
const ramp = (first: number, length = 24) => new Uint8Array(length).map((_, i) => first + i);

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: AlixError) => error.code,
  );

beforeAll(() => {
  for (const [i, name] of ['a.png', 'b.png'].entries()) writeFileSync(at(name), encodePng(ramp(10 * i), shape));
});

describe('readImage', () => {
  const rgb = new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 10, 20, 30]);
  const small = { height: 2, width: 3 };

  it('turns RGB to grey by the luma of BT.601, and grey to RGB by repeating it', () => {
    const grey = toShape({ ...small, channels: 3, pixels: rgb }, { ...small, channels: 1 }, 'x');
    // 0.299, 0.587 and 0.114 of 255; the last is 2.99 + 11.74 + 3.42
    expect([...grey]).toEqual([76, 150, 29, 255, 0, 18]);
    const back = toShape(
      { ...small, channels: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) },
      { ...small, channels: 3 },
      'x',
    );
    expect([...back]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6]);
  });

  it('says the size that is needed and the one that is there', async () => {
    await expect(readImage(at('b.png'), { height: 28, width: 28, channels: 1 })).rejects.toThrow(
      `${at('b.png')}: the image is not of the model's size (expected 28x28 pixels, found 6x4); crop or resize it to 28x28 first`,
    );
  });

  it('tells the size by the head, before any pixel is decoded', async () => {
    const large = { height: 40, width: 60, channels: 1 } as const;
    const noise = new Uint8Array(2400).map((_, i) => ((i * 7919) ^ (i * i)) & 255);
    const bytes = Buffer.from(encodePng(noise, large));
    // the pixels are damaged: whoever decodes them says so first
    bytes.fill(0, 60, 100);
    writeFileSync(at('large.png'), bytes);
    expect(await code(readImage(at('large.png'), shape))).toBe('wrong-size');
    expect(await code(readImage(at('large.png'), large))).toBe('bad-image');
    const jpeg = await sharp(noise, { raw: large }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    writeFileSync(at('turned.jpg'), jpeg.subarray(0, -40));
    await expect(readImage(at('turned.jpg'), shape)).rejects.toThrow('found 40x60');
    expect(await code(readImage(at('turned.jpg'), { height: 60, width: 40, channels: 1 }))).toBe('bad-image');
  });

  it('refuses transparency, and drops an alpha channel without any', async () => {
    writeFileSync(at('clear.png'), encodePng(ramp(0, 96), { ...shape, channels: 4 }));
    expect(await code(readImage(at('clear.png'), shape))).toBe('transparent');
    const opaque = await sharp(rgb, { raw: { ...small, channels: 3 } })
      .ensureAlpha()
      .webp({ lossless: true })
      .toBuffer();
    expect(await decodeImage(opaque, 'x')).toEqual({ ...small, channels: 3, pixels: rgb });
    const clear = await sharp(rgb, { raw: { ...small, channels: 3 } })
      .ensureAlpha(0.5)
      .webp({ lossless: true })
      .toBuffer();
    expect((await decodeImage(clear, 'x')).channels).toBe(4);
  });

  it.each(['webp', 'tiff', 'png'] as const)('reads lossless %s exactly', async (format) => {
    const options = format === 'webp' ? { lossless: true } : format === 'tiff' ? { compression: 'lzw' } : {};
    const file = await sharp(rgb, { raw: { ...small, channels: 3 } })
      .toFormat(format, options)
      .toBuffer();
    expect(await decodeImage(file, 'x')).toEqual({ ...small, channels: 3, pixels: rgb });
  });

  it('reads JPEG, grey as grey, and turned as the camera was held', async () => {
    const grey = await sharp(new Uint8Array(24).fill(90), { raw: shape })
      .toColourspace('b-w')
      .jpeg({ quality: 95 })
      .toBuffer();
    const image = await decodeImage(grey, 'x');
    expect(image.channels).toBe(1);
    expect(image.pixels.every((v) => Math.abs(v - 90) <= 1)).toBe(true);
    const turned = await sharp(grey).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await decodeImage(turned, 'x')).toMatchObject({ height: 6, width: 4 });
  });

  it('refuses CMYK, animation, 16-bit TIFF, SVG, and what is no image', async () => {
    const paint = sharp({ create: { ...small, channels: 3, background: 'red' } });
    const cases: [Uint8Array, RegExp][] = [
      [await paint.clone().toColourspace('cmyk').jpeg().toBuffer(), /CMYK.*convert it to RGB/],
      [await paint.clone().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer(), /not bytes/],
      [
        await sharp([at('b.png'), at('a.png')], { join: { animated: true } })
          .webp()
          .toBuffer(),
        /animated/,
      ],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="6" height="4"/>'), /format that is not read: svg/],
      [Buffer.from('hello'), /not an image/],
      [new Uint8Array(0), /an empty file/],
    ];
    for (const [file, message] of cases) await expect(decodeImage(file, 'x')).rejects.toThrow(message);
  });

  it('refuses a JPEG cut anywhere', async () => {
    const pixels = ramp(0, 64 * 64 * 3).map((v, i) => (v * i) & 255);
    const file = await sharp(pixels, { raw: { height: 64, width: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (const part of [0.01, 0.2, 0.5, 0.8, 0.99]) {
      const cut = file.subarray(0, Math.floor(file.length * part));
      expect(await code(decodeImage(cut, 'cut.jpg'))).toBe('bad-image');
    }
  });
});
