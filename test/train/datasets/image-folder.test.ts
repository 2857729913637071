import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import type { Dataset } from '@alix/train/datasets/dataset';
import { openDataset } from '@alix/train/datasets/index';
import { openRows } from '@alix/train/datasets/row-source';
import { type FileRows, fileRows } from '@alix/train/datasets/rows/files';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const base = mkdtempSync(join(tmpdir(), 'alix-folder-'));
let root: string;
let rounds = 0;
beforeEach(() => {
  root = join(base, `${rounds++}`);
  mkdirSync(root);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** An image whose every value is `value`. */
const plain = (value: number, height = 2, width = height, channels: 1 | 3 = 1) =>
  encodePng(new Uint8Array(height * width * channels).fill(value), { height, width, channels });
function put(files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}
const open = (options = {}, split: 'train' | 'test' = 'train') => openDataset(root, { split, seed: 1, options });
const all = (data: Dataset) => Uint32Array.from({ length: data.count }, (_, i) => i);
/** The first value of each row and its class, by value. */
async function rows(data: Dataset): Promise<(readonly [value: number, label: number | undefined])[]> {
  const pixels = (await data.pixels?.(all(data))) as Uint8Array;
  const size = data.shape.reduce((product, n) => product * n, 1);
  const found = Array.from({ length: data.count }, (_, i) => [pixels[i * size] as number, data.labels?.[i]] as const);
  return found.sort(([a], [b]) => a - b);
}
const values = async (data: Dataset) => (await rows(data)).map(([value]) => value);
const whole = { heldOut: 0 };

describe('a folder of images', () => {
  it('has its sub-folders as classes, at any depth, in the order of names', async () => {
    put({
      'b/2.png': plain(20),
      'b/deep/er/1.png': plain(21),
      'B/x.png': plain(10),
      'c/1.png': plain(30),
      'c/.hidden.png': 'no image',
      'c/notes.txt': 'no image',
      'empty/notes.txt': 'no class',
    });
    const data = await open(whole);
    expect(data).toMatchObject({ kind: 'images', shape: [2, 2, 1], count: 4, classes: 3 });
    expect(await rows(data)).toEqual([
      [10, 0],
      [20, 1],
      [21, 1],
      [30, 2],
    ]);
    const some = Uint32Array.of(3, 0, 3);
    const pixels = (await data.pixels?.(some)) as Uint8Array;
    expect(pixels.subarray(0, 4)).toEqual(pixels.subarray(8));
    expect(await data.batch(some)).toEqual(Float32Array.from(pixels, (value) => value / 255));
  });

  it('has no classes where the images lie in it, and refuses a mixture', async () => {
    put({ '1.png': plain(1), '2.png': plain(2) });
    expect(await open(whole)).toMatchObject({ count: 2, labels: undefined, classes: undefined });
    put({ 'a/3.png': plain(3) });
    await expect(open(whole)).rejects.toThrow(
      /[12]\.png: an image without a class, where others have one.*data\.options\.classes=false/,
    );
    expect(await open({ ...whole, classes: false })).toMatchObject({ count: 3, labels: undefined, classes: undefined });
  });

  it('without classes a folder has the rows that it has with them', async () => {
    put({ 'a/1.png': plain(1), 'b/2.png': plain(2) });
    const [told, untold] = [await open(whole), await open({ ...whole, classes: false })];
    const rows = Uint32Array.of(0, 1);
    expect([told.classes, untold.classes]).toEqual([2, undefined]);
    expect(await untold.pixels?.(rows)).toEqual(await told.pixels?.(rows));
    expect(untold.fingerprint).not.toBe(told.fingerprint);
  });

  it('numbers more than 256 classes in uint16', async () => {
    for (let i = 0; i < 300; i++) put({ [`${1000 + i}/x.png`]: plain(i % 256) });
    const data = await open(whole);
    expect(data.classes).toBe(300);
    expect(data.labels).toBeInstanceOf(Uint16Array);
    expect([...(data.labels as Uint16Array)].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    for (const [value, label] of await rows(data)) expect((label as number) % 256).toBe(value);
  });

  it('has its splits in "train" and "test", with one numbering of classes', async () => {
    put({
      'train/a/1.png': plain(1),
      'train/c/2.png': plain(2),
      'test/b/3.png': plain(3),
      'test/c/4.png': plain(4),
      'val/a/5.png': plain(5),
    });
    const [train, test] = [await open(), await open({}, 'test')];
    expect(await Promise.all([rows(train), rows(test)])).toEqual([
      [
        [1, 0],
        [2, 2],
      ],
      [
        [3, 1],
        [4, 2],
      ],
    ]);
    expect([train.classes, test.classes]).toEqual([3, 3]);
  });

  it('begins with a sample of all classes, whatever their order', async () => {
    const [classes, each] = [8, 50];
    for (let c = 0; c < classes; c++) for (let i = 0; i < each; i++) put({ [`train/${c}/${i}.png`]: plain(c) });
    put({ 'test/0/0.png': plain(0) });
    const first = [...((await open()).labels as Uint8Array)].slice(0, 100);
    const counts = Array.from({ length: classes }, (_, c) => first.filter((label) => label === c).length);
    // 12.5 each are expected, with a deviation of 2.9 (hypergeometric)
    expect(Math.min(...counts)).toBeGreaterThan(2);
    expect(Math.max(...counts)).toBeLessThan(25);
  });

  it('else holds a share out by name, and added files move none', async () => {
    const names = Array.from({ length: 600 }, (_, i) => `${i}.png`);
    const written = (some: readonly string[]) => put(Object.fromEntries(some.map((name) => [name, plain(1)])));
    const listed = async (split: 'train' | 'test', options = {}) => {
      const { names, sizes } = (await open(options, split)).source as FileRows;
      const ends = [...names.ends];
      expect(sizes.length).toBe(ends.length);
      return ends.map((end, i) => Buffer.from(names.text.subarray(ends[i - 1] ?? 0, end)).toString());
    };
    written(names.slice(0, 300));
    const before = await listed('test');
    written(names.slice(300));
    const [train, test] = [await listed('train'), await listed('test')];
    expect([...train, ...test].sort()).toEqual([...names].sort());
    expect(test.filter((name) => names.indexOf(name) < 300)).toEqual(before);
    expect(before.length).toBeGreaterThan(10);
    // 60 are expected, with a deviation of 7.3
    expect(Math.abs(test.length - 60)).toBeLessThan(30);
    // by Python: int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], 'big') / 2**48 < 0.1
    const ofTheFirst40 = test.filter((name) => names.indexOf(name) < 40);
    expect(ofTheFirst40.sort()).toEqual(['0.png', '33.png', '6.png', '8.png']);
    expect(await listed('test', { heldOut: 0.5 })).toEqual(expect.arrayContaining(test));
  });

  it('wants one size unless one is given, of which all are then made', async () => {
    put({ '1.png': plain(50, 4, 6, 3), '2.png': plain(60, 4, 6) });
    // the first says how many channels
    expect((await open(whole)).shape).toEqual([4, 6, 3]);
    expect((await open({ ...whole, size: 3, channels: 1 })).shape).toEqual([3, 3, 1]);
    expect((await open({ ...whole, centreCrop: 2 })).shape).toEqual([2, 2, 3]);
    put({ '3.png': plain(70, 5) });
    await expect(open(whole)).rejects.toThrow(
      /3\.png: the images are not of one size \(expected 6x4 pixels.*found 5x5\).*--size 64/,
    );
    expect(await values(await open({ ...whole, size: 3 }))).toEqual([50, 60, 70]);
    await expect(values(await open({ ...whole, size: 3, centreCrop: 5 }))).rejects.toThrow(
      /[12]\.png: the image is smaller than the square that is cut from it \(expected at least 5x5 pixels, found 6x4\)/,
    );
  });

  it('reads JPEG and WebP, and turns what a camera held sideways', async () => {
    const image = (value: number) =>
      sharp(new Uint8Array(3 * 8 * 4).fill(value), { raw: { width: 4, height: 8, channels: 3 } });
    const turned = sharp(new Uint8Array(3 * 8 * 4).fill(120), { raw: { width: 8, height: 4, channels: 3 } });
    put({
      '1.jpg': await image(40).jpeg().toBuffer(),
      '2.webp': await image(80).webp({ lossless: true }).toBuffer(),
      '3.jpeg': await turned.withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    });
    const data = await open(whole);
    expect(data.shape).toEqual([8, 4, 3]);
    expect(await values(data)).toEqual([40, 80, 120]);
  });

  it('is known by names, sizes, classes and fit, wherever it lies', async () => {
    put({ 'a/1.png': plain(1), 'b/2.png': plain(2) });
    const print = async (options = {}) => (await open({ ...whole, ...options })).fingerprint;
    const before = await print();
    const here = root;
    root = join(base, 'elsewhere');
    cpSync(here, root, { recursive: true });
    expect(await print()).toBe(before);
    const others = [await print({ size: 1 }), await print({ channels: 3 })];
    put({ 'b/3.png': plain(3) });
    others.push(await print());
    rmSync(join(root, 'b/3.png'));
    cpSync(join(root, 'b/2.png'), join(root, 'b/4.png'));
    rmSync(join(root, 'b/2.png'));
    others.push(await print());
    expect(new Set([before, ...others]).size).toBe(5);
  });

  it('is refused in one line where it holds nothing, or nothing of use', async () => {
    await expect(open()).rejects.toThrow(/: an empty folder \(expected images, tar files, or MNIST's four IDX files\)/);
    put({ 'a/notes.txt': 'x' });
    await expect(open()).rejects.toThrow(/: a folder without anything that can be read/);
    put({ '1.png': '' });
    await expect(open(whole)).rejects.toThrow(/1\.png: an empty file/);
    put({ '1.png': plain(1) });
    await expect(open(whole, 'test')).rejects.toThrow(/: no image is held out for testing; .*heldOut/);
    for (const [option, value] of Object.entries({ size: 1.5, channels: 2, centreCrop: -1, heldOut: 1 }))
      await expect(open({ [option]: value })).rejects.toThrow(new RegExp(`option "${option}": a value out of range`));
    await expect(openDataset('image-folder', { split: 'train', seed: 1 })).rejects.toThrow(/needs a path/);
  });

  it.each([1e9, 0])('names the file that cannot be read (slow: %d ms)', async (slow) => {
    const count = 20;
    for (let i = 0; i < count; i++) put({ [`${100 + i}.png`]: plain(i) });
    const reader = fileRows((await open(whole)).source as FileRows, slow);
    const rows = Uint32Array.from({ length: 2 * count }, (_, i) => i % count);
    const expected = (await reader.read(rows)) as Uint8Array;
    const seen = [...expected].filter((_, i) => i % 4 === 0);
    expect(seen.slice(count)).toEqual(seen.slice(0, count));
    expect(seen.slice(count).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    // calls may overlap
    const both = await Promise.all([reader.read(rows), reader.read(rows)]);
    expect(both).toEqual([expected, expected]);

    truncateSync(join(root, '107.png'), 20);
    await expect(reader.read(rows)).rejects.toThrow(
      /107\.png: the file has changed since.*expected \d+ bytes, found 20/,
    );
    writeFileSync(join(root, '107.png'), Buffer.concat([plain(7), Buffer.alloc(9)]));
    await expect(reader.read(rows)).rejects.toThrow(/107\.png: the file has changed since.*found more/);
    writeFileSync(join(root, '107.png'), plain(7).fill(0, 50));
    await expect(reader.read(rows)).rejects.toThrow(/107\.png: /);
    rmSync(join(root, '107.png'));
    await expect(reader.read(rows)).rejects.toThrow(/107\.png: no such file/);
    await reader.close();
  });

  it('is read by a reader that plain data can be sent to', async () => {
    put({ 'a/1.png': plain(1), 'a/2.png': plain(2) });
    const reader = openRows(structuredClone((await open(whole)).source));
    const both = (await reader.read(Uint32Array.of(0, 1))) as Uint8Array;
    expect([...both].sort()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    await reader.close();
  });
});
