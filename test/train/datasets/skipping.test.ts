/** Images that cannot be read, left out of folders and tar archives: which rows stay, and what is taken down. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { encodePng } from '@alix/infer/io/png';
import { type Dataset, openDataset, type SkipOptions, Skipping, type Split } from '@alix/train/datasets/index';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { tarOf } from '../../fixtures/tar.js';

const base = temporaryFolder();
let rounds = 0;

const plain = (value: number, side = 4) =>
  encodePng(new Uint8Array(side * side).fill(value), { height: side, width: side, channels: 1 });
/** The last pixels are missing. */
const cut = (value: number) => plain(value).subarray(0, -14);
/** A checksum is wrong: of the compressed pixels. */
function turned(value: number): Uint8Array {
  const bytes = Uint8Array.from(plain(value));
  bytes[bytes.length - 14] = (bytes[bytes.length - 14] as number) ^ 1;
  return bytes;
}

type Files = Readonly<Record<string, Uint8Array | string>>;
/** Sound ones have as values their class and number: 10 * class + number. */
const sound: Files = Object.fromEntries(
  ['a', 'b', 'c'].flatMap((name, k) => Array.from({ length: 9 }, (_, i) => [`${name}/${i}.png`, plain(10 * k + i)])),
);
const damaged: Files = {
  'a/3.png': cut(3),
  'a/cut.png': cut(99),
  'b/5.png': turned(15),
  'b/empty.png': new Uint8Array(0),
  'c/large.png': plain(99, 6),
  'c/words.png': 'these are words',
};
const bad = Object.keys(damaged).sort();

const stores: Readonly<Record<string, (files: Files) => string>> = {
  'a folder': (files) => {
    const root = join(base, `${rounds++}`);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    return root;
  },
  'a tar archive': (files) => {
    const path = join(base, `${rounds++}.tar`);
    const members = Object.entries(files).flatMap(([name, data]) => [
      { name, data },
      { name: name.replace('.png', '.cls'), data: `${'abc'.indexOf(name[0] as string)}` },
    ]);
    writeFileSync(path, tarOf(members));
    return path;
  },
};

const open = (path: string, options: SkipOptions | undefined, split: Split = 'train', heldOut = 0) => {
  const skipping = options && new Skipping(options);
  const data = openDataset(path, { split, seed: 1, options: { heldOut }, skipping: skipping?.of(split) });
  return data.then((dataset) => ({ dataset, skipped: skipping?.skipped ?? [] }));
};
async function rowsOf(data: Dataset): Promise<(readonly [value: number, label: number | undefined])[]> {
  const pixels = (await data.pixels?.(Uint32Array.from({ length: data.count }, (_, i) => i))) as Uint8Array;
  return Array.from({ length: data.count }, (_, i) => [pixels[16 * i] as number, data.labels?.[i]] as const);
}
const failure = (work: Promise<unknown>): Promise<AlixError> =>
  work.then(
    () => expect.unreachable(),
    (error) => error,
  );
const shortName = (name: string) => name.slice(name.lastIndexOf(':') + 1);

describe.each(Object.entries(stores))('%s with damaged images', (_, make) => {
  const path = make({ ...sound, ...damaged });
  // without what is damaged, and nothing else
  const mended = make(Object.fromEntries(Object.entries(sound).filter(([name]) => !(name in damaged))));

  it('fails in one line that names a file, unless told to skip', async () => {
    const error = await failure(open(path, undefined).then(({ dataset }) => rowsOf(dataset)));
    expect(error).toBeInstanceOf(AlixError);
    expect(error.message).not.toContain('\n');
    expect(bad.some((name) => error.message.includes(name))).toBe(true);
  });

  it('is, with skip, what it is without them: rows in order, labels, classes', async () => {
    const { dataset, skipped } = await open(path, {});
    expect(skipped.map(({ name }) => shortName(name)).sort()).toEqual(bad);
    const value = (rows: readonly (readonly [number, number | undefined])[]) => [...rows].sort(([a], [b]) => a - b);
    const rows = await rowsOf(dataset);
    expect(dataset).toMatchObject({ count: 25, classes: 3 });
    for (const [found, label] of rows) expect(label).toBe(Math.floor(found / 10));
    expect(value(rows)).toEqual(value(await rowsOf((await open(mended, undefined)).dataset)));
    // the order is by names alone, so that in a folder it is the same too
    if (!path.endsWith('.tar')) expect(rows).toEqual(await rowsOf((await open(mended, undefined)).dataset));
    expect(dataset.origin?.formats).toEqual({ png: 31 });
  });

  it('says why of each, and of which split it is', async () => {
    const skipping = new Skipping();
    const counts = [];
    for (const split of ['train', 'test'] as const) {
      const options = { heldOut: 0.5 };
      counts.push((await openDataset(path, { split, seed: 1, options, skipping: skipping.of(split) })).count);
    }
    expect(counts.reduce((a, b) => a + b)).toBe(25);
    expect(skipping.skipped.map(({ name }) => shortName(name)).sort()).toEqual(bad);
    for (const { split, name, code, message } of skipping.skipped) {
      expect(['train', 'test']).toContain(split);
      expect(message).toContain(shortName(name));
      expect(code).toBe(name.endsWith('large.png') ? 'wrong-size' : 'bad-image');
    }
    expect(new Set(skipping.skipped.map(({ split }) => split)).size).toBe(2);
  });

  it('has one fingerprint as often as it is opened, another with another image left out', async () => {
    const [once, again] = [await open(path, {}), await open(path, {})];
    expect(again.dataset.fingerprint).toBe(once.dataset.fingerprint);
    const more = [...once.skipped, { split: 'train' as const, name: 'a/0.png', code: 'bad-image', message: '' }];
    const known = path.endsWith('.tar')
      ? more.map((image, i) => (i < more.length - 1 ? image : { ...image, name: `${path.split('/').at(-1)}:a/0.png` }))
      : more;
    const other = await open(path, { known });
    expect(other.dataset.count).toBe(24);
    expect(other.dataset.fingerprint).not.toBe(once.dataset.fingerprint);
  });

  it('leaves out what is known without decoding: the same rows', async () => {
    const { dataset, skipped } = await open(path, {});
    const again = await open(path, { known: skipped });
    expect(again.dataset.fingerprint).toBe(dataset.fingerprint);
    expect(again.skipped).toEqual(skipped);
    expect(await rowsOf(again.dataset)).toEqual(await rowsOf(dataset));
  });

  it('is itself where nothing is damaged', async () => {
    const [asked, plainly] = [await open(mended, {}), await open(mended, undefined)];
    expect(asked.skipped).toEqual([]);
    expect(asked.dataset.fingerprint).toBe(plainly.dataset.fingerprint);
  });

  it('fails at one more than may be skipped, and passes at as many', async () => {
    expect((await open(path, { maxErrors: bad.length })).dataset.count).toBe(25);
    const error = await failure(open(path, { maxErrors: bad.length - 1 }));
    expect(error.code).toBe('too-many-errors');
    expect(error.message).toContain('--max-errors');
    expect((await failure(open(path, { maxErrors: 0 }))).code).toBe('too-many-errors');
  });

  it('fails where none can be read', async () => {
    const files = Object.fromEntries(Object.entries(damaged).filter(([name]) => name !== 'c/large.png'));
    const error = await failure(open(make(files), {}));
    expect(error).toMatchObject({ code: 'no-images' });
    expect(error.message).toContain('5 images');
  });

  it('stops when it is told to', async () => {
    expect((await failure(open(path, { signal: AbortSignal.abort() }))).code).toBe('interrupted');
  });
});

describe('a folder', () => {
  it('leaves out links that lead nowhere, and links to what is no file', async () => {
    const root = stores['a folder']?.(sound) as string;
    symlinkSync(join(root, 'nothing'), join(root, 'a', 'link.png'));
    const { dataset, skipped } = await open(root, {});
    expect(dataset.count).toBe(27);
    expect(skipped).toMatchObject([{ name: 'a/link.png', code: 'not-found' }]);
  });
});
