/** Pictures of a page as a model's pixels: those of Pillow, which are those of Node. */
import { crc32 } from 'node:zlib';
import { decodePng } from '@alix/infer/io/png';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fit, toShape } from '../../infer/dist/io/pixels.js';
import { bytes, formats } from '../infer/io/fixture.js';
import { describeWithBrowser, openPage, startBrowser } from './browser.js';
import { startServer, type TestServer } from './server.js';

declare const alix: typeof import('@alix/infer/web');

interface Asked {
  readonly file: string;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly resize?: boolean;
  /** What the page makes of the file first. */
  readonly by?: 'bitmap' | 'image data' | 'canvas';
}

/** The pixels, or the error's code and message. */
function pixelsInPage(page: Page, asked: Asked): Promise<number[] | { code: string; message: string }> {
  return page.evaluate(async ({ file, resize, by, ...shape }) => {
    const blob = new File([Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))], 'my.png');
    try {
      let picture: import('@alix/infer/web').Picture = blob;
      if (by) {
        const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        if (by === 'bitmap') picture = bitmap;
        else if (by === 'canvas') picture = context.canvas;
        else picture = context.getImageData(0, 0, bitmap.width, bitmap.height);
      }
      return [...(await alix.toPixels(picture, shape, { resize }))];
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    }
  }, asked);
}

/** A PNG with one more chunk behind its head. */
function withChunk(file: Uint8Array, type: string, data: Uint8Array): string {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(data.length);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return Buffer.concat([file.subarray(0, 33), chunk, file.subarray(33)]).toString('base64');
}

describeWithBrowser('pictures of a page', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    server = await startServer();
    page = await openPage(browser, server.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('are those of Node, of every kind of PNG; what a browser would round or drop is refused', async () => {
    const seen = { same: 0, refused: 0 };
    for (const { name, file } of formats.png) {
      const image = decodePng(bytes(file), name);
      for (const channels of [1, 3] as const) {
        const found = await pixelsInPage(page, { file, height: image.height, width: image.width, channels });
        const is16 = bytes(file)[24] === 16;
        if (is16 || image.channels === 4) {
          expect(found, name).toMatchObject({ code: is16 ? 'bad-image' : 'transparent' });
          seen.refused++;
        } else {
          expect(found, name).toEqual([...toShape(image, { ...image, channels }, name)]);
          seen.same++;
        }
      }
    }
    expect(seen.same).toBeGreaterThanOrEqual(12);
    expect(seen.refused).toBeGreaterThanOrEqual(4);
  });

  it('are stored values, whatever gamma or colours the file states', async () => {
    const { file } = formats.png.find(({ name }) => name === '8-bit RGB') ?? formats.png[0]!;
    const image = decodePng(bytes(file), 'rgb');
    const shape = { height: image.height, width: image.width, channels: 3 } as const;
    const gamma = Buffer.alloc(4);
    gamma.writeUInt32BE(100_000);
    // primaries far from those of sRGB
    const primaries = Buffer.alloc(32);
    const stated = [31270, 32900, 80000, 20000, 10000, 80000, 10000, 5000];
    for (const [i, value] of stated.entries()) primaries.writeUInt32BE(value, 4 * i);
    const wanted = [...toShape(image, shape, 'rgb')];
    for (const odd of [withChunk(bytes(file), 'gAMA', gamma), withChunk(bytes(file), 'cHRM', primaries)])
      expect(await pixelsInPage(page, { file: odd, ...shape })).toEqual(wanted);
    for (const by of ['bitmap', 'image data', 'canvas'] as const)
      expect(await pixelsInPage(page, { file, ...shape, by }), by).toEqual(wanted);
  });

  it('are cropped and scaled by the same rule as in Node, or refused for their size', async () => {
    const { file } = formats.png[0]!;
    const image = decodePng(bytes(file), 'grey');
    for (const to of [
      { height: 4, width: 4 },
      { height: 9, width: 3 },
      { height: 20, width: 30 },
    ]) {
      const shape = { ...to, channels: 1 } as const;
      const found = await pixelsInPage(page, { file, ...shape, resize: true });
      expect(found).toEqual([...toShape(fit(image, to), shape, 'grey')]);
      expect(await pixelsInPage(page, { file, ...shape })).toMatchObject({ code: 'wrong-size' });
    }
  });

  it('that are damaged, animated or too large are errors of one line', async () => {
    const { file } = formats.png[0]!;
    const shape = { height: 5, width: 7, channels: 1 } as const;
    const head = Buffer.from(file, 'base64').subarray(0, 40);
    const huge = Buffer.from(head);
    huge.writeUInt32BE(30_000, 16);
    huge.writeUInt32BE(30_000, 20);
    const cases = [
      [head.toString('base64'), 'bad-image', 'my.png: not an image that this browser reads'],
      [Buffer.from('hello').toString('base64'), 'bad-image', 'not an image that this browser reads'],
      ['', 'bad-image', 'not an image that this browser reads'],
      [formats['animated png'], 'bad-image', 'my.png: an animated image'],
      [huge.toString('base64'), 'too-large', 'found 30000x30000'],
    ] as const;
    for (const [broken, code, words] of cases) {
      const found = await pixelsInPage(page, { file: broken, ...shape });
      expect(found).toMatchObject({ code, message: expect.stringContaining(words) });
    }
  });

  it('come back as something that a canvas shows', async () => {
    const shown = await page.evaluate(() => {
      const grey = alix.toImageData(Uint8Array.of(0, 128, 255, 7), { height: 2, width: 2, channels: 1 });
      const rgb = alix.toImageData(Uint8Array.of(1, 2, 3, 4, 5, 6), { height: 1, width: 2, channels: 3 });
      return { grey: [...grey.data], rgb: [...rgb.data], width: grey.width };
    });
    expect(shown).toEqual({
      grey: [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 7, 7, 7, 255],
      rgb: [1, 2, 3, 255, 4, 5, 6, 255],
      width: 2,
    });
  });
});
