/** Formats by what encoders write, and what data sets say of their files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { imageFormat } from '@alix/train/datasets/image-format';
import { openDataset } from '@alix/train/datasets/index';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { tarOf } from '../../fixtures/tar.js';

const base = mkdtempSync(join(tmpdir(), 'alix-formats-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const size = { height: 12, width: 12, channels: 3 } as const;
const pixels = Uint8Array.from({ length: 12 * 12 * 3 }, (_, i) => (i * 7) & 255);
const raw = () => sharp(pixels, { raw: size });
const png = encodePng(pixels, size);
const jpeg = () => raw().jpeg().toBuffer();
const webp = (lossless: boolean) => raw().webp({ lossless }).toBuffer();
const none = new Uint8Array(0);

describe('imageFormat', () => {
  it('goes by the bytes, not by the name', async () => {
    const files = {
      png,
      jpeg: await jpeg(),
      webp: await webp(false),
      'webp-lossless': await webp(true),
      gif: await raw().gif().toBuffer(),
      tiff: await raw().tiff().toBuffer(),
      avif: await raw().avif().toBuffer(),
    };
    for (const [format, bytes] of Object.entries(files)) {
      expect(imageFormat(bytes.subarray(0, 1024), 'a.png'), format).toBe(format);
      expect(imageFormat(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3), 'x'), format).toBe(format);
    }
    expect(imageFormat(Uint8Array.of(1, 2), 'a.png')).toBe('unknown');
    expect(imageFormat(Uint8Array.of(0x89, 0x50, 0x4e), 'a.png')).toBe('unknown');
  });

  it('goes by the name where there are no bytes', () => {
    expect(['a.b/c.JPG', 'c.jfif', 'c.png', 'c.webp', 'c'].map((name) => imageFormat(none, name))).toEqual([
      'jpeg',
      'jpeg',
      'png',
      'webp',
      'unknown',
    ]);
  });
});

describe('the origin of a data set', () => {
  it('of a folder: formats of the split alone, no matter what the files are called', async () => {
    const root = join(base, 'folder');
    mkdirSync(join(root, 'train', 'a'), { recursive: true });
    mkdirSync(join(root, 'test', 'a'), { recursive: true });
    for (const i of [1, 2, 3]) writeFileSync(join(root, 'train', 'a', `${i}.png`), png);
    writeFileSync(join(root, 'train', 'a', 'lies.png'), await jpeg());
    writeFileSync(join(root, 'train', 'a', 'x.webp'), await webp(true));
    writeFileSync(join(root, 'test', 'a', '1.webp'), await webp(false));
    const open = (split: 'train' | 'test', options = {}) => openDataset(root, { split, seed: 1, options });
    const train = await open('train');
    expect(train.origin).toEqual({ formats: { png: 3, jpeg: 1, 'webp-lossless': 1 }, resized: 0 });
    expect((await open('test')).origin).toEqual({ formats: { webp: 1 }, resized: 0 });
    // a size was asked for: no file is opened, names are what is known
    expect((await open('train', { size: 8 })).origin).toEqual({ formats: { png: 4, webp: 1 } });
  });

  it('of tar shards, with sizes from the heads and without', async () => {
    const path = join(base, 'x.tar');
    const members = [
      { name: 'a.png', data: png },
      { name: 'b.jpg', data: await jpeg() },
      { name: 'c.jpg', data: png },
    ];
    writeFileSync(path, tarOf(members));
    const open = (options = {}) => openDataset(path, { split: 'train', seed: 1, options: { heldOut: 0, ...options } });
    expect((await open()).origin).toEqual({ formats: { png: 2, jpeg: 1 }, resized: 0 });
    expect((await open({ size: 8 })).origin).toEqual({ formats: { png: 1, jpeg: 2 } });
  });

  it('is no part of the fingerprint, which was pinned before there were origins', async () => {
    const root = join(base, 'pinned');
    mkdirSync(root);
    // 67 bytes that no encoder changes: one grey pixel
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';
    writeFileSync(join(root, '1.png'), Buffer.from(pixel, 'base64'));
    const data = await openDataset(root, { split: 'train', seed: 1, options: { heldOut: 0 } });
    expect(data.fingerprint).toBe('97fe3185a55f8d78523a908a43f2c2a2dba4e799680d22db7e7e60ff92b57175');
  });

  it('is not there where no files of images are', async () => {
    const data = await openDataset('strokes', { split: 'test', seed: 1, options: { test: 4 } });
    expect(data.origin).toBeUndefined();
  });
});

describe('images of mixed sizes', () => {
  it('are one clear line that names the file, both sizes and what to do', async () => {
    const root = join(base, 'mixed');
    mkdirSync(root);
    writeFileSync(join(root, '1.png'), png);
    writeFileSync(join(root, '2.png'), encodePng(new Uint8Array(25), { height: 5, width: 5, channels: 1 }));
    const error = await openDataset(root, { split: 'train', seed: 1, options: { heldOut: 0 } }).catch((e: Error) => e);
    expect((error as Error).message).toMatch(
      /2\.png: the images are not of one size \(expected 12x12 pixels, as the first image has, found 5x5\); make them all one size; alix train does with/,
    );
    expect((error as Error).message).not.toContain('\n');
  });
});
