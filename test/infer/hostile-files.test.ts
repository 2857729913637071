/** Files that an enemy chose: pipes, devices, sizes that lie, archives that unpack without end. Nothing hangs, nothing fills the memory. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadModel, openBundle } from '@alix/infer';
import { openCodes } from '@alix/infer/io/codes-file';
import { gunzip } from '@alix/infer/io/gzip';
import { readImage, readImages } from '@alix/infer/io/images';
import { readPng } from '@alix/infer/io/load';
import { encodeNpy, npyHeader } from '@alix/infer/io/npy';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages } from '../fixtures/images.js';
import { fileEntry, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
const posix = process.platform !== 'win32';
const shape = { height: tiny.height, width: tiny.width, channels: tiny.channels };
const ok = join(writeImages(root, ['ok.png']), 'ok.png');
let count = 0;
const fresh = () => join(root, `${count++}`);

/** A file of this beginning and this size, of which the rest takes no room on the disk. */
function sparse(path: string, size: number, begins: Uint8Array = new Uint8Array(0)): string {
  const file = openSync(path, 'w');
  writeSync(file, begins);
  ftruncateSync(file, size);
  closeSync(file);
  return path;
}

async function read(...paths: string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of readImages(paths, shape)) names.push(name);
  return names;
}

/** Bytes that the process has grown by while this ran. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  await work();
  return process.memoryUsage().rss - before;
}

test.skipIf(!posix)('a model.json that is a pipe, or leads to a device', async () => {
  const pipe = writeTinyBundle(fresh());
  rmSync(join(pipe, 'model.json'));
  execFileSync('mkfifo', [join(pipe, 'model.json')]);
  const device = writeTinyBundle(fresh());
  rmSync(join(device, 'model.json'));
  symlinkSync('/dev/zero', join(device, 'model.json'));
  for (const folder of [pipe, device])
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'not-a-file', where: join(folder, 'model.json') });
});

test('a model.json of a gigabyte, and one that is a folder', async () => {
  const large = writeTinyBundle(fresh());
  sparse(join(large, 'model.json'), 2 ** 30);
  expect(
    await growth(() => expect(openBundle(large)).rejects.toMatchObject({ code: 'too-large', found: `${2 ** 30}` })),
  ).toBeLessThan(100e6);
  const folder = fresh();
  mkdirSync(join(folder, 'model.json'), { recursive: true });
  await expect(openBundle(folder)).rejects.toMatchObject({ code: 'is-a-folder' });
});

test('a graph that is a pipe, a folder, or grows and shrinks', async () => {
  const stated = (bytes: number) =>
    writeTinyBundle(fresh(), tiny, (json) => ({
      ...json,
      files: { ...(json.files as object), 'encoder.onnx': { sha256: '0'.repeat(64), bytes } },
    }));
  const folder = stated(4096);
  rmSync(join(folder, 'encoder.onnx'));
  mkdirSync(join(folder, 'encoder.onnx'));
  await expect(openBundle(folder).then(({ files }) => files.read('encoder.onnx'))).rejects.toMatchObject({
    code: expect.stringMatching(/^(is-a-folder|bad-bundle)$/),
  });
  // more than a graph can have, and as large as it says
  const large = stated(2 ** 31);
  sparse(join(large, 'encoder.onnx'), 2 ** 31);
  await expect(openBundle(large)).rejects.toMatchObject({ code: 'bad-bundle', found: `${2 ** 31} bytes` });
  if (!posix) return;
  const pipe = stated(10);
  rmSync(join(pipe, 'encoder.onnx'));
  execFileSync('mkfifo', [join(pipe, 'encoder.onnx')]);
  await expect(openBundle(pipe)).rejects.toMatchObject({ code: 'bad-bundle', found: '0 bytes' });
});

test.skipIf(!posix)('a pipe in the place of an image, a mask, codes, or the names beside codes', async () => {
  const pipe = join(root, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const codes = join(root, 'codes.npy');
  writeFileSync(codes, encodeNpy({ shape: [1, 3], data: new Float32Array(3) }));
  execFileSync('mkfifo', [`${codes}.json`]);
  const refused = { code: 'not-a-file', remedy: expect.any(String) };
  await expect(readImage(pipe, shape)).rejects.toMatchObject(refused);
  await expect(readPng(pipe)).rejects.toMatchObject(refused);
  await expect(openCodes(pipe)).rejects.toMatchObject(refused);
  await expect(openCodes(codes)).rejects.toMatchObject({ ...refused, where: `${codes}.json` });
});

test('codes and names of more bytes than there is memory', async () => {
  const codes = sparse(join(root, 'large.npy'), 128 + 1e12, npyHeader('<f4', [25e10 / 4, 4]));
  expect(await openCodes(codes)).toMatchObject({ n: 25e10 / 4, d: 4 });
  sparse(`${codes}.json`, 2 ** 30, Buffer.from('{"names": ["'));
  await expect(openCodes(codes)).rejects.toMatchObject({ code: 'too-large', where: `${codes}.json` });
});

test('an image with two gigabytes behind its end, alone and among many', async () => {
  const folder = fresh();
  const names = Array.from({ length: 60 }, (_, i) => `${i}.png`);
  writeImages(folder, names);
  const large = sparse(join(folder, '0.png'), 2 ** 31 - 4096, Buffer.from([0x89, 0x50, 0x4e, 0x47]));
  const refused = { code: 'too-large', where: large, expected: `at most ${2 ** 29} bytes` };
  const grown = await growth(async () => {
    await expect(read(large)).rejects.toMatchObject(refused);
    await expect(read(folder)).rejects.toMatchObject(refused);
  });
  expect(grown).toBeLessThan(200e6);
});

/** A header of tar: name, size in octal, and the checksum. */
function tarHeader(name: string, size: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write(`${size}\0`, 124);
  block.write('        0', 148);
  block.write('ustar\u000000', 257);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return block;
}

test.each([
  ['as large as 32 bits hold', 2 ** 31],
  ['larger than 32 bits hold', 2 ** 33 - 512],
])('a member of an archive that is %s, and is there', async (_, size) => {
  const head = tarHeader('a.png', size.toString(8).padStart(11, '0'));
  const path = sparse(join(root, `${size}.tar`), 512 + size + 1024, head);
  await expect(read(path)).rejects.toMatchObject({ code: 'too-large', where: `${path}:a.png` });
});

const idx = (...sizes: number[]) => {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.set([0, 0, 8, sizes.length]);
  for (const [i, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return head;
};
/** A tenth of a megabyte, unpacked a hundred. */
const zeros = gzipSync(Buffer.alloc(100e6));
const bomb = (head: Buffer) => gzipSync(Buffer.concat([head, Buffer.alloc(100e6)]));

test.each([
  ['more than its head says', bomb(idx(1, 6, 4)), 'bad-idx'],
  ['as much as no memory holds', bomb(idx(2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1)), 'bad-idx'],
  ['more than is read at once', bomb(idx(100_000_000, 6, 4)), 'bad-idx'],
  ['something else', zeros, 'bad-idx'],
])('a gzipped file that unpacks to %s', async (_, bytes, code) => {
  const path = join(root, 'bomb-ubyte.gz');
  writeFileSync(path, bytes);
  const grown = await growth(() => expect(read(path)).rejects.toMatchObject({ code, where: path }));
  expect(grown).toBeLessThan(60e6);
});

test('a gzip stream that begins byte by byte is cut off as soon', async () => {
  // where the platform takes streams of several members, of one byte each: the first pieces are shorter than any head
  const drops = Array.from({ length: 12 }, () => gzipSync(Buffer.of(7)));
  const isTaken = await gunzip(Buffer.concat(drops), 'x').then(
    () => true,
    () => false,
  );
  const stream = isTaken ? Buffer.concat([...drops, zeros]) : zeros;
  const cut = await gunzip(stream, 'x', (head) => (head.length >= 12 ? 12 : undefined));
  expect(cut.length).toBe(13);
});

test('an archive in the place of a model or an image says what it is', async () => {
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(60)]);
  for (const name of ['model.zip', 'image.png']) writeFileSync(join(root, name), zip);
  await expect(loadModel(join(root, 'model.zip'))).rejects.toMatchObject({ code: 'no-bundle' });
  await expect(read(join(root, 'image.png'))).rejects.toThrow(/a zip archive, not an image; unpack it first/);
  const tar = join(root, 'images.tar.gz');
  writeFileSync(tar, gzipSync(tarHeader('a.png', '00000000000')));
  await expect(read(tar)).rejects.toThrow(/gzipped, and what is in it is not an IDX file.*unpack it first/);
});

test('what is read beside all this is still read', async () => {
  expect(await read(ok)).toEqual(['ok.png']);
  const folder = writeTinyBundle(fresh());
  const { files, bundle } = await openBundle(folder);
  const bytes = await files.read('encoder.onnx');
  expect(fileEntry(bytes)).toEqual(bundle.files['encoder.onnx']);
});
