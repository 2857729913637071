/** Tiny ImageNet's tree, made here. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import type { Dataset, DatasetRequest } from '@alix/train/datasets/dataset';
import { openDataset, sourceName } from '@alix/train/datasets/index';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
let folder: string;
let rounds = 0;
// not in the order of names
const CLASSES = ['n02124075', 'n04067472', 'n01443537'];
const put = (name: string, content: Uint8Array | string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const plain = (value: number, channels: 1 | 3 = 3, side = 64) =>
  sharp(Buffer.alloc(side * side * channels, value), { raw: { height: side, width: side, channels } })
    .jpeg()
    .toBuffer();
const annotations = (lines: readonly string[]) => put('val/val_annotations.txt', lines.join(''));
const LINES = [0, 1, 2, 0].map((label, i) => `val_${i}.JPEG\t${CLASSES[label]}\t0\t32\t44\t62\n`);

beforeEach(async () => {
  folder = join(root, `${rounds++}`, 'tiny-imagenet-200');
  put('wnids.txt', `${CLASSES.join('\n')}\n`);
  put('words.txt', 'n00001740\tentity\n');
  for (const [label, id] of CLASSES.entries()) {
    put(`train/${id}/${id}_boxes.txt`, `${id}_0.JPEG\t0\t10\t63\t58\n`);
    // a grey one is among them
    for (let i = 0; i < 5; i++)
      put(`train/${id}/images/${id}_${i}.JPEG`, await plain(50 * label + 5 * i + 20, i === 0 ? 1 : 3));
  }
  for (let i = 0; i < 4; i++) put(`val/images/val_${i}.JPEG`, await plain(200 + 10 * i));
  annotations(LINES);
  for (let i = 0; i < 2; i++) put(`test/images/test_${i}.JPEG`, await plain(i));
});

const open = (options: DatasetRequest['options'] = {}, split: 'train' | 'test' = 'train') =>
  openDataset(folder, { split, seed: 1, options });
/** The value of each plain image and its class, by value. */
async function rows(data: Dataset) {
  const pixels = (await data.pixels?.(Uint32Array.from({ length: data.count }, (_, i) => i))) as Uint8Array;
  const size = data.shape.reduce((product, n) => product * n, 1);
  const found = Array.from({ length: data.count }, (_, i) => [pixels[i * size] as number, data.labels?.[i]] as const);
  return found.sort(([a], [b]) => a - b);
}

describe('Tiny ImageNet', () => {
  it('numbers its classes as wnids.txt does, and tests on "val"', async () => {
    expect(await sourceName(folder)).toBe('tiny-imagenet');
    const [train, test] = [await open(), await open({}, 'test')];
    expect(train).toMatchObject({ name: 'tiny-imagenet', shape: [64, 64, 3], count: 15, classes: 3 });
    const wanted = [0, 1, 2].flatMap((label) => [0, 1, 2, 3, 4].map((i) => [50 * label + 5 * i + 20, label]));
    expect(await rows(train)).toEqual(wanted);
    expect(await rows(test)).toEqual([0, 1, 2, 0].map((label, i) => [200 + 10 * i, label]));
    expect(train.origin).toEqual({ formats: { jpeg: 15 }, resized: 0 });
    const unknown = await open({ test: 'test' }, 'test');
    expect(unknown).toMatchObject({ count: 2, labels: undefined, classes: undefined });
    expect(new Set([train, test, unknown].map(({ fingerprint }) => fingerprint)).size).toBe(3);
    expect([...(train.labels ?? [])]).not.toEqual([...(train.labels ?? [])].sort());
  });

  it('is made another size or grey where that is asked for', async () => {
    const small = await open({ size: 16, channels: 1 });
    expect(small.shape).toEqual([16, 16, 1]);
    expect((await rows(small))[14]).toEqual([140, 2]);
    expect((await open({ centreCrop: 60 })).shape).toEqual([60, 60, 3]);
    await expect(open({ channels: 2 })).rejects.toMatchObject({ code: 'bad-option' });
    expect((await open({ train: 'train[:7]' })).count).toBe(7);
  });

  it('refuses lists that are damaged', async () => {
    const refuse = async (lines: readonly string[], message: RegExp) => {
      annotations(lines);
      await expect(open({}, 'test')).rejects.toMatchObject({
        code: 'bad-data',
        message: expect.stringMatching(message),
      });
    };
    await refuse([], /val_annotations.txt: an empty file/);
    await refuse(LINES.slice(1), /val_0.JPEG: an image without a class, where others have one/);
    await refuse([...LINES, 'val_9.JPEG\tn02124075\t0\t0\t1\t1\n'], /line 5: a label without its image/);
    await refuse([...LINES, LINES[0] as string], /line 5: a label without its image/);
    await refuse(['val_0.JPEG\tn99999999\t0\t0\t1\t1\n'], /line 1: not a line of val_annotations.txt.*wnids.txt/);
    await refuse(['val_0.JPEG n02124075 0 0 1 1\n'], /line 1: not a line/);
    await refuse(['../../x.JPEG\tn02124075\t0\t0\t1\t1\n'], /line 1: a label without its image/);
    put('wnids.txt', 'n02124075\n../x\n');
    await expect(open()).rejects.toThrow(/wnids.txt, line 2: not a class/);
    put('wnids.txt', 'n02124075\nn02124075\n');
    await expect(open()).rejects.toThrow(/wnids.txt, line 2: .*named twice/);
    put('wnids.txt', 'n02124075\nn02124076\n');
    await expect(open()).rejects.toThrow(/n02124076.*no such file or folder/);
  });

  it('names an image that is of another size or broken', async () => {
    const at = `train/${CLASSES[1]}/images/${CLASSES[1]}_1.JPEG`;
    put(at, encodePng(new Uint8Array(100 * 64 * 3), { height: 100, width: 64, channels: 3 }));
    await expect(rows(await open())).rejects.toThrow(/n04067472_1.JPEG: an image of another size.*64x64.*64x100/);
    put(at, 'no image');
    await expect(rows(await open())).rejects.toMatchObject({ where: join(folder, at) });
    put(at, '');
    await expect(open()).rejects.toThrow(/n04067472_1.JPEG: an empty file/);
    rmSync(join(folder, 'val', 'images'), { recursive: true });
    await expect(open({}, 'test')).rejects.toThrow(/val.images: no such file or folder/);
  });

  it('takes names with spaces and line ends for what they are', async () => {
    const name = 'a b\nc.JPEG';
    put(`train/${CLASSES[0]}/images/${name}`, await plain(3));
    expect((await rows(await open()))[0]).toEqual([3, 0]);
    put(`train/${CLASSES[0]}/images/${name}`, 'no image');
    const error = await rows(await open()).catch((cause: Error) => cause.message);
    expect(error).toMatch(/a b.c.JPEG/);
    expect(error).not.toMatch(/\n/);
  });
});
