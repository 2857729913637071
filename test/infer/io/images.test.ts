import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AlixError } from '@alix/infer/io/errors';
import { encodeIdx } from '@alix/infer/io/idx';
import { globToRegExp } from '@alix/infer/io/image-list';
import { type ImageItem, listImages, readImages } from '@alix/infer/io/images';
import { encodeNpy } from '@alix/infer/io/npy';
import { encodePng } from '@alix/infer/io/png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarOf } from '../../fixtures/tar.js';

let root: string;
const at = (...parts: string[]) => join(root, ...parts);
const shape = { height: 4, width: 6, channels: 1 } as const;
const ramp = (first: number, length = 24) => new Uint8Array(length).map((_, i) => first + i);
const png = (first: number) => encodePng(ramp(first), shape);
const put = (path: string, content: Uint8Array | string) => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
};

async function collect(
  inputs: string[],
  options = {},
  wanted: { height: number; width: number; channels: 1 | 3 } = shape,
) {
  const items: ImageItem[] = [];
  for await (const item of readImages(inputs, wanted, options)) items.push(item);
  return items;
}

async function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: AlixError) => error.code,
  );
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'alix-images-'));
  put(at('set/b.png'), png(20));
  put(at('set/a/z.PNG'), png(10));
  put(at('set/a/10.png'), png(30));
  put(at('set/.hidden/x.png'), png(0));
  put(at('set/.x.png'), png(0));
  put(at('set/notes.txt'), 'hello');
  put(at('other/b.png'), png(0));
  mkdirSync(at('empty'));
  put(at('text/readme.txt'), 'hello');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('listImages', () => {
  const names = async (...inputs: string[]) => (await listImages(inputs)).map((entry) => entry.name);

  it('searches folders, in the order of names, without hidden files', async () => {
    expect(await listImages([at('set')])).toEqual([
      { path: at('set/a/10.png'), name: 'a/10.png' },
      { path: at('set/a/z.PNG'), name: 'a/z.PNG' },
      { path: at('set/b.png'), name: 'b.png' },
    ]);
  });

  it('knows files and globs, and names a file once', async () => {
    expect(await names(at('set/b.png'), at('set/*.png'), at('set'))).toEqual(['a/10.png', 'a/z.PNG', 'b.png']);
    expect(await names(at('set/*'))).toEqual(['b.png']);
    expect(await names(at('set/*.txt'))).toEqual(['notes.txt']);
    expect(await names(at('set/**'))).toEqual(['a/10.png', 'a/z.PNG', 'b.png']);
    expect(await names(at('set/**/*.png'))).toEqual(['a/10.png', 'b.png']);
    expect(await names(at('set/?/1?.png'))).toEqual(['a/10.png']);
    expect(await names(at('*/b.png'))).toEqual(['other/b.png', 'set/b.png']);
  });

  it('takes patterns by the letter', () => {
    expect(globToRegExp('a+(1).p?g').test('a+(1).png')).toBe(true);
    expect(globToRegExp('*.png').test('a/b.png')).toBe(false);
    expect(globToRegExp('a/**/b').test('a/b')).toBe(true);
    expect(globToRegExp('a/**/b').test('a/x/y/b')).toBe(true);
    expect(globToRegExp('[ab].png').test('a.png')).toBe(false);
  });

  it('follows links to files, and lists those that lead nowhere', async () => {
    mkdirSync(at('links'));
    symlinkSync(at('set/b.png'), at('links/good.png'));
    symlinkSync(at('nowhere.png'), at('links/bad.png'));
    symlinkSync(at('links'), at('links/loop'));
    expect(await names(at('links'))).toEqual(['bad.png', 'good.png']);
    const items = await collect([at('links')], { onError: 'skip' });
    expect(items.map((item) => item.error?.code)).toEqual(['not-found', undefined]);
  });

  it('refuses nothing to read, and two files of one name', async () => {
    await expect(listImages([at('empty')])).rejects.toThrow(`${at('empty')}: an empty folder`);
    expect(await code(listImages([at('empty')]))).toBe('no-images');
    expect(await code(listImages([at('text')]))).toBe('no-images');
    expect(await code(listImages([at('set/*.gif')]))).toBe('no-images');
    expect(await code(listImages([]))).toBe('no-images');
    expect(await code(listImages([at('none.png')]))).toBe('not-found');
    expect(await code(listImages([at('set/b.png/x')]))).toBe('not-a-folder');
    await expect(listImages([at('set'), at('other')])).rejects.toThrow(/two inputs with the name "b.png"/);
    put(at('arrays/x.npy'), 'x');
    await expect(listImages([at('arrays')])).rejects.toThrow(/name the \.npy or IDX file itself/);
  });
});

describe('readImages', () => {
  it('gives names and pixels in order, and their number first', async () => {
    const totals: number[] = [];
    const items = await collect([at('set')], { onTotal: (n: number) => totals.push(n) });
    expect(items.map((item) => [item.name, item.pixels?.[0]])).toEqual([
      ['a/10.png', 30],
      ['a/z.PNG', 10],
      ['b.png', 20],
    ]);
    expect(totals).toEqual([3]);
  });

  it('reads more files than it reads ahead, in order', async () => {
    for (let i = 0; i < 40; i++) put(at('many', `${`${i}`.padStart(2, '0')}.png`), png(i));
    const items = await collect([at('many')]);
    expect(items.map((item) => item.pixels?.[0])).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('reads IDX, gzipped too, and .npy, by their content', async () => {
    const stack = ramp(0, 72);
    put(at('images-idx3-ubyte'), encodeIdx({ shape: [3, 4, 6], data: stack }));
    put(at('images.gz'), gzipSync(encodeIdx({ shape: [3, 4, 6], data: stack })));
    put(at('images.npy'), encodeNpy({ shape: [3, 4, 6, 1], data: stack }));
    for (const file of ['images-idx3-ubyte', 'images.gz', 'images.npy']) {
      const items = await collect([at(file)]);
      expect(items.map((item) => item.name)).toEqual(['00000', '00001', '00002']);
      expect(items.map((item) => [...(item.pixels ?? [])])).toEqual([0, 24, 48].map((first) => [...ramp(first)]));
    }
    const both = await collect([at('images.npy'), at('set/b.png')]);
    expect(both.map((item) => item.name)).toEqual([
      'b.png',
      'images.npy/00000',
      'images.npy/00001',
      'images.npy/00002',
    ]);
    const colour = await collect([at('images.gz')], {}, { ...shape, channels: 3 });
    expect([...(colour[1]?.pixels ?? [])].slice(0, 6)).toEqual([24, 24, 24, 25, 25, 25]);
  });

  it('reads tar archives, the images in their order, beside files and in a folder of shards', async () => {
    const entry = (name: string, first: number) => ({ name, data: png(first) });
    const label = { name: 'b.cls', data: '7' };
    put(at('shards/1.tar'), tarOf([entry('x/b.png', 11), label, entry('x/a.png', 12)]));
    put(at('shards/0.tar'), tarOf([entry('c.png', 13)]));
    const seen = async (inputs: string[]) => (await collect(inputs)).map(({ name, pixels }) => [name, pixels?.[0]]);
    expect(await seen([at('shards/1.tar')])).toEqual([
      ['x/b.png', 11],
      ['x/a.png', 12],
    ]);
    expect(await seen([at('shards')])).toEqual([
      ['0.tar/c.png', 13],
      ['1.tar/x/b.png', 11],
      ['1.tar/x/a.png', 12],
    ]);
    expect(await seen([at('shards/0.tar'), at('set/b.png')])).toEqual([
      ['0.tar/c.png', 13],
      ['b.png', 20],
    ]);
  });

  it('says what is wrong with an archive, and with an image in it', async () => {
    put(at('bad/cut.tar'), tarOf([{ name: 'a.png', data: png(1) }]).subarray(0, 600));
    put(at('bad/labels.tar'), tarOf([{ name: 'a.cls', data: '1' }]));
    put(
      at('bad/mixed.tar'),
      tarOf([
        { name: 'a.png', data: png(1) },
        { name: 'b.png', data: 'no image' },
      ]),
    );
    expect(await code(collect([at('bad/cut.tar')]))).toBe('bad-tar');
    expect(await code(collect([at('bad/labels.tar')]))).toBe('no-images');
    await expect(collect([at('bad/mixed.tar')])).rejects.toMatchObject({
      code: 'bad-image',
      where: `${at('bad/mixed.tar')}:b.png`,
    });
    const items = await collect([at('bad/mixed.tar')], { onError: 'skip' });
    expect(items.map(({ name, error }) => [name, error?.code])).toEqual([
      ['a.png', undefined],
      ['b.png', 'bad-image'],
    ]);
  });

  it('reads many files on threads of their own: the same, in order, with the same errors', async () => {
    const name = (i: number) => `${`${i}`.padStart(3, '0')}.png`;
    for (let i = 0; i < 200; i++) put(at('crowd', name(i)), i === 70 ? png(i).subarray(0, 40) : png(i));
    const items = await collect([at('crowd')], { onError: 'skip' });
    expect(items.map((item) => item.name)).toEqual(Array.from({ length: 200 }, (_, i) => name(i)));
    expect(items.map((item) => item.pixels?.[0])).toEqual(
      Array.from({ length: 200 }, (_, i) => (i === 70 ? undefined : i)),
    );
    const { error } = items[70]!;
    const alone = await collect([at('crowd', name(70))], { onError: 'skip' });
    expect(error).toMatchObject({ code: 'bad-image', message: alone[0]?.error?.message });
    rmSync(at('crowd', name(150)));
    symlinkSync(at('nowhere'), at('crowd', name(150)));
    const missing = (await collect([at('crowd')], { onError: 'skip' }))[150]?.error;
    expect(missing).toMatchObject({ code: 'not-found', where: at('crowd', name(150)) });
  });

  it('stops at the first bad image by default', async () => {
    put(at('mixed/a.png'), png(1));
    put(at('mixed/b.png'), png(2).subarray(0, 40));
    put(at('mixed/c.png'), encodePng(ramp(0, 12), { height: 2, width: 6, channels: 1 }));
    put(at('mixed/d.png'), png(4));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const item of readImages([at('mixed')], shape)) seen.push(item.name);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'bad-image', where: at('mixed/b.png') });
    expect(seen).toEqual(['a.png']);
  });

  it('goes on when told to skip, up to so many errors', async () => {
    const items = await collect([at('mixed')], { onError: 'skip' });
    expect(items.map((item) => item.error?.code)).toEqual([undefined, 'bad-image', 'wrong-size', undefined]);
    expect(await collect([at('mixed')], { onError: 'skip', maxErrors: 2 })).toHaveLength(4);
    expect(await code(collect([at('mixed')], { onError: 'skip', maxErrors: 1 }))).toBe('too-many-errors');
  });

  it('reports an array that holds no images once', async () => {
    put(at('labels'), encodeIdx({ shape: [3], data: ramp(0, 3) }));
    put(at('floats.npy'), encodeNpy({ shape: [1, 4, 6], data: new Float32Array(24) }));
    put(at('large.npy'), encodeNpy({ shape: [5, 9, 9], data: new Uint8Array(405) }));
    put(at('text.gz'), gzipSync('hello'));
    expect(await code(collect([at('labels')]))).toBe('bad-image');
    await expect(collect([at('floats.npy')])).rejects.toThrow(/expected uint8.*found <f4/);
    expect(await code(collect([at('large.npy')]))).toBe('wrong-size');
    expect(await code(collect([at('text.gz')]))).toBe('bad-idx');
    const items = await collect([at('large.npy'), at('set/b.png')], { onError: 'skip' });
    expect(items.map((item) => [item.name, item.error?.code])).toEqual([
      ['b.png', undefined],
      ['large.npy', 'wrong-size'],
    ]);
  });

  it('stops when asked to, and lets go of what it read ahead', async () => {
    const controller = new AbortController();
    const reading = (async () => {
      for await (const item of readImages([at('many')], shape, { signal: controller.signal }))
        if (item.name === '03.png') controller.abort();
    })();
    expect(await code(reading)).toBe('interrupted');
    for await (const item of readImages([at('mixed')], shape)) if (item.name === 'a.png') break;
  });
});
