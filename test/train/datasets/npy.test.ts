/** Images in .npy files; that NumPy's own files are read is test/infer/io/npy.test.ts's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpy, type NpyData, npyHeader } from '@alix/infer/io/npy';
import type { Dataset, DatasetRequest } from '@alix/train/datasets/dataset';
import { openDataset, sourceName } from '@alix/train/datasets/index';
import type { SubsetRows } from '@alix/train/datasets/rows/subset';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
let folder: string;
let rounds = 0;
beforeEach(() => {
  folder = join(root, `${rounds++}`);
  mkdirSync(folder);
});
const put = (name: string, shape: readonly number[], data: NpyData): string => {
  writeFileSync(join(folder, name), encodeNpy({ shape, data }));
  return join(folder, name);
};
/** Image i is i, i + 1, ... */
const images = (count: number, ...shape: number[]): Uint8Array => {
  const size = shape.reduce((product, n) => product * n, 1);
  return Uint8Array.from({ length: count * size }, (_, at) => Math.floor(at / size) + (at % size));
};
const open = (path: string, options: DatasetRequest['options'] = {}, split: 'train' | 'test' = 'train') =>
  openDataset(path, { split, seed: 1, options });
const all = (data: Dataset) => Uint32Array.from({ length: data.count }, (_, i) => i);
const rowsOf = (data: Dataset) => [...(data.source as SubsetRows).rows];

describe('a .npy file', () => {
  it('is cut into splits by the numbers of its rows, and rows that are added move none', async () => {
    const path = put('a.npy', [50, 2, 3], images(50, 2, 3));
    put(
      'a-labels.npy',
      [50],
      BigInt64Array.from({ length: 50 }, (_, i) => BigInt(i % 7)),
    );
    expect(await sourceName(path)).toBe('npy');
    const [train, test] = [await open(path, { heldOut: 0.3 }), await open(path, { heldOut: 0.3 }, 'test')];
    expect(train).toMatchObject({ name: 'a', shape: [2, 3, 1], classes: 7 });
    expect([...rowsOf(train), ...rowsOf(test)].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(rowsOf(train)).not.toEqual([...rowsOf(train)].sort((a, b) => a - b));
    expect([...(train.labels ?? [])]).toEqual(rowsOf(train).map((row) => row % 7));
    const pixels = (await train.pixels?.(all(train))) as Uint8Array;
    rowsOf(train).forEach((row, i) => {
      expect([...pixels.subarray(i * 6, i * 6 + 6)]).toEqual([0, 1, 2, 3, 4, 5].map((k) => row + k));
    });
    put('a.npy', [60, 2, 3], images(60, 2, 3));
    put('a-labels.npy', [60], new Uint8Array(60));
    const more = rowsOf(await open(path, { heldOut: 0.3 }));
    expect(more.filter((row) => row < 50).sort()).toEqual([...rowsOf(train)].sort());
    await expect(train.pixels?.(all(train))).rejects.toThrow(/a.npy: the file has changed/);
  });

  it('of a folder are its splits as they stand, colours too, and other sizes', async () => {
    put('train.npy', [4, 2, 2, 3], images(4, 2, 2, 3));
    put('test.npy', [2, 2, 2, 3], images(2, 2, 2, 3));
    put('test-labels.npy', [2, 1], Int32Array.of(300, 2));
    expect(await sourceName(folder)).toBe('npy');
    const [train, test] = [await open(folder), await open(folder, {}, 'test')];
    expect(train).toMatchObject({ shape: [2, 2, 3], count: 4, labels: undefined, classes: undefined });
    expect([...((await train.pixels?.(all(train))) ?? [])]).toEqual([...images(4, 2, 2, 3)]);
    expect(test).toMatchObject({ count: 2, classes: 301, labels: Uint16Array.of(300, 2) });
    expect((await open(folder, { size: 4, channels: 1 })).shape).toEqual([4, 4, 1]);
    await expect(open(folder, { labels: 'x.npy' })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('has labels where they are said to be', async () => {
    const path = put('a.npy', [3, 1, 1], images(3, 1, 1));
    const labels = put('y.npy', [3], Uint8Array.of(4, 0, 1));
    expect((await open(path, { heldOut: 0 })).labels).toBeUndefined();
    const data = await open(path, { heldOut: 0, labels });
    expect([data.classes, ...rowsOf(data).map((_, i) => data.labels?.[i])]).toEqual([
      5,
      ...rowsOf(data).map((row) => [4, 0, 1][row]),
    ]);
    expect(data.fingerprint).not.toBe((await open(path, { heldOut: 0 })).fingerprint);
    const refuse = async (shape: readonly number[], values: NpyData, message: RegExp) => {
      put('y.npy', shape, values);
      await expect(open(path, { labels })).rejects.toThrow(message);
    };
    await refuse([2], Uint8Array.of(1, 2), /y.npy: the labels do not fit the images \(expected 3 labels/);
    await refuse([1, 3], Uint8Array.of(1, 2, 3), /do not fit the images/);
    await refuse([3], Float32Array.of(1, 2, 3), /no whole numbers.*<f4/);
    await refuse([3], Int32Array.of(0, -1, 3), /out of range, of image 1.*found -1/);
    await refuse([3], BigInt64Array.of(0n, 1n, 2n ** 62n), /out of range, of image 2/);
    await expect(open(path, { labels: join(folder, 'none.npy') })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of other values is refused, with what to do', async () => {
    const float = put('f.npy', [2, 2, 2], new Float32Array(8));
    await expect(open(float)).rejects.toThrow(/f.npy: .*uint8 \[N,H,W\].*found <f4 \[2,2,2\].*astype\("uint8"\)/);
    await expect(open(put('d.npy', [2, 2, 2], new Float64Array(8)))).rejects.toThrow(/astype\("uint8"\)/);
    const planes = put('p.npy', [2, 3, 4, 4], images(2, 3, 4, 4));
    await expect(open(planes)).rejects.toThrow(/transpose\(0, 2, 3, 1\)/);
    await expect(open(put('e.npy', [0, 2, 2], new Uint8Array(0)))).rejects.toThrow(/holds no images/);
    await expect(open(put('l.npy', [5], new Uint8Array(5)))).rejects.toThrow(/holds no images/);
    await expect(open(put('o.npy', [1, 2, 2], new Uint8Array(4)), {}, 'test')).rejects.toThrow(/no image/);
  });

  it('that is damaged is refused', async () => {
    const head = Buffer.from(npyHeader('|u1', [2, 2, 2]));
    const refuse = async (bytes: Uint8Array, message: RegExp) => {
      writeFileSync(join(folder, 'x.npy'), bytes);
      await expect(open(join(folder, 'x.npy'))).rejects.toMatchObject({
        code: 'bad-npy',
        message: expect.stringMatching(message),
      });
    };
    await refuse(Buffer.alloc(0), /not an NPY file/);
    await refuse(Buffer.from('PNG, not NPY, of many bytes'), /not an NPY file/);
    await refuse(head.subarray(0, 40), /cut short/);
    await refuse(Buffer.concat([head, Buffer.alloc(7)]), /truncated: less data.*8 bytes, found 7/);
    await refuse(Buffer.concat([head, Buffer.alloc(9)]), /more data than/);
    await refuse(Buffer.concat([Buffer.from(npyHeader('|u1', [2 ** 40, 2 ** 20, 2])), Buffer.alloc(9)]), /truncated/);
    await refuse(Buffer.from(head.toString('latin1').replace('False', 'True '), 'latin1'), /column-major/);
  });
});
