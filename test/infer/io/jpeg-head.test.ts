/** The head of a JPEG, beside what libvips says of it. */
import { plainJpeg } from '@alix/infer/io/jpeg-head';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const image = (channels: 1 | 3) =>
  sharp(Buffer.alloc(31 * 17 * channels, 90), { raw: { width: 31, height: 17, channels } });

test.each([
  ['RGB', () => image(3).jpeg(), false],
  ['grey', () => image(1).toColourspace('b-w').jpeg(), true],
  ['progressive', () => image(3).jpeg({ progressive: true }), false],
  ['4:4:4', () => image(3).jpeg({ chromaSubsampling: '4:4:4' }), false],
  ['with a profile', () => image(3).withIccProfile('p3').jpeg(), false],
] as const)('%s', async (_, make, isGrey) => {
  const bytes = await make().toBuffer();
  const { width, height, space, depth } = await sharp(bytes).metadata();
  expect({ width, height, isGrey: space === 'b-w', depth }).toEqual({ width: 31, height: 17, isGrey, depth: 'uchar' });
  expect(plainJpeg(bytes)).toEqual({ width: 31, height: 17, isGrey });
});

test('what is not plain is left to the decoder: CMYK, 12 bits, Exif, other formats, a head that is cut off', async () => {
  const plain = await image(3).jpeg().toBuffer();
  const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
  const damaged = (at: number, value: number) => Buffer.from(plain.with(at, value));
  expect(plainJpeg(damaged(frame + 4, 12))).toBeUndefined();
  expect(plainJpeg(await image(3).toColourspace('cmyk').jpeg().toBuffer())).toBeUndefined();
  expect(plainJpeg(await image(3).jpeg().withMetadata({ orientation: 6 }).toBuffer())).toBeUndefined();
  expect(plainJpeg(await image(3).png().toBuffer())).toBeUndefined();
  for (let length = 0; length < frame + 10; length++) expect(plainJpeg(plain.subarray(0, length))).toBeUndefined();
  expect(plainJpeg(damaged(frame + 5, 0).fill(0, frame + 5, frame + 9))).toBeUndefined();
});
