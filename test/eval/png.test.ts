/** Reports' own PNGs, read back by another decoder. */
import { smallPng } from '@alix/eval/report/png';
import sharp from 'sharp';
import { expect, test } from 'vitest';

test.each([
  { height: 3, width: 5, channels: 1 },
  { height: 28, width: 28, channels: 1 },
  { height: 7, width: 2, channels: 3 },
  { height: 64, width: 64, channels: 3 },
] as const)('$height x $width x $channels comes back as it was', async (size) => {
  const { height, width, channels } = size;
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * i * 7 + i) % 256);
  const { data, info } = await sharp(smallPng(pixels, size), { failOn: 'warning' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ height, width, channels });
  expect([...data]).toEqual([...pixels]);
});
