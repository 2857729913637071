/** Rows of images: each in its place, holes where they are, originals framed. */
import { imageRows, inpaintings, interpolations } from '@alix/eval';
import { decodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';

const size = { height: 2, width: 3, channels: 1 } as const;
const flat = (grey: number) => new Uint8Array(6).fill(grey);

/** The pixels and the alt of each image. */
const shown = (text: string) =>
  [...text.matchAll(/<img src="data:image\/png;base64,([^"]*)"[^>]*alt="([^"]*)"/g)].map(([, data = '', alt]) => ({
    pixels: Array.from(decodePng(Buffer.from(data, 'base64'), 'inline').pixels),
    alt,
  }));

test('an interpolation shows its images in order, the first and the last in frames', () => {
  const text = `${interpolations([{ name: 'a to b', images: [10, 20, 30, 40].map(flat) }], size)}`;
  expect(shown(text)).toEqual([
    { pixels: Array.from(flat(10)), alt: 'a to b, original' },
    { pixels: Array.from(flat(20)), alt: 'a to b, 1 of 2 between' },
    { pixels: Array.from(flat(30)), alt: 'a to b, 2 of 2 between' },
    { pixels: Array.from(flat(40)), alt: 'a to b, original' },
  ]);
  expect(text.match(/<span class="end"><img/g)).toHaveLength(2);
  expect(text).toMatch(/"end"><img.*?<\/span><img.*?><img.*?><span class="end"><img/);
  expect(() => interpolations([{ name: 'a', images: [1, 2].map(flat) }], size)).toThrow(/at least 3 images, found 2/);
});

test('inpaintings show the original, the hole in no grey of the image, and the filling', () => {
  const original = Uint8Array.from([0, 50, 100, 150, 200, 255]);
  const hole = Uint8Array.from([0, 1, 1, 0, 0, 1]);
  const text = `${inpaintings([{ name: 'x', original, hole, filled: flat(9), caption: '0.012' }], size)}`;
  expect(shown(text)).toEqual([
    { pixels: Array.from(original), alt: 'x, original' },
    { pixels: [0, 165, 110, 150, 200, 165], alt: 'x, masked' },
    { pixels: Array.from(flat(9)), alt: 'x, filled' },
  ]);
  expect([...text.matchAll(/<span class="of">(\w+)</g)].map(([, label]) => label)).toEqual([
    'original',
    'masked',
    'filled',
    'MSE',
  ]);
  expect(text).toContain('<span>0.012</span>');
  expect(() => inpaintings([{ name: 'x', original, hole: hole.slice(1), filled: original }], size)).toThrow(
    /hole of x/,
  );
});

test('a hole in colours hides all channels of its pixels, and no others', () => {
  const rgb = { height: 1, width: 2, channels: 3 } as const;
  const original = Uint8Array.from([1, 2, 3, 4, 5, 6]);
  const text = `${inpaintings([{ name: 'x', original, hole: Uint8Array.of(0, 7), filled: original }], rgb)}`;
  expect(shown(text)[1]?.pixels).toEqual([1, 2, 3, 165, 165, 165]);
  expect(text).not.toContain('MSE');
});

test('rows of many images wrap in blocks of eight, each with the labels, the last one filled up', () => {
  const names = Array.from({ length: 11 }, (_, i) => `n${i}`);
  const rows = ['original', 'model'].map((label, r) => ({ label, images: names.map((_, i) => flat(20 * r + i)) }));
  const text = `${imageRows([...rows, { label: 'MSE', words: names.map((_, i) => `e${i}`) }], names, size)}`;
  const blocks = text.split('<div class="block"').slice(1);
  expect(blocks.map((block) => shown(block).map(({ alt }) => alt))).toEqual(
    [names.slice(0, 8), names.slice(8)].map((part) =>
      ['original', 'model'].flatMap((label) => part.map((name) => `${name}, ${label}`)),
    ),
  );
  for (const block of blocks) {
    // a label and eight cells in each of three rows
    expect(block.match(/<img|<span/g)).toHaveLength(27);
    expect(block.match(/class="of"/g)).toHaveLength(3);
  }
  expect(blocks[1]).toContain('<span>e10</span><span></span>');
  expect(() => imageRows([{ label: 'short', images: [] }], names, size)).toThrow(/short .*expected 11, found 0/);
});

test('text is escaped', () => {
  const hostile = '"><script>';
  const text = [
    interpolations([{ name: hostile, images: [1, 2, 3].map(flat) }], size),
    imageRows(
      [
        { label: hostile, images: [flat(1)] },
        { label: 'w', words: [hostile] },
      ],
      [hostile],
      size,
    ),
  ].join('');
  expect(text).not.toContain('<script');
});
