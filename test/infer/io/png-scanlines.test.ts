import { deflateSync, inflateSync } from 'node:zlib';
import { decodePng } from '@alix/infer/io/png';
import { createRandom } from '@alix/infer/io/random';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';

const HEAD = 33;

/** Waves with noise, so that every filter's predictions are sometimes right and overflow sometimes. */
function picture(height: number, width: number, channels: number, seed: number): Uint8Array {
  const noise = createRandom(seed).integer(1, 250);
  return Uint8Array.from(
    { length: height * width * channels },
    (_, i) => 128 + 127 * Math.sin(i / 5) + ((i * noise) % 7),
  );
}

/** pngjs's encoder with one filter throughout. */
function encoded(pixels: Uint8Array, height: number, width: number, channels: 1 | 3, filterType: number): Buffer {
  const png = new PNG({ height, width });
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) png.data[4 * i + c] = pixels[i * channels + Math.min(c, channels - 1)] as number;
    png.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(png, { filterType, colorType: channels === 1 ? 0 : 2, inputHasAlpha: true });
}

describe('plain PNGs', () => {
  it.each([0, 1, 2, 3, 4])('with filter %i come back as they were', (filter) => {
    for (const channels of [1, 3] as const)
      for (const [height, width] of [
        [1, 1],
        [1, 9],
        [9, 1],
        [13, 17],
      ] as const) {
        const pixels = picture(height, width, channels, filter + 1);
        const bytes = encoded(pixels, height, width, channels, filter);
        const used = new Set(inflateSync(idat(bytes)).filter((_, i) => i % (width * channels + 1) === 0));
        expect([...used]).toEqual([filter]);
        expect(decodePng(bytes, 'x.png')).toEqual({ height, width, channels, pixels });
      }
  });

  it('are refused for a filter that is none, and for a wrong checksum of any chunk', () => {
    const bytes = encoded(picture(3, 3, 1, 1), 3, 3, 1, 0);
    const unknown = inflateSync(idat(bytes));
    unknown[0] = 5;
    expect(() => decodePng(withData(bytes, deflateSync(unknown)), 'x.png')).toThrow(
      /x\.png: the PNG cannot be decoded/,
    );
    for (const at of [HEAD - 1, bytes.length - 13, bytes.length - 1]) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(() => decodePng(damaged, 'x.png'), `byte ${at}`).toThrow(/x\.png: the PNG cannot be decoded/);
    }
  });

  it('with a transparent colour keep their transparency', () => {
    const bytes = encoded(Uint8Array.of(7, 200), 1, 2, 1, 0);
    const transparent = chunk('tRNS', Buffer.of(0, 7));
    const found = decodePng(Buffer.concat([bytes.subarray(0, HEAD), transparent, bytes.subarray(HEAD)]), 'x.png');
    expect(found.channels).toBe(4);
    expect([found.pixels[3], ...found.pixels.subarray(4)]).toEqual([0, 200, 200, 200, 255]);
  });
});

/** pngjs writes one IDAT behind the head. */
function idat(bytes: Buffer): Buffer {
  return bytes.subarray(HEAD + 8, HEAD + 8 + bytes.readUInt32BE(HEAD));
}

function withData(bytes: Buffer, data: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, HEAD), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(checksum(body));
  return Buffer.concat([length, body, sum]);
}

/** CRC-32 by its definition, bit by bit. */
function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
