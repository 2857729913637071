/** CelebA's layout, made here: JPEGs of 178x218, the list of partitions, the list of attributes. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, DatasetRequest } from '@alix/train/datasets/dataset';
import { openDataset, sourceName } from '@alix/train/datasets/index';
import { labelArray } from '@alix/train/input/labels';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
const folder = join(root, 'celeba');
const nameOf = (i: number) => `${String(i + 1).padStart(6, '0')}.jpg`;
const ATTRIBUTES = ['5_o_Clock_Shadow', 'Bald', 'Young'];
/** Of six images: train 0 to 2, validation 3, test 4 and 5. */
const PARTS = [0, 0, 0, 1, 2, 2];
const partition = PARTS.map((part, i) => `${nameOf(i)} ${part}\n`);
const marks = PARTS.map((_, i) => [i % 2, i === 1 ? 1 : 0, i > 3 ? 1 : 0]);
const attributes = [
  `${PARTS.length}\n`,
  `${ATTRIBUTES.join(' ')} \n`,
  // padded as in the published list
  ...marks.map((row, i) => `${nameOf(i)} ${row.map((mark) => (mark ? ' 1' : '-1')).join(' ')}\n`),
];
const list = (name: string, lines: readonly string[]) => writeFileSync(join(folder, name), lines.join(''));

/** A frame of `width` in the colour outside, black inside: what is cropped shows. */
async function framed(colour: number, frame: number, height = 218, width = 178): Promise<Buffer> {
  const pixels = Buffer.alloc(height * width * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (Math.min(x, width - 1 - x) < frame) pixels.fill(colour, (y * width + x) * 3, (y * width + x + 1) * 3);
  return sharp(pixels, { raw: { height, width, channels: 3 } })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

beforeAll(async () => {
  mkdirSync(join(folder, 'img_align_celeba'), { recursive: true });
  for (let i = 0; i < PARTS.length; i++)
    writeFileSync(join(folder, 'img_align_celeba', nameOf(i)), await framed(40 * (i + 1), 40));
});
beforeEach(() => {
  list('list_eval_partition.txt', partition);
  list('list_attr_celeba.txt', attributes);
});

const open = (options: DatasetRequest['options'] = {}, split: 'train' | 'test' = 'train', data = folder) =>
  openDataset(data, { split, seed: 1, options });
const first = async (data: Dataset) => (await data.pixels?.(Uint32Array.of(0))) as Uint8Array;

describe('CelebA', () => {
  it('has the partitions of its list, in its order, and its attributes', async () => {
    const [train, test] = [await open(), await open({}, 'test')];
    expect(train).toMatchObject({
      name: 'celeba',
      shape: [64, 64, 3],
      count: 3,
      labels: undefined,
      classes: undefined,
    });
    expect(test.count).toBe(2);
    expect((await open({ test: 'val' }, 'test')).count).toBe(1);
    expect(train.attributes).toMatchObject({ count: 3, names: ATTRIBUTES });
    expect([...(train.attributes?.values ?? [])]).toEqual(marks.slice(0, 3).flat());
    expect([...(test.attributes?.values ?? [])]).toEqual(marks.slice(4).flat());
    expect(labelArray(test, Uint32Array.of(1))?.data).toEqual(Float32Array.from(marks[5] ?? []));
    // the frame's colours say which image it is
    const rows = (await test.pixels?.(Uint32Array.of(0, 1))) as Uint8Array;
    expect([rows[0], rows[64 * 64 * 3]].map((value) => Math.round((value as number) / 40))).toEqual([5, 6]);
    expect(train.origin).toEqual({ formats: { jpeg: 3 } });
    expect(train.options).toEqual({ crop: 'centre-178', size: 64, train: 'train', test: 'test' });
    const one = await open({ train: 'train[1:2]' });
    expect([...(one.attributes?.values ?? [])]).toEqual(marks[1]);
    expect(one.origin).toEqual({ formats: { jpeg: 1 } });
  });

  it('is cropped as the authors do, by name', async () => {
    // the frame of 40 pixels has 40 - (178 - crop) / 2 left, which are scaled by 64 / crop
    for (const crop of [178, 160, 148, 108]) {
      const pixels = await first(await open({ crop: `centre-${crop}` }));
      const left = Math.max(0, 40 - (178 - crop) / 2) * (64 / crop);
      const line = Array.from({ length: 64 }, (_, x) => pixels[(32 * 64 + x) * 3] as number);
      const bright = line.slice(0, 32).reduce((sum, value) => sum + value / 40, 0);
      expect(Math.abs(bright - left)).toBeLessThan(0.6);
    }
    const plain = await open({ crop: 'centre-160', size: 0 });
    expect(plain.shape).toEqual([160, 160, 3]);
    expect(plain.fingerprint).not.toBe((await open({ crop: 'centre-160' })).fingerprint);
    await expect(open({ crop: 'centre-100' })).rejects.toThrow(/unknown crop.*centre-108, centre-148, centre-160/);
  });

  it('lies in one folder, or in the three of the published archive; attributes may be missing', async () => {
    expect(await sourceName(folder)).toBe('celeba');
    const whole = await open();
    const moved = join(root, 'moved');
    for (const part of ['Img', 'Eval', 'Anno']) mkdirSync(join(moved, part), { recursive: true });
    const places = [
      ['img_align_celeba', 'Img'],
      ['list_eval_partition.txt', 'Eval'],
      ['list_attr_celeba.txt', 'Anno'],
    ] as const;
    for (const [name, part] of places) renameSync(join(folder, name), join(moved, part, name));
    expect((await open({}, 'train', moved)).fingerprint).toBe(whole.fingerprint);
    expect(await sourceName(moved)).toBe('celeba');
    for (const [name, part] of places) renameSync(join(moved, part, name), join(folder, name));
    rmSync(join(folder, 'list_attr_celeba.txt'));
    expect((await open()).attributes).toBeUndefined();
    rmSync(join(folder, 'list_eval_partition.txt'));
    await expect(open()).rejects.toThrow(/celeba: not the whole of CelebA.*found no list_eval_partition.txt/);
  });

  it('refuses partitions that are not those of the list', async () => {
    const refuse = async (lines: readonly string[], message: RegExp) => {
      list('list_eval_partition.txt', lines);
      await expect(open()).rejects.toMatchObject({ code: 'bad-data', message: expect.stringMatching(message) });
    };
    await refuse([], /an empty file/);
    await refuse([...partition.slice(0, 2), '000003.jpg 3\n'], /partition.txt, line 3: not a line of/);
    await refuse(['000001.jpg\n'], /line 1: not a line/);
    await refuse(['000001.jpg 0 0\n'], /line 1: not a line/);
    await refuse(['a b.jpg 0\n'], /line 1: not a line/);
    await refuse(['../../etc/x.jpg 0\n'], /line 1: not a line/);
    await refuse(['..\\x.jpg 0\n'], /line 1: not a line/);
    await refuse(['.hidden.jpg 0\n'], /line 1: not a line/);
    await refuse(['\n', ...partition], /line 1: not a line/);
    await refuse([...partition, partition[0] as string], /line 7: an image that is named twice/);
    await refuse(['000001\u0000.jpg 0\n'], /line 1: not a line/);
    list('list_eval_partition.txt', ['\n'.repeat(2_000_001)]);
    await expect(open()).rejects.toMatchObject({ code: 'too-large', found: '2000001' });
    list('list_eval_partition.txt', partition.slice(0, 3));
    list('list_attr_celeba.txt', ['3\n', ...attributes.slice(1, 5)]);
    await expect(open({}, 'test')).rejects.toMatchObject({ code: 'no-data' });
  });

  it('refuses attributes that are not of these images', async () => {
    const refuse = async (lines: readonly string[], message: RegExp) => {
      list('list_attr_celeba.txt', lines);
      await expect(open()).rejects.toMatchObject({ code: 'bad-data', message: expect.stringMatching(message) });
    };
    await refuse(attributes.slice(1), /line 1: not the head/);
    await refuse([attributes[0] as string, ...attributes.slice(2)], /line 1: not the head/);
    await refuse(attributes.slice(0, -1), /expected 6 images.*found 5 lines and a count of 6/);
    await refuse(['7\n', ...attributes.slice(1)], /found 6 lines and a count of 7/);
    const with3 = (line: string) => [...attributes.slice(0, 3), line, ...attributes.slice(4)];
    await refuse(with3('000009.jpg 1 1 1\n'), /line 4: attributes of another image.*000002.jpg/);
    await refuse(with3('000002.jpg 1 1\n'), /line 4: not a line of attributes .*expected 3 times 1 or -1, found "2"/);
    await refuse(with3('000002.jpg 1 0 1\n'), /line 4: not a line of attributes .*found "0"/);
    await refuse(with3('000002.jpg 1 1 1 1\n'), /line 4: not a line of attributes .*found "4"/);
  });

  it('names the image that is missing, of another size, or broken', async () => {
    const at = join(folder, 'img_align_celeba', nameOf(2));
    const was = await framed(120, 40);
    rmSync(at);
    await expect(open()).rejects.toThrow(/000003.jpg: no such file/);
    writeFileSync(at, await framed(120, 40, 218, 200));
    const third = async () => (await open()).pixels?.(Uint32Array.of(2));
    await expect(third()).rejects.toThrow(/000003.jpg: an image of another size.*178x218 pixels, found 200x218/);
    writeFileSync(at, was.subarray(0, 900));
    await expect(third()).rejects.toMatchObject({ where: at });
    writeFileSync(at, was);
    await expect(open({}, 'train', join(root, 'none'))).rejects.toMatchObject({ code: 'no-data' });
  });
});
