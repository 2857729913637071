/** Published data sets and shards, as training and `alix data info` open them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readImages } from '@alix/infer/io/images';
import { encodeNpy } from '@alix/infer/io/npy';
import { encodePng } from '@alix/infer/io/png';
import { openDataset } from '@alix/train/datasets/index';
import sharp from 'sharp';
import { paxRecord, tarOf } from '../../fixtures/tar.js';
import { type Format, sound } from '../format.js';
import { type Tree, treeOf } from '../tree.js';
import { checkRows } from './rows.js';

const grey = (n: number, side: number) => Uint8Array.from({ length: n * side * side }, (_, i) => (i * 31) % 256);
const png = (i: number, side = 6) =>
  encodePng(grey(i + 1, side).subarray(i * side * side), { height: side, width: side, channels: 1 });
const split = (index: number) => (index % 2 ? 'train' : 'test');
const open = (path: string, index: number, options = {}) =>
  openDataset(path, { split: split(index), seed: 1, options });

function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((n, i) => void head.writeUInt32BE(n, 4 + 4 * i));
  return Buffer.concat([head, data]);
}

const idxFiles = (end: string, pack: (bytes: Uint8Array) => Uint8Array): Tree =>
  treeOf(
    Object.fromEntries(
      ['train', 't10k'].flatMap((part) => [
        [`${part}-images-idx3-ubyte${end}`, pack(idx([3, 5, 5], grey(3, 5)))],
        [`${part}-labels-idx1-ubyte${end}`, pack(idx([3], Uint8Array.of(0, 1, 1)))],
      ]),
    ),
  );

const mnist: Format = {
  name: 'idx',
  seeds: async () => [idxFiles('', (bytes) => bytes), idxFiles('.gz', (bytes) => gzipSync(bytes))],
  async read(folder, index) {
    await checkRows(await open(folder, index));
  },
};

const stack: Format = {
  name: 'stack',
  seeds: async () => [
    treeOf({ stack: idx([3, 5, 5], grey(3, 5)) }),
    treeOf({ stack: gzipSync(idx([2, 5, 5, 1], grey(2, 5))) }),
    treeOf({ stack: encodeNpy({ shape: [3, 5, 5], data: grey(3, 5) }) }),
    treeOf({
      stack: tarOf([
        { name: 'a.png', data: png(0, 5) },
        { name: 'b/c.png', data: png(1, 5) },
      ]),
    }),
  ],
  async read(folder) {
    const shape = { height: 5, width: 5, channels: 3 } as const;
    for await (const { pixels, error } of readImages([join(folder, 'stack')], shape)) {
      if (error) throw error;
      sound(pixels.length === 75, `an image of ${pixels.length} values`);
    }
  },
};

const cifar: Format = {
  name: 'cifar10',
  seeds: async () => {
    const records = Buffer.concat([0, 9].map((label) => Buffer.from([label, ...grey(3, 32)])));
    return [
      treeOf({ 'data_batch_1.bin': records, 'data_batch_2.bin': records.subarray(0, 3073), 'test_batch.bin': records }),
    ];
  },
  async read(folder, index) {
    await checkRows(await open(folder, index, { partial: true }));
  },
};

const svhn: Format = {
  name: 'svhn',
  seeds: async () => {
    const { files } = JSON.parse(readFileSync(new URL('../../../fixtures/io/mat.json', import.meta.url), 'utf8')) as {
      readonly files: Readonly<Record<string, { readonly gzip: string }>>;
    };
    return ['plain', 'compressed', 'labels as doubles'].map((kind) => {
      const bytes = gunzipSync(Buffer.from(files[kind]!.gzip, 'base64'));
      return treeOf({ 'train_32x32.mat': bytes, 'test_32x32.mat': bytes });
    });
  },
  async read(folder, index) {
    await checkRows(await open(folder, index, { train: 'train' }));
  },
};

const npy: Format = {
  name: 'npy',
  seeds: async () => [
    treeOf({
      'a.npy': encodeNpy({ shape: [4, 5, 5], data: grey(4, 5) }),
      'a-labels.npy': encodeNpy({ shape: [4], data: Int32Array.of(0, 1, 2, 300) }),
    }),
    treeOf({
      'a.npy': encodeNpy({ shape: [2, 5, 5, 3], data: grey(6, 5) }),
      'a-labels.npy': encodeNpy({ shape: [2, 1], data: BigInt64Array.of(3n, 0n) }),
    }),
  ],
  async read(folder) {
    await checkRows(await openDataset(join(folder, 'a.npy'), { split: 'train', seed: 1, options: { heldOut: 0 } }));
  },
};

const shards: Format = {
  name: 'shards',
  seeds: async () => {
    const sample = (i: number) => [
      { name: `${i}.png`, data: png(i) },
      { name: `${i}.cls`, data: `${i % 3}` },
    ];
    const long = `${'long/'.repeat(30)}a.png`;
    return [
      treeOf({ 'a-000.tar': tarOf([0, 1, 2].flatMap(sample)), 'a-001.tar': tarOf([3, 4].flatMap(sample)) }),
      treeOf({
        'gnu.tar': tarOf([
          { name: '././@LongLink', type: 'L', data: `${long}\0`, magic: 'ustar  \0' },
          { name: 'x', data: png(0) },
        ]),
      }),
      treeOf({
        'pax.tar': tarOf([
          { name: 'pax', type: 'x', data: paxRecord('path', long) },
          { name: 'x', data: png(1) },
          { name: 'dir/', type: '5' },
        ]),
      }),
    ];
  },
  async read(folder, index) {
    const size = index % 3 ? 0 : 4;
    await checkRows(await openDataset(folder, { split: 'train', seed: 1, options: { heldOut: 0, size } }));
  },
};

const attributes = ['Bald', 'Smiling'];
const celeba: Format = {
  name: 'celeba',
  seeds: async () => {
    const jpeg = await sharp(Buffer.alloc(178 * 218 * 3, 90), { raw: { width: 178, height: 218, channels: 3 } })
      .jpeg()
      .toBuffer();
    const names = [1, 2, 3, 4].map((i) => `00000${i}.jpg`);
    return [
      treeOf({
        'list_eval_partition.txt': names.map((name, i) => `${name} ${i % 3}\n`).join(''),
        'list_attr_celeba.txt': `4\n${attributes.join(' ')} \n${names.map((name, i) => `${name}  ${i % 2 ? '-1' : ' 1'} -1\n`).join('')}`,
        ...Object.fromEntries(names.map((name) => [`img_align_celeba/${name}`, jpeg])),
      }),
    ];
  },
  fixed: /[234]\.jpg$/,
  async read(folder, index) {
    await checkRows(await open(folder, index, { size: 8 }));
  },
};

const tiny: Format = {
  name: 'tiny-imagenet',
  seeds: async () => {
    const jpeg = await sharp(Buffer.alloc(64 * 64 * 3, 90), { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    const ids = ['n00000001', 'n00000002'];
    return [
      treeOf({
        'wnids.txt': ids.map((id) => `${id}\n`).join(''),
        'val/val_annotations.txt': ids.map((id, i) => `val_${i}.JPEG\t${id}\t0\t0\t9\t9\n`).join(''),
        ...Object.fromEntries(
          ids.flatMap((id, i) => [
            [`train/${id}/images/${id}_0.JPEG`, jpeg],
            [`val/images/val_${i}.JPEG`, jpeg],
          ]),
        ),
      }),
    ];
  },
  fixed: /(1_0|val_1)\.JPEG$/,
  async read(folder, index) {
    await checkRows(await open(folder, index, { size: 8 }));
  },
};

export const datasets: readonly Format[] = [mnist, stack, cifar, svhn, npy, shards, celeba, tiny];
