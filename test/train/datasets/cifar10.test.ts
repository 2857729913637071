/** CIFAR-10's binary files, in self-made ones: labels, planes, lengths, and what is missing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasets, openDataset } from '@alix/train/datasets/index';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
const partial = { partial: true };
const open = (folder: string, split: 'train' | 'test' = 'train', options: Record<string, unknown> = {}) =>
  openDataset(join(root, folder), { split, seed: 1, options });

/** A file whose image i has the label `labels[i]`, and the value plane + i + place (modulo 256) in each plane. */
function write(folder: string, name: string, labels: readonly number[]): void {
  mkdirSync(join(root, folder), { recursive: true });
  const records = labels.map((label, i) =>
    Uint8Array.from({ length: 3073 }, (_, at) => (at === 0 ? label : 100 * Math.floor((at - 1) / 1024) + i + (at - 1))),
  );
  writeFileSync(join(root, folder, name), Buffer.concat(records));
}

describe('CIFAR-10', () => {
  it('is read file by file in the order of their names, its planes brought together', async () => {
    write('some', 'data_batch_2.bin', [9]);
    write('some', 'data_batch_1.bin', [3, 0]);
    write('some', 'test_batch_first.bin', [7]);
    writeFileSync(join(root, 'some', 'batches.meta.txt'), 'airplane\n');
    const train = await open('some', 'train', partial);
    expect(train).toMatchObject({ name: 'cifar10', kind: 'images', shape: [32, 32, 3], count: 3, classes: 10 });
    expect([...(train.labels ?? [])]).toEqual([3, 0, 9]);
    const pixels = (await train.pixels?.(Uint32Array.of(2, 1))) as Uint8Array;
    const value = (i: number, c: number, place: number) => (100 * c + i + 1024 * c + place) % 256;
    for (const [row, i] of [0, 1].entries())
      for (const place of [0, 1, 32, 1023])
        expect([0, 1, 2].map((c) => pixels[(row * 1024 + place) * 3 + c])).toEqual(
          [0, 1, 2].map((c) => value(i, c, place)),
        );
    const test = await open('some', 'test', partial);
    expect([test.count, ...(test.labels ?? [])]).toEqual([1, 7]);
    expect(test.fingerprint).not.toBe(train.fingerprint);
    expect(datasets.cifar10?.name).toBe('cifar10');
  });

  it('longer than one read gives every image', async () => {
    const labels = Array.from({ length: 1002 }, (_, i) => i % 10);
    write('long', 'test_batch.bin', labels);
    const test = await open('long', 'test', partial);
    expect([...(test.labels ?? [])]).toEqual(labels);
    const last = await test.pixels?.(Uint32Array.of(1001));
    expect(last?.[0]).toBe(1001 % 256);
  });

  it('is all five files or, where that is asked for, those there are', async () => {
    mkdirSync(join(root, 'whole'));
    writeFileSync(join(root, 'whole', 'test_batch.bin'), new Uint8Array(10_000 * 3073));
    expect(await open('whole', 'test')).toMatchObject({ count: 10_000 });
    await expect(open('some')).rejects.toMatchObject({
      code: 'no-data',
      found: 'no data_batch_3.bin, no data_batch_4.bin, no data_batch_5.bin',
      remedy: expect.stringMatching(/data.options.partial=true/),
    });
    await expect(open('whole', 'train', partial)).rejects.toMatchObject({ code: 'no-data', found: 'none of them' });
    // not the published length
    await expect(open('long', 'test')).rejects.toMatchObject({ code: 'bad-data', expected: /10000 images/ });
  });

  it('says of a cut file and of a strange label where they are', async () => {
    write('cut', 'test_batch.bin', [1]);
    writeFileSync(join(root, 'cut', 'test_batch.bin'), new Uint8Array(3072));
    await expect(open('cut', 'test', partial)).rejects.toMatchObject({
      code: 'bad-data',
      where: join(root, 'cut', 'test_batch.bin'),
      found: '3072 bytes',
    });
    write('strange', 'test_batch.bin', [1, 10]);
    await expect(open('strange', 'test', partial)).rejects.toThrow(
      /test_batch.bin, image 1: a label.*0 to 9.*found 10/,
    );
    await expect(datasets.cifar10?.open({ split: 'test', seed: 1, path: join(root, 'none') })).rejects.toMatchObject({
      code: 'no-data',
    });
  });
});
