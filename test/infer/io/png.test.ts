import { decodePng, encodePng, isPng } from '@alix/infer/io/png';
import { describe, expect, it } from 'vitest';
import { bytes, formats } from './fixture.js';

const noise = (length: number) => new Uint8Array(length).map((_, i) => (i * 73 + ((i * i) >> 2)) & 255);
const grey = encodePng(noise(35), { height: 5, width: 7, channels: 1 });

describe('png', () => {
  it.each(formats.png)('decodes as Pillow does: $name', ({ file, pixels, shape }) => {
    const image = decodePng(bytes(file), 'x.png');
    expect([image.height, image.width, image.channels]).toEqual(shape);
    expect(image.pixels).toEqual(bytes(pixels));
  });

  it.each([1, 3, 4])('gives back what was encoded, %i channels', (channels) => {
    const pixels = noise(6 * 4 * channels);
    const file = encodePng(pixels, { height: 6, width: 4, channels });
    expect(isPng(file)).toBe(true);
    expect(file[25]).toBe({ 1: 0, 3: 2, 4: 6 }[channels]); // the colour type in the file's head
    expect(decodePng(file, 'x')).toEqual({ height: 6, width: 4, channels, pixels });
    expect(encodePng(pixels, { height: 6, width: 4, channels })).toEqual(file);
  });

  it('refuses every truncation', () => {
    for (let length = 0; length < grey.length; length++)
      expect(() => decodePng(grey.subarray(0, length), 'cut.png')).toThrow(
        /^cut\.png: (not a PNG file|the PNG is truncated)/,
      );
  });

  it('refuses any changed byte behind the signature', () => {
    for (let at = 8; at < grey.length; at++) {
      const damaged = Uint8Array.from(grey);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      expect(() => decodePng(damaged, 'bad.png')).toThrow(/^bad\.png: /);
    }
  });

  it('ignores bytes behind the end', () => {
    expect(decodePng(Buffer.concat([grey, Buffer.from('more')]), 'x')).toEqual(decodePng(grey, 'x'));
  });

  it('refuses image data that ends too early under right checksums', () => {
    const tall = Buffer.from(encodePng(noise(70), { height: 10, width: 7, channels: 1 }));
    // the head of the tall image before the data of the short one
    const forged = Buffer.concat([tall.subarray(0, 33), Buffer.from(grey).subarray(33)]);
    expect(() => decodePng(forged, 'short.png')).toThrow(/^short\.png: /);
  });

  it('refuses a huge image before it allocates one', () => {
    expect(() => decodePng(grey, 'x', { maxPixels: 34 })).toThrow(
      /too large \(expected at most 34 pixels, found 7x5\)/,
    );
    expect(decodePng(grey, 'x', { maxPixels: 35 }).width).toBe(7);
  });

  it('refuses animation, other files, and pixels that make no image', () => {
    expect(() => decodePng(bytes(formats['animated png']), 'x')).toThrow(/animated/);
    expect(() => decodePng(new TextEncoder().encode('GIF89a'), 'x')).toThrow(/not a PNG file/);
    expect(() => encodePng(noise(5), { height: 2, width: 3, channels: 1 })).toThrow(/found 5 bytes/);
    expect(() => encodePng(noise(12), { height: 2, width: 3, channels: 2 })).toThrow(/2 channels/);
  });
});
