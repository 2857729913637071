import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeIdx } from '@alix/infer/io/idx';
import { datasets, openDataset } from '@alix/train/datasets/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let root: string;
const at = (...parts: string[]) => join(root, ...parts);
const images = (first: number) => encodeIdx({ shape: [3, 2, 2], data: new Uint8Array(12).map((_, i) => first + i) });
const labels = (...values: number[]) => encodeIdx({ shape: [values.length], data: Uint8Array.from(values) });
const open = (data: string, split: 'train' | 'test' = 'train', options = {}) =>
  openDataset(data, { split, seed: 1, options });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'alix-idx-'));
  mkdirSync(at('kin'));
  // one name of each kind that is about
  writeFileSync(at('kin/train-images-idx3-ubyte.gz'), gzipSync(images(0)));
  writeFileSync(at('kin/train-labels.idx1-ubyte'), labels(0, 2, 1));
  writeFileSync(at('kin/t10k-images.idx3-ubyte.gz'), gzipSync(images(100)));
  writeFileSync(at('kin/t10k-labels-idx1-ubyte'), labels(1, 1, 0));
  mkdirSync(at('empty'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('IDX data sets', () => {
  it('take the pair of the split from a folder', async () => {
    const train = await open(at('kin'));
    expect(train).toMatchObject({ name: 'kin', shape: [2, 2, 1], count: 3, classes: 3, kind: 'images' });
    expect([...(train.labels ?? [])]).toEqual([0, 2, 1]);
    expect([...((await train.pixels?.(Uint32Array.of(1))) ?? [])]).toEqual([4, 5, 6, 7]);
    const test = await open(at('kin'), 'test');
    expect([...((await test.pixels?.(Uint32Array.of(0))) ?? [])]).toEqual([100, 101, 102, 103]);
    expect(test.classes).toBe(2);
  });

  it('take some rows of a part, or the other part, and other sizes', async () => {
    const rest = await open(at('kin'), 'train', { train: 'train[1:]' });
    expect([rest.count, ...(rest.labels ?? [])]).toEqual([2, 2, 1]);
    expect([...((await rest.pixels?.(Uint32Array.of(1, 0))) ?? [])]).toEqual([8, 9, 10, 11, 4, 5, 6, 7]);
    const last = await open(at('kin'), 'test', { train: 'train[1:]', test: 'train[:1]', size: 4, channels: 3 });
    expect(last).toMatchObject({ shape: [4, 4, 3], count: 1, classes: 3, options: { test: 'train[:1]', size: 4 } });
    expect([...((await last.pixels?.(Uint32Array.of(0))) ?? [])].slice(0, 3)).toEqual([0, 0, 0]);
    // MNIST's validation set is the last 10,000 of 60,000
    await expect(open(at('kin'), 'train', { train: 'validation' })).rejects.toThrow(/no part of this data set/);
    await expect(
      openDataset('mnist', { split: 'test', seed: 1, path: at('kin'), options: { test: 'validation' } }),
    ).rejects.toThrow(/a range of rows that the part does not have.*found train\[50000:\]/);
  });

  it('take one file of images, without labels', async () => {
    const set = await open(at('kin/t10k-images.idx3-ubyte.gz'));
    expect(set).toMatchObject({ name: 't10k-images', count: 3, labels: undefined, classes: undefined });
    writeFileSync(at('colour'), encodeIdx({ shape: [2, 1, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }));
    expect((await open(at('colour'))).shape).toEqual([1, 1, 3]);
  });

  it('say what is missing or wrong, and where', async () => {
    await expect(open(at('empty'))).rejects.toThrow(/empty: an empty folder.*four IDX files/);
    await expect(open(at('kin/train-labels.idx1-ubyte'))).rejects.toThrow(/not a file of images.*found shape 3/);
    mkdirSync(at('odd'));
    writeFileSync(at('odd/train-images-idx3-ubyte'), images(0));
    await expect(open(at('odd'))).rejects.toThrow(/expected train-labels-idx1-ubyte.*or the file of images itself/);
    writeFileSync(at('odd/train-labels-idx1-ubyte'), labels(1, 2));
    await expect(open(at('odd'))).rejects.toThrow(/train-labels-idx1-ubyte: the labels do not fit.*expected 3 labels/);
    writeFileSync(at('odd/train-images-idx3-ubyte'), images(0).subarray(0, 20));
    await expect(open(at('odd'))).rejects.toMatchObject({ code: 'bad-idx', where: at('odd/train-images-idx3-ubyte') });
    await expect(open(at('kin'), 'train', { x: 1 })).rejects.toThrow(
      /unknown option; the options are: train, test, size, channels, centreCrop$/,
    );
  });
});

describe('openDataset', () => {
  it('knows names and paths, and lists the names when it knows neither', async () => {
    expect(Object.keys(datasets)).toEqual(expect.arrayContaining(['strokes', 'gaussian-grid', 'idx']));
    for (const [name, source] of Object.entries(datasets)) {
      expect(source.name).toBe(name);
      expect(source.summary).not.toBe('');
    }
    await expect(open('storkes')).rejects.toThrow(/storkes: no such data set.*strokes, gaussian-grid/);
    await expect(open('toString')).rejects.toMatchObject({ code: 'no-data' });
    await expect(open('idx')).rejects.toThrow(/needs a path/);
  });
});
