/** Images and names that are not what one expects, in a folder and in shards: read, or refused in one line that names the file. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { openDataset } from '@alix/train/datasets/index';
import { nameAt } from '@alix/train/datasets/rows/names';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { tarOf } from '../../fixtures/tar.js';

const SIDE = 8;
const ramp = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 5) % 256);
const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
const rgb = () => sharp(ramp, { raw });
const plain = await rgb().png().toBuffer();
/** Few colours, so that a palette holds them all. */
const flat = Uint8Array.from({ length: ramp.length }, (_, i) => (i % 3) * 100);
const grey16 = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => i * 1000);
const frames = { raw: { width: SIDE, height: 2 * SIDE, channels: 3, pageHeight: SIDE } } as const;
const moving = () => sharp(Uint8Array.from([...ramp, ...flat]), frames);

/** A folder with these beside `plain`, which stands first. */
function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const root = temporaryFolder();
  for (const [name, bytes] of Object.entries({ '0.png': plain, ...files })) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), bytes);
  }
  return root;
}

function shardOf(files: Readonly<Record<string, Uint8Array>>): string {
  const path = join(temporaryFolder(), 'x.tar');
  const entries = Object.entries({ '0.png': plain, ...files }).map(([name, data]) => ({ name, data }));
  writeFileSync(path, tarOf(entries));
  return path;
}

/** Pixels by the name of the file, all in the training part. */
async function pixelsOf(path: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const data = await openDataset(path, { split: 'train', seed: 1, options: { heldOut: 0 } });
  if (!('names' in data.source)) throw new Error('not files');
  const found: Record<string, Uint8Array> = {};
  for (let row = 0; row < data.count; row++)
    found[nameAt(data.source.names, row)] = (await data.pixels?.(Uint32Array.of(row))) as Uint8Array;
  return found;
}

const refusal = (path: string): Promise<AlixError> =>
  pixelsOf(path).then(
    () => {
      throw new Error('was not refused');
    },
    (error: AlixError) => error,
  );

describe.each([
  ['a folder', folderOf],
  ['a shard', shardOf],
])('%s whose first image is grey', (_, of) => {
  it('has grey images alone, unless it is said what all shall be', async () => {
    const grey = await rgb().toColourspace('b-w').png().toBuffer();
    const path = of({ '0.png': grey, 'x.png': plain });
    const error = await refusal(path);
    expect([error.code, error.message]).toEqual([
      'bad-data',
      expect.stringMatching(/x\.png: an image in colour, and the first one is grey; .*data\.options\.channels=3/),
    ]);
    for (const channels of [1, 3]) {
      const data = await openDataset(path, { split: 'train', seed: 1, options: { heldOut: 0, channels } });
      expect([data.count, data.shape]).toEqual([2, [SIDE, SIDE, channels]]);
    }
    const allGrey = await openDataset(of({ '0.png': grey }), { split: 'train', seed: 1, options: { heldOut: 0 } });
    expect(allGrey.shape).toEqual([SIDE, SIDE, 1]);
  });
});

describe.each([
  ['a folder', folderOf],
  ['a shard', shardOf],
] as const)('%s', (_, put) => {
  it('reads palettes, 16 bits, interlaced and progressive images', async () => {
    const found = await pixelsOf(
      put({
        'palette.png': await sharp(flat, { raw }).png({ palette: true }).toBuffer(),
        'sixteen.png': await sharp(grey16, { raw: { ...raw, channels: 1 } })
          .toColourspace('grey16')
          .png()
          .toBuffer(),
        'interlaced.png': await rgb().png({ progressive: true }).toBuffer(),
        'progressive.jpg': await rgb().jpeg({ progressive: true, quality: 100 }).toBuffer(),
      }),
    );
    expect(found['0.png']).toEqual(ramp);
    expect(found['interlaced.png']).toEqual(ramp);
    expect(found['palette.png']).toEqual(flat);
    const scaled = Array.from(grey16, (value) => Math.round((value * 255) / 65_535));
    expect(found['sixteen.png']).toEqual(Uint8Array.from(scaled.flatMap((value) => [value, value, value])));
    expect(found['progressive.jpg']).toHaveLength(ramp.length);
  });

  it.each([
    [
      'CMYK',
      'x.jpg',
      () => rgb().toColourspace('cmyk').jpeg(),
      /x\.jpg: a CMYK image; convert it to RGB, or leave out what cannot be read: --on-error skip$/,
    ],
    ['animated', 'x.webp', () => moving().webp(), /x\.webp: an animated image/],
    ['transparent', 'x.png', () => rgb().ensureAlpha(0.5).png(), /x\.png: an image with transparent parts/],
    ['truncated', 'x.jpg', async () => (await rgb().jpeg().toBuffer()).subarray(0, 300), /x\.jpg: not an image, or a/],
    ['truncated', 'x.png', async () => plain.subarray(0, -20), /x\.png: the PNG is truncated/],
    [
      'no image',
      'x.png',
      async () => Buffer.from('words in place of an image, enough of them'),
      /x\.png: not an image/,
    ],
  ] as const)('refuses one that is %s (%s)', async (_, name, make, message) => {
    const made = await make();
    const bytes = made instanceof Uint8Array ? made : await (made as ReturnType<typeof rgb>).toBuffer();
    const error = await refusal(put({ [name]: bytes }));
    expect(error).toBeInstanceOf(AlixError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  it('takes names with spaces and line ends, and says them in one line', async () => {
    const names = ['a b.png', ' lead.png', 'line\nend.png', "quote'.png", 'ünïcode 漢.png'];
    expect(Object.keys(await pixelsOf(put(Object.fromEntries(names.map((name) => [name, plain]))))).sort()).toEqual(
      ['0.png', ...names].sort(),
    );
    const { message } = await refusal(put({ 'line\nend.png': plain.subarray(0, 60) }));
    expect(message).toMatch(/line.end\.png: the PNG is truncated/);
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});

describe.runIf(process.platform === 'linux')('a folder', () => {
  it('with a name that is not UTF-8 is refused by that name', async () => {
    const root = folderOf({});
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xff, 0xe4), Buffer.from('.png')]), plain);
    await expect(pixelsOf(root)).rejects.toThrow(/\.png: the name is not UTF-8; rename/);
  });

  it('with links in circles and out of it: folders are passed over, a file that leads nowhere is named', async () => {
    const root = folderOf({ 'train/a/1.png': plain, 'test/a/2.png': plain });
    symlinkSync('..', join(root, 'train/a/up'));
    symlinkSync('/', join(root, 'train/a/out.png'));
    expect(Object.keys(await pixelsOf(root))).toEqual(['train/a/1.png']);
    symlinkSync('self.png', join(root, 'train/a/self.png'));
    await expect(pixelsOf(root)).rejects.toThrow(/self\.png: symbolic links in a circle/);
  });
});
