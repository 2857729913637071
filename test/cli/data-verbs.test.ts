/** alix data, alix data info and alix data make, as a user types them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng, encodePng } from '@alix/infer/io/png';
import { datasets, openDataset } from '@alix/train/datasets/index';
import { drawStrokes } from '@alix/train/datasets/strokes';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { tarOf } from '../fixtures/tar.js';

const root = temporaryFolder();
const put = (name: string, content: Uint8Array | string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
};
const jpeg = (height: number, width: number, value: number) =>
  sharp(Buffer.alloc(height * width * 3, value), { raw: { height, width, channels: 3 } })
    .jpeg()
    .toBuffer();
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await inside(['data', ...args, '--json'], root);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

beforeAll(async () => {
  vi.stubEnv('ALIX_DATA', root);
  vi.stubEnv('ALIX_CACHE', join(root, 'cache'));
  for (const name of ['train', 't10k']) await json('make', 'strokes', '-n', '40', '-o', `mnist/${name}.idx`);
  const record = (label: number) => Buffer.concat([Buffer.of(label), Buffer.alloc(3072, 20 * label)]);
  put('cifar-10-batches-bin/data_batch_1.bin', Buffer.concat([0, 1, 1, 9].map(record)));
  const mats = JSON.parse(readFileSync(new URL('../fixtures/io/mat.json', import.meta.url), 'utf8'));
  put('svhn/extra_32x32.mat', gunzipSync(Buffer.from(mats.files.compressed.gzip, 'base64')));
  put('celeba/list_eval_partition.txt', '000001.jpg 0\n000002.jpg 0\n000003.jpg 2\n');
  put('celeba/list_attr_celeba.txt', '3\nBald Young \n000001.jpg  1 -1\n000002.jpg -1 -1\n000003.jpg  1  1\n');
  for (let i = 1; i <= 3; i++) put(`celeba/img_align_celeba/00000${i}.jpg`, await jpeg(218, 178, 50 * i));
  put('tiny-imagenet-200/wnids.txt', 'n00000001\nn00000002\n');
  for (const id of ['n00000001', 'n00000002'])
    for (let i = 0; i < 2; i++) put(`tiny-imagenet-200/train/${id}/images/${id}_${i}.JPEG`, await jpeg(64, 64, 90 * i));
  put('tiny-imagenet-200/val/val_annotations.txt', '');
  await json('make', 'strokes', '-n', '20', '-o', 'images.npy');
  await json('make', 'strokes', '-n', '20', '-o', 'folder');
  const grey = encodePng(new Uint8Array(24).fill(9), { height: 6, width: 4, channels: 1 });
  put('shards.tar', tarOf(['a', 'b', 'c'].map((name) => ({ name: `${name}.png`, data: grey }))));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** What shows each entry of the table, and what must be said of it. */
const entries: Readonly<Record<string, readonly [args: readonly string[], wanted: object]>> = {
  strokes: [['strokes', '--set', 'train=60'], { count: 60, shape: [28, 28, 1], formats: null }],
  'gaussian-grid': [['gaussian-grid', '--set', 'data.options.train=500'], { kind: 'points', count: 500, shape: [2] }],
  'gaussian-nine': [['gaussian-nine', '--set', 'test=50', '--split', 'test'], { split: 'test', count: 50 }],
  'gaussian-ring': [['gaussian-ring', '--set', 'train=80', '--set', 'modes=4'], { count: 80 }],
  mnist: [['mnist'], { count: 40, shape: [28, 28, 1], classNames: null }],
  cifar10: [['cifar10', '--set', 'partial=true'], { count: 4, classes: [1, 2, 0, 0, 0, 0, 0, 0, 0, 1] }],
  svhn: [['svhn'], { shape: [32, 32, 3] }],
  celeba: [
    ['celeba', '--set', 'size=32'],
    {
      count: 2,
      shape: [32, 32, 3],
      classes: null,
      formats: { jpeg: 2 },
      attributes: [
        { name: 'Bald', share: 0.5 },
        { name: 'Young', share: 0 },
      ],
    },
  ],
  'tiny-imagenet': [
    ['tiny-imagenet'],
    { count: 4, classes: [2, 2], classNames: ['n00000001', 'n00000002'], formats: { jpeg: 4 } },
  ],
  idx: [['mnist/train-images-idx3-ubyte'], { count: 40, classes: null }],
  npy: [['images.npy', '--set', 'heldOut=0'], { count: 20 }],
  'image-folder': [['folder', '--set', 'heldOut=0'], { count: 20, formats: { png: 20 }, resized: 0, notes: [] }],
  'tar-shards': [['shards.tar', '--set', 'heldOut=0'], { count: 3, shape: [6, 4, 1] }],
};

test('info tells of every entry of the table, and draws it', async () => {
  expect(Object.keys(entries)).toEqual(Object.keys(datasets));
  for (const [name, [args, wanted]] of Object.entries(entries)) {
    const info = await json('info', ...args, '-o', `${name}.png`);
    expect([name, info]).toMatchObject([name, { ...wanted, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    const sheet = await decodePng(readFileSync(join(root, `${name}.png`)), name);
    expect([name, sheet.height > 60, sheet.width > 100]).toEqual([name, true, true]);
  }
});

test('images of many sizes are counted and drawn, and the option that brings them to one is named', async () => {
  const grey = (height: number, width: number) =>
    encodePng(new Uint8Array(height * width), { height, width, channels: 1 });
  for (let i = 0; i < 12; i++) put(`mixed/${i % 2 ? 'a' : 'b'}/${i}.png`, grey(20 + i, 30));
  const told = await json('info', 'mixed', '--set', 'heldOut=0', '-o', 'mixed.png');
  expect(told).toMatchObject({ count: 12, shape: null, fingerprint: null, classes: [6, 6] });
  expect(decodePng(readFileSync(join(root, 'mixed.png')), 'mixed').height).toBeGreaterThan(100);
  put('mixed/a/broken.png', grey(9, 9).subarray(0, 40));
  for (const more of [[], ['--max-errors', '2']]) {
    const line = ['data', 'info', 'mixed', '--set', 'heldOut=0', '--on-error', 'skip', ...more];
    const { code, stdout, stderr } = await inside(line, root);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /12 images of many sizes[\s\S]*from 30x20 to 30x31 pixels; --set size=64 makes them squares/,
    );
    expect(stderr).toMatch(/^left out, for they cannot be read: 1\n/);
  }
  expect(await json('info', 'mixed', '--set', 'size=8', '--set', 'heldOut=0')).toMatchObject({ shape: [8, 8, 1] });
});

test('the counts are those of the rows, and the fingerprint is that of train and eval', async () => {
  const { labels, fingerprint } = await openDataset('strokes', { split: 'train', seed: 3, options: { train: 90 } });
  const counts = Array.from({ length: 10 }, (_, k) => [...(labels ?? [])].filter((label) => label === k).length);
  expect(await json('info', 'strokes', '--set', 'train=90', '--seed', '3')).toMatchObject({
    classes: counts,
    fingerprint,
  });
});

test('classes that are folders are called by their names, below a train folder too', async () => {
  const grey = encodePng(new Uint8Array(24), { height: 6, width: 4, channels: 1 });
  for (const split of ['train', 'test'])
    for (const name of ['cat/a', 'cat/b/c', 'dog with spaces/a']) put(`pets/${split}/${name}.png`, grey);
  expect(await json('info', 'pets')).toMatchObject({ classes: [2, 1], classNames: ['cat', 'dog with spaces'] });
  const { stdout } = await inside(['data', 'info', 'pets', '--split', 'test'], root);
  expect(stdout).toMatch(/cat: 2 \(66.7 %\)\n +dog with spaces: 1 \(33.3 %\)/);
});

test('for people it is a few lines, with what lossy files mean', async () => {
  const { code, stdout, stderr } = await inside(['data', 'info', 'celeba'], root);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^celeba, train split: 2 images of 64x64x3\n {2}classes +none\n {2}attributes +Bald 50.0 %\n/);
  expect(stdout).toMatch(/note +all 2 images are JPEG: lossy compression moves distances/);
  const classes = await inside(['data', 'info', 'cifar10', '--set', 'partial=true'], root);
  expect(classes.stdout).toMatch(/classes +10, from 0 to 2 rows; 7 without any\n +0: 1 \(25.0 %\)/);
});

test('a contact sheet has a row of each class under a caption', async () => {
  await json('info', 'strokes', '--set', 'train=200', '-o', 'sheet.png');
  const { height, width, pixels } = await decodePng(readFileSync(join(root, 'sheet.png')), 'sheet.png');
  // images are black with white on it, captions black on white: in each row's middle both are found
  const { labels } = drawStrokes(0, 'train', 200);
  const rows = new Set(labels).size;
  const lines = Array.from({ length: height }, (_, y) => pixels.subarray(y * width, (y + 1) * width));
  const bands = lines.filter((line, y) => line[width - 20] === 0 && lines[y - 1]?.[width - 20] !== 0).length;
  expect(bands).toBeGreaterThanOrEqual(rows);
  expect(lines.slice(12, 26).some((line) => line.subarray(12, 60).includes(0))).toBe(true);
  expect(lines[0]?.every((value) => value === 255)).toBe(true);
});

test('large photographs become small ones on the sheet, which stays one that can be looked at', async () => {
  for (let i = 0; i < 3; i++) put(`photos/${i}.jpg`, await jpeg(900, 1400, 60 * (i + 1)));
  await json('info', 'photos', '--set', 'heldOut=0', '-o', 'photos.png');
  const { height, width, channels, pixels } = await decodePng(readFileSync(join(root, 'photos.png')), 'photos.png');
  expect([height < 200, width < 1500, channels]).toEqual([true, true, 3]);
  // a mean of one colour is that colour
  const seen = new Set(pixels);
  for (const value of [60, 120, 180]) expect([...seen].some((v) => Math.abs(v - value) <= 2)).toBe(true);
});

test('what is made is what the recipes draw, in the formats of others', async () => {
  const { pixels, labels } = drawStrokes(7, 'test', 12);
  await json('make', 'strokes', '-n', '12', '--seed', '7', '--split', 'test', '-o', 'made');
  for (let i = 0; i < 12; i++) {
    const name = `made/${labels[i]}/${String(i).padStart(2, '0')}.png`;
    const image = await decodePng(readFileSync(join(root, name)), name);
    expect(Buffer.from(image.pixels).equals(Buffer.from(pixels.subarray(i * 784, (i + 1) * 784)))).toBe(true);
  }
  expect(
    readdirSync(join(root, 'made'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()),
  ).toHaveLength(12);
  await json('make', 'strokes', '-n', '12', '--seed', '7', '--split', 'test', '-o', 'pair/t10k.idx');
  const pair = await openDataset(join(root, 'pair'), { split: 'test', seed: 0 });
  expect([...(pair.labels ?? [])]).toEqual([...labels]);
  expect(Buffer.from((await pair.pixels?.(Uint32Array.of(3)))!).equals(Buffer.from(pixels.subarray(2352, 3136)))).toBe(
    true,
  );

  await json('make', 'gaussian-grid', '-n', '200', '--seed', '2', '-o', 'grid.npy');
  const grid = decodeNpy(readFileSync(join(root, 'grid.npy')), 'grid.npy');
  expect([grid.shape, grid.dtype]).toEqual([[200, 2], '<f4']);
  const known = await openDataset('gaussian-grid', { split: 'train', seed: 2, options: { train: 200 } });
  expect(grid.data).toEqual(await known.batch(Uint32Array.from({ length: 200 }, (_, i) => i)));
  // 0.05 around whole even numbers
  for (const v of grid.data as Float32Array) expect(Math.abs(v - 2 * Math.round(v / 2))).toBeLessThan(0.4);
});

test('the list names every data set with its options and where it comes from', async () => {
  const { data } = await json();
  expect(data.map(({ name }: { name: string }) => name)).toEqual(Object.keys(datasets));
  const of = (name: string) => data.find((entry: { name: string }) => entry.name === name);
  expect(of('strokes')).toMatchObject({ from: 'made', options: { train: 60_000 } });
  expect(of('svhn')).toMatchObject({ from: 'download', licence: expect.stringMatching(/non-commercial/) });
  expect(of('image-folder')).toMatchObject({ from: 'files' });
  const { stdout } = await inside(['data'], root);
  for (const name of Object.keys(datasets)) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
});

test('mistakes are one line, and leave nothing behind', async () => {
  const before = readdirSync(root).sort();
  for (const [args, code, words] of [
    [['inf'], 2, /did you mean data info\?/],
    [['info', 'strokes', '-o', 'x.jpg'], 2, /ends in .png/],
    [['info', 'nothing-there'], 1, /no such data set/],
    [['info', 'strokes', '--set', 'train'], 2, /key=value/],
    [['info', 'strokes', '--set', 'trains=4'], 2, /unknown option.*train, test/],
    [['make', 'stroks', '-o', 'x'], 2, /strokes, gaussian-grid/],
    [['make', 'strokes', '-n', '0', '-o', 'x'], 2, /at least 1/],
    [['make', 'gaussian-grid', '-o', 'x'], 2, /ends in .npy/],
    [['make', 'strokes', '-n', '5', '-o', 'folder'], 1, /not empty/],
  ] as const) {
    const ran = await inside(['data', ...args], root);
    expect([args, ran.code, ran.stdout, ran.stderr.trim().split('\n')]).toEqual([
      args,
      code,
      '',
      [expect.stringMatching(words)],
    ]);
  }
  expect(readdirSync(root).sort()).toEqual(before);
});
