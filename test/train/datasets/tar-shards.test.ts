import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AlixError } from '@alix/infer/io/errors';
import { encodePng } from '@alix/infer/io/png';
import { createRandom } from '@alix/infer/io/random';
import type { Dataset } from '@alix/train/datasets/dataset';
import { openDataset } from '@alix/train/datasets/index';
import { openRows } from '@alix/train/datasets/row-source';
import type { TarRows } from '@alix/train/datasets/rows/tar';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { makeImageFolder, makeShards } from '../../bench/make-images.js';
import { type Entry, tarOf } from '../../fixtures/tar.js';

const base = mkdtempSync(join(tmpdir(), 'alix-shards-'));
let root: string;
let rounds = 0;
beforeEach(() => {
  root = join(base, `${rounds++}`);
  mkdirSync(root);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const image = (value: number, size = 2) =>
  encodePng(new Uint8Array(size * size).fill(value), { height: size, width: size, channels: 1 });
/** An image and its class. */
const sample = (key: string, value: number, label?: number | string): Entry[] => [
  { name: `${key}.png`, data: image(value) },
  ...(label === undefined ? [] : [{ name: `${key}.cls`, data: `${label}` }]),
];
function put(name: string, ...entries: readonly Entry[]): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), tarOf(entries));
}
const open = (options = {}, split: 'train' | 'test' = 'train', path = root) =>
  openDataset(path, { split, seed: 1, options: { heldOut: 0, ...options } });
const all = (data: Dataset) => Uint32Array.from({ length: data.count }, (_, i) => i);
/** The first value of each row and its class, by value. */
async function rows(data: Dataset): Promise<(readonly [value: number, label: number | undefined])[]> {
  const pixels = (await data.pixels?.(all(data))) as Uint8Array;
  const size = pixels.length / data.count;
  const found = Array.from({ length: data.count }, (_, i) => [pixels[i * size] as number, data.labels?.[i]] as const);
  return found.sort(([a], [b]) => a - b);
}
const values = async (data: Dataset) => (await rows(data)).map(([value]) => value);
/** Names of the shards, in their order. */
const shardsOf = (data: Dataset) => (data.source as TarRows).shards.map(({ path }) => basename(path));

describe('tar shards', () => {
  it('hold samples by the first dot of a name, wherever their members are', async () => {
    put(
      'x.tar',
      { name: 'readme', data: 'no sample' },
      { name: 'a/1.cls', data: ' 3\n' },
      { name: 'a/1.seg.png', data: 'another field' },
      { name: 'a/1.png', data: image(11) },
      ...sample('a.b/1', 12, 0),
      { name: 'late.PNG', data: image(13) },
      { name: 'alone.json', data: '{}' },
      ...sample('z', 14, 2),
      { name: 'late.cls', data: '1' },
    );
    const data = await open();
    expect(data).toMatchObject({ kind: 'images', shape: [2, 2, 1], count: 4, classes: 4 });
    expect(await rows(data)).toEqual([
      [11, 3],
      [12, 0],
      [13, 1],
      [14, 2],
    ]);
    const some = Uint32Array.of(3, 0, 3);
    const pixels = (await data.pixels?.(some)) as Uint8Array;
    expect(pixels.subarray(0, 4)).toEqual(pixels.subarray(8));
    expect(await data.batch(some)).toEqual(Float32Array.from(pixels, (value) => value / 255));
  });

  it('give the rows that the same images give as files', async () => {
    const made = { count: 1100, size: 6, channels: 3, classes: 4 } as const;
    makeImageFolder(join(root, 'files'), made);
    makeShards(join(root, 'shards'), made);
    const files = await open({ size: 4 }, 'train', join(root, 'files'));
    const shards = await open({ size: 4 }, 'train', join(root, 'shards'));
    expect((shards.source as TarRows).shards).toHaveLength(2);
    expect(shards.count).toBe(made.count);
    // the same images in another order: each row's bytes and class as one word
    const words = async (data: Dataset) => {
      const pixels = Buffer.from((await data.pixels?.(all(data))) as Uint8Array);
      const size = pixels.length / data.count;
      return Array.from(
        all(data),
        (i) => `${data.labels?.[i]} ${pixels.toString('hex', i * size, (i + 1) * size)}`,
      ).sort();
    };
    const found = await words(shards);
    expect(found).toEqual(await words(files));
    expect(new Set(found).size).toBeGreaterThan(900);
  });

  it('come in the order of their numbers, or as braces say', async () => {
    for (const n of [1, 2, 10]) put(`s-${n}.tar`, ...sample('k', n));
    expect(await values(await open())).toEqual([1, 2, 10]);
    const named = async (pattern: string) => shardsOf(await open({}, 'train', join(root, pattern)));
    expect(shardsOf(await open())).toEqual(['s-1.tar', 's-2.tar', 's-10.tar']);
    expect(await named('s-{10,1}.tar')).toEqual(['s-10.tar', 's-1.tar']);
    expect(await named('s-{1..2}.tar')).toEqual(['s-1.tar', 's-2.tar']);
    put('t-007.tar', ...sample('k', 7));
    put('t-008.tar', ...sample('k', 8));
    expect(await named('t-{007..008}.tar')).toEqual(['t-007.tar', 't-008.tar']);
    await expect(open({}, 'train', join(root, 't-{007..009}.tar'))).rejects.toThrow(/t-009\.tar: no such file/);
    await expect(open({}, 'train', join(root, 's-{1,1}.tar'))).rejects.toThrow(/s-1\.tar: a shard is named twice/);
    await expect(open({}, 'train', join(root, 's-{2..1}.tar'))).rejects.toThrow(/a range that falls/);
    await expect(open({}, 'train', join(root, 's-{0..99999999}.tar'))).rejects.toThrow(/too many shards/);
    await expect(open({}, 'train', join(root, '{0..9999}-{0..9999}.tar'))).rejects.toThrow(/too many shards/);
  });

  it('have the splits that folders or names say, with one number of classes', async () => {
    put('a/train/1.tar', ...sample('k', 1, 5));
    put('a/test/1.tar', ...sample('k', 2, 0));
    put('b/train-data-test.tar', ...sample('k', 3, 0));
    put('b/latest-train_0.tar', ...sample('k', 4, 1));
    for (const [folder, train, test, classes] of [
      ['a', 1, 2, 6],
      ['b', 4, 3, 2],
    ] as const) {
      const parts = [await open({}, 'train', join(root, folder)), await open({}, 'test', join(root, folder))];
      expect(await Promise.all(parts.map(values))).toEqual([[train], [test]]);
      expect(parts.map((part) => part.classes)).toEqual([classes, classes]);
    }
    put('b/extra.tar', ...sample('k', 5, 0));
    await expect(open({}, 'train', join(root, 'b'))).rejects.toThrow(/extra\.tar: a shard of neither split/);
  });

  it('else hold a share out by shard and key, and added shards move none', async () => {
    const shard = (n: number) => put(`${n}.tar`, ...Array.from({ length: 100 }, (_, i) => sample(`${i}`, n, i)).flat());
    /** The classes, which are the keys, of a shard's rows. */
    const held = async (n: number, split: 'train' | 'test') =>
      (await rows(await open({ heldOut: 0.2 }, split)))
        .flatMap(([value, label]) => (value === n ? [label] : []))
        .sort();
    shard(1);
    const before = await held(1, 'test');
    // 20 are expected, with a deviation of 4
    expect(Math.abs(before.length - 20)).toBeLessThan(16);
    shard(2);
    expect(await held(1, 'test')).toEqual(before);
    expect(await held(2, 'test')).not.toEqual(before);
    const everything = [...(await held(2, 'test')), ...(await held(2, 'train'))].sort();
    expect(everything).toEqual(Array.from({ length: 100 }, (_, i) => i).sort());
  });

  it('are known by names, offsets, sizes and classes, wherever they lie', async () => {
    const print = async () => (await open()).fingerprint;
    put('x.tar', ...sample('a', 1, 0), ...sample('b', 2, 1));
    const first = await print();
    renameSync(root, `${root}-moved`);
    root = `${root}-moved`;
    expect(await print()).toBe(first);
    put('x.tar', ...sample('a', 1, 0), ...sample('c', 2, 1));
    const renamed = await print();
    put('x.tar', ...sample('a', 1, 1), ...sample('b', 2, 0));
    const relabelled = await print();
    put('x.tar', { name: 'more' }, ...sample('a', 1, 0), ...sample('b', 2, 1));
    expect(new Set([first, renamed, relabelled, await print()]).size).toBe(4);
  });

  it.each<[what: string, entries: Entry[], message: RegExp]>([
    ['no class number', sample('k', 1, 'cat'), /x\.tar:k\.cls: a \.cls member that is not a class number.*found "cat"/],
    ['a negative class', sample('k', 1, -1), /k\.cls: .*expected 0 to 65535/],
    ['a class too large', sample('k', 1, 65_536), /k\.cls: /],
    ['an empty class', [...sample('k', 1), { name: 'k.cls' }], /k\.cls: /],
    ['a long class', sample('k', 1, `${' '.repeat(99)}1`), /k\.cls: /],
    ['two images', [...sample('k', 1), { name: 'k.jpg', data: image(1) }], /k\.jpg: two members of one kind/],
    ['one name twice', [...sample('k', 1), ...sample('j', 2), ...sample('k', 3)], /k\.png: two members of one kind/],
    ['two classes', [...sample('k', 1, 1), { name: 'k.cls', data: '1' }], /k\.cls: two members of one kind/],
    ['some classes', [...sample('k', 1, 1), ...sample('j', 2)], /x\.tar:j\.png: an image without a class/],
    ['a late class', [...sample('k', 1), ...sample('j', 2, 1)], /x\.tar:j\.png: an image with a class/],
    [
      'no image of a class',
      [...sample('k', 1, 1), { name: 'j.cls', data: '0' }],
      /x\.tar:j\.cls: a class without its image/,
    ],
    [
      'an image that is not read',
      [...sample('k', 1, 1), { name: 'j.gif', data: 'GIF8' }, { name: 'j.cls', data: '0' }],
      /j\.cls: a class without .*j\.png/,
    ],
    ['no images', [{ name: 'k.txt', data: 'x' }], /x\.tar: a tar file without images/],
    ['an empty image', [{ name: 'k.png' }], /x\.tar:k\.png: an empty file/],
    ['no image', [{ name: 'k.png', data: 'not an image at all, but thirty bytes' }], /x\.tar:k\.png: not an image/],
    ['sizes', [...sample('k', 1), { name: 'j.png', data: image(1, 3) }], /j\.png: .*not of one size.*found 3x3/],
    ['climbing', [{ name: '../k.png', data: image(1) }], /x\.tar, byte 0: a member whose path climbs out/],
  ])('are refused for %s', async (_, entries, message) => {
    put('x.tar', ...entries);
    await expect(open()).rejects.toThrow(message);
  });

  it('that are compressed are refused with what to do', async () => {
    for (const name of ['x.tar.gz', 'x.tgz', 'x.tar']) {
      writeFileSync(join(root, name), gzipSync(tarOf(sample('k', 1))));
      await expect(open()).rejects.toThrow(
        new RegExp(`${name}: a tar compressed by gzip has no random access.*gunzip`),
      );
      rmSync(join(root, name));
    }
  });

  it('name the shard and the member of an image that cannot be read', async () => {
    put('x.tar', ...sample('a', 1), { name: 'b.png', data: image(2).fill(0, 35) }, ...sample('c', 3));
    const data = await open();
    await expect(data.batch(all(data))).rejects.toThrow(/x\.tar:b\.png: /);
    // those beside it can be read, also after the failure
    const reader = openRows(data.source);
    await expect(reader.read(all(data))).rejects.toThrow(/x\.tar:b\.png: /);
    const good = await Promise.all([0, 1, 2].map((row) => reader.read(Uint32Array.of(row)).catch(() => undefined)));
    expect(good.map((pixels) => pixels?.[0]).sort()).toEqual([1, 3, undefined]);
    await reader.close();
  });

  it('that have changed since are refused', async () => {
    put('x.tar', ...sample('a', 1));
    const data = await open();
    utimesSync(join(root, 'x.tar'), 1, 1);
    await expect(data.batch(all(data))).rejects.toThrow(
      /x\.tar: the file has changed since the data set was opened \(expected 2048 bytes of 20.*found 2048 of 1970/,
    );
    rmSync(join(root, 'x.tar'));
    await expect(data.batch(all(data))).rejects.toThrow(/x\.tar: no such file/);
  });

  it('whatever their bytes, give rows or an AlixError that names the shard', async () => {
    const whole = tarOf([...sample('a', 1, 0), ...sample('b', 2, 1), ...sample('c', 3, 2)]);
    const random = createRandom('shard mutations');
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(whole);
      // in a header, its checksum, or an image
      for (let change = random.integer(1, 3); change > 0; change--)
        bytes[random.integer(0, bytes.length - 1025)] = random.integer(0, 255);
      writeFileSync(join(root, 'x.tar'), bytes.subarray(0, round % 4 ? bytes.length : random.integer(0, bytes.length)));
      try {
        const data = await open();
        expect((await data.batch(all(data))).length).toBe(data.count * 4);
      } catch (error) {
        if (!(error instanceof AlixError)) throw error;
        expect(error.message).toContain('x.tar');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
    expect(refused).toBeLessThan(150);
  });
});
