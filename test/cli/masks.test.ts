import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { box } from '../../cli/dist/box.js';
import { type MaskOptions, openMasks } from '../../cli/dist/masks.js';
import { temporaryFolder } from '../fixtures/folder.js';

const folder = temporaryFolder();
const size = { height: 6, width: 4, channels: 1 } as const;
const open = (options: MaskOptions) =>
  openMasks({ ...options, ...(options.mask !== undefined && { mask: join(folder, options.mask) }) }, size);
const at = (x: number, y: number, width: number, height: number) => ({ box: { x, y, width, height } });

function write(name: string, pixels: Uint8Array, width = 4, channels: 1 | 3 | 4 = 1): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  const bytes = encodePng(pixels, { height: pixels.length / width / channels, width, channels });
  writeFileSync(join(folder, name), bytes);
}

write('wide.png', new Uint8Array(30), 5);
write('all.png', new Uint8Array(24).fill(1));
write('clear.png', new Uint8Array(96), 4, 4);
writeFileSync(join(folder, 'text.png'), 'hello');

test.each<[string, MaskOptions, RegExp]>([
  ['neither', {}, /what is hidden was not said; give --mask/],
  ['both', { mask: 'all.png', ...at(1, 1, 1, 1) }, /exclude each other/],
  ['of another size', { mask: 'wide.png' }, /wide\.png: .*expected 4x6 pixels, found 5x6\); crop or resize/],
  ['all hidden', { mask: 'all.png' }, /all\.png: the whole image is hidden.*; leave some pixels known/],
  ['transparent', { mask: 'clear.png' }, /clear\.png: .*transparent parts.*; save it in black/],
  ['no PNG', { mask: 'text.png' }, /text\.png: /],
  ['missing', { mask: 'none.png' }, /none\.png: no such file/],
  ['right of the images', at(4, 0, 1, 1), /--box 4,0,1,1: the box lies outside the images \(expected x below 4/],
  ['below them', at(0, 6, 1, 1), /--box 0,6,1,1: the box lies outside/],
  ['a box around them', at(0, 0, 9, 9), /--box 0,0,9,9: the whole image is hidden/],
])('%s', async (_, options, words) => {
  await expect(open(options)).rejects.toThrow(words);
});

test('a box is cut at the borders', async () => {
  const mask = await (await open(at(3, 4, 9, 9))).of('any');
  expect([...mask].flatMap((hidden, i) => (hidden ? [i] : []))).toEqual([19, 23]);
});

test('in a folder: the name itself before its stem, whatever the kind of the image', async () => {
  const hiding = (place: number) => Uint8Array.from({ length: 24 }, (_, i) => Number(i === place));
  for (const [place, name] of ['a/1.png', 'a/1.jpg.png', '00003.png', 'x.y.png'].entries())
    write(`masks/${name}`, hiding(place));
  const masks = await open({ mask: 'masks' });
  for (const [name, place] of [
    ['a/1.png', 0],
    ['a/1.jpg', 1],
    ['a/1.webp', 0],
    ['00003', 2],
    ['x.y.jpeg', 3],
  ] as const)
    expect([name, (await masks.of(name)).indexOf(1)]).toEqual([name, place]);
  await expect(masks.of('b/1.jpg')).rejects.toThrow(/masks\/b\/1\.png: no mask for the image b\/1\.jpg; add it/);
  await expect(masks.of('../1.png')).rejects.toThrow(/out of the output folder/);
});

test.each(['1,2,3', '1,2,3,4,5', '1,1,0,1', '-1,0,1,1', '1.5,0,1,1', 'a,b,c,d', '', '1,,1,1'])(
  'no box: "%s"',
  (text) => {
    expect(() => box(text)).toThrow(/x,y,width,height in whole pixels/);
  },
);

test('a box', () => {
  expect(box('7, 0,14,3')).toEqual({ x: 7, y: 0, width: 14, height: 3 });
});
