/** SVHN's cropped digits, in files that scipy wrote (test/oracles/mat_files.py), compressed and not. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Dataset, DatasetRequest } from '@alix/train/datasets/dataset';
import { openDataset, sourceName } from '@alix/train/datasets/index';
import { openRows } from '@alix/train/datasets/row-source';
import { type ArrayRows, arrayRows } from '@alix/train/datasets/rows/array';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const { files } = JSON.parse(readFileSync(new URL('../../fixtures/io/mat.json', import.meta.url), 'utf8')) as {
  readonly files: Readonly<Record<string, { readonly gzip: string }>>;
};
const root = temporaryFolder();
const cache = join(root, 'cache');
const folder = join(root, 'SVHN');
const at = (part: string) => join(folder, `${part}_32x32.mat`);
const put = (name: string, kind: string) =>
  writeFileSync(name, gunzipSync(Buffer.from(files[kind]?.gzip as string, 'base64')));
const open = (options: DatasetRequest['options'] = {}, split: 'train' | 'test' = 'train', data = folder) =>
  openDataset(data, { split, seed: 1, options });
const all = (data: Dataset) => Uint32Array.from({ length: data.count }, (_, i) => i);
const pixelsOf = async (data: Dataset): Promise<number[]> => Array.from((await data.pixels?.(all(data))) ?? []);

/** The formula of mat_files.py, row after row as images have it. */
function wanted(count: number): number[] {
  const out: number[] = [];
  for (let n = 0; n < count; n++)
    for (let y = 0; y < 32; y++)
      for (let x = 0; x < 32; x++)
        for (let c = 0; c < 3; c++) out.push((3 * y + 5 * x + 70 * c + 11 * n + ((y * x) % 7)) % 256);
  return out;
}

beforeAll(() => {
  vi.stubEnv('ALIX_CACHE', cache);
  mkdirSync(folder);
  put(at('train'), 'plain');
  put(at('extra'), 'compressed');
  put(at('test'), 'labels as doubles');
});

describe('SVHN', () => {
  it('is read where it lies, its ten the class 0', async () => {
    const data = await open({ train: 'train' });
    expect(data).toMatchObject({ name: 'svhn', kind: 'images', shape: [32, 32, 3], count: 4, classes: 10 });
    expect([...(data.labels ?? [])]).toEqual([1, 0, 9, 5]);
    expect((data.source as ArrayRows).path).toBe(at('train'));
    expect(await pixelsOf(data)).toEqual(wanted(4));
    const some = (await data.pixels?.(Uint32Array.of(3, 1, 1, 2))) as Uint8Array;
    const rows = [3, 1, 1, 2].flatMap((row) => wanted(4).slice(row * 3072, (row + 1) * 3072));
    expect([...some]).toEqual(rows);
    expect((await data.batch(Uint32Array.of(1)))[5]).toBe(Math.fround((rows[3072 + 5] as number) / 255));
  });

  it('is the same where the disk is slow, through the thread pool', async () => {
    const { source } = await open({ train: 'train' });
    const reader = arrayRows(source as ArrayRows, 0);
    const rows = Uint32Array.of(3, 0, 1, 2, 2, 0);
    for (let round = 0; round < 3; round++)
      expect([...((await reader.read(rows)) as Uint8Array)]).toEqual(
        [...rows].flatMap((row) => wanted(4).slice(row * 3072, (row + 1) * 3072)),
      );
    await reader.close();
  });

  it('is the same compressed, and unpacked once to the cache', async () => {
    const plain = await open({ train: 'train' });
    const data = await open();
    expect(await pixelsOf(data)).toEqual(wanted(4));
    expect(data.fingerprint).toBe(plain.fingerprint);
    expect(data.options).toEqual({ train: 'extra', test: 'test', size: 0, channels: 0, centreCrop: 0 });
    const { path } = data.source as ArrayRows;
    expect(path.startsWith(join(cache, 'unpacked'))).toBe(true);
    // marks the unpacked file: the second opening takes it as it is
    const before = readFileSync(path);
    const { modified } = data.source as ArrayRows;
    writeFileSync(path, before.fill(7, 0, 1));
    utimesSync(path, modified / 1000, modified / 1000);
    expect((await pixelsOf(await open()))[0]).toBe(7);
    // a source of another time is another
    utimesSync(at('extra'), 1000, 1000);
    expect((await pixelsOf(await open()))[0]).toBe(0);
    expect(readdirSync(join(cache, 'unpacked')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('tests on "test", trains on "extra", and has parts and ranges by name', async () => {
    expect((await open({}, 'test')).count).toBe(4);
    const range = await open({ train: 'train[1:3]' });
    expect([range.count, ...(range.labels ?? [])]).toEqual([2, 0, 9]);
    expect(await pixelsOf(range)).toEqual(wanted(4).slice(3072, 3 * 3072));
    expect((await open({ train: 'train[-1:]' })).labels?.[0]).toBe(5);
    const whole = await open({ train: 'train' });
    expect((await open({ train: 'train[:]' })).fingerprint).toBe(whole.fingerprint);
    expect(new Set([whole.fingerprint, range.fingerprint, (await open({ train: 'train[:3]' })).fingerprint]).size).toBe(
      3,
    );
    await expect(open({ train: 'validation' })).rejects.toThrow(/option "train": a range.*rows from 0 to 4.*-10000/);
    await expect(open({ train: 'trian' })).rejects.toThrow(/train, extra, test, train-without-validation, validation/);
    for (const odd of ['train[', 'train[1]', 'train[-:]', 'train[2:1]', 'train[0:0]', '../train', '', 'train[:]x'])
      await expect(open({ train: odd })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('is made another size, and grey, on the way', async () => {
    const data = await open({ train: 'train', size: 16, channels: 1 });
    expect(data.shape).toEqual([16, 16, 1]);
    expect(data.fingerprint).not.toBe((await open({ train: 'train', size: 16 })).fingerprint);
    const cut = await open({ train: 'train', centreCrop: 30 });
    expect(cut.shape).toEqual([30, 30, 3]);
    // the first pixel of the cut is that at 1, 1
    expect((await pixelsOf(cut)).slice(0, 3)).toEqual(wanted(1).slice(33 * 3, 34 * 3));
    expect([...(cut.labels ?? [])]).toEqual([1, 0, 9, 5]);
    await expect(open({ size: -1 })).rejects.toMatchObject({ code: 'bad-option' });
    await expect((await open({ train: 'train', centreCrop: 40 })).pixels?.(Uint32Array.of(0))).rejects.toThrow(
      /row 0: the image is smaller/,
    );
  });

  it('crosses to another thread as plain data', async () => {
    const data = await open({ size: 8, train: 'extra[1:3]' });
    const reader = openRows(structuredClone(data.source));
    expect(await reader.read(Uint32Array.of(1))).toEqual(await data.pixels?.(Uint32Array.of(1)));
    await reader.close();
  });

  it('is known by its files, also by one of them', async () => {
    expect(await sourceName(folder)).toBe('svhn');
    expect(await sourceName(at('test'))).toBe('svhn');
    expect((await open({}, 'test', at('train'))).count).toBe(4);
    vi.stubEnv('ALIX_DATA', root);
    await expect(open({}, 'train', 'svhn')).rejects.toThrow(/svhn: SVHN is not on this machine.*ALIX_DATA/);
  });

  it('says what is missing or wrong', async () => {
    const other = join(root, 'other');
    mkdirSync(other);
    copyFileSync(at('train'), join(other, 'train_32x32.mat'));
    await expect(open({}, 'train', other)).rejects.toThrow(
      /part "extra".*expected extra_32x32.mat, found train_32x32.mat.*data.options.train=train/,
    );
    const bytes = readFileSync(at('train'));
    const wrong = async (change: (bytes: Buffer) => Buffer | undefined, message: RegExp) => {
      const path = join(other, 'wrong.mat');
      const copy = Buffer.from(bytes);
      writeFileSync(path, change(copy) ?? copy);
      await expect(open({}, 'train', path)).rejects.toThrow(message);
    };
    const y = bytes.lastIndexOf(Buffer.from([1, 10, 9, 5]));
    await wrong((file) => void file.writeUInt8(11, y), /a label that SVHN does not have, of image 0 .*found 11/);
    await wrong((file) => void file.writeUInt8(0, y + 3), /of image 3 .*found 0/);
    // X of 32x32x4x3
    const dimensions = 128 + 8 + 16 + 8;
    await wrong((file) => {
      file.writeInt32LE(4, dimensions + 8);
      file.writeInt32LE(3, dimensions + 12);
    }, /X is not what SVHN has.*32x32x4x3/);
    await wrong((file) => void file.writeUInt8(8, dimensions - 16), /X is not what SVHN has.*found int8/);
    await wrong((file) => void file.write('Z', dimensions + 16 + 4), /no numbers called "X".*Z \(uint8\), y/);
    await wrong((file) => file.subarray(0, y - 40), /cut short|no numbers called "y"/);
    put(join(other, 'wrong.mat'), 'others');
    await expect(open({}, 'train', join(other, 'wrong.mat'))).rejects.toThrow(/no numbers called "X"/);
  });

  it('says of a file that changes while it is read, and of a cache that cannot be written', async () => {
    const path = join(root, 'moving.mat');
    put(path, 'plain');
    const data = await open({}, 'train', path);
    writeFileSync(path, readFileSync(path).subarray(0, 5000));
    await expect(data.pixels?.(Uint32Array.of(0))).rejects.toThrow(/moving.mat: the file has changed/);
    rmSync(cache, { recursive: true });
    writeFileSync(cache, 'a file');
    await expect(open()).rejects.toMatchObject({ code: 'cache-not-writable' });
    rmSync(cache);
  });
});
