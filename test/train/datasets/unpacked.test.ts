/** What is unpacked to the cache is there whole or not at all. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { unpacked } from '@alix/train/datasets/unpacked';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { smallDisk, whyNoDisk } from '../../fixtures/small-disk.js';

const root = temporaryFolder();
const packed = join(root, 'packed');
writeFileSync(packed, 'any');
const noDisk = whyNoDisk(join(root, 'disk'));
let cache: string;
let rounds = 0;
beforeEach(() => {
  cache = join(root, `cache-${rounds++}`);
  vi.stubEnv('ALIX_CACHE', cache);
});
const names = () => readdirSync(join(cache, 'unpacked'));
async function* pieces(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const [i, size] of sizes.entries()) yield new Uint8Array(size).fill(i + 1);
}

describe('unpacking', () => {
  it('happens once, and anew for another file', async () => {
    const first = await unpacked(packed, 'X', 5, () => pieces(2, 3));
    expect([...readFileSync(first.path)]).toEqual([1, 1, 2, 2, 2]);
    const never = () => {
      throw new Error('unpacked twice');
    };
    expect(await unpacked(packed, 'X', 5, never)).toEqual(first);
    expect((await unpacked(packed, 'Y', 5, () => pieces(5))).path).not.toBe(first.path);
    // one that was cut is made anew
    writeFileSync(first.path, 'cut');
    expect(await unpacked(packed, 'X', 5, () => pieces(2, 3))).toEqual(first);
  });

  it('by two at once gives both the same', async () => {
    const both = await Promise.all([1, 2].map(() => unpacked(packed, 'X', 5, () => pieces(2, 3))));
    expect(both[0]).toEqual(both[1]);
    expect(names()).toHaveLength(1);
  });

  it('that fails leaves nothing', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(3);
      throw new AlixError('bad-mat', 'damaged', { where: packed });
    }
    await expect(unpacked(packed, 'X', 5, broken)).rejects.toMatchObject({ code: 'bad-mat', where: packed });
    expect(names()).toEqual([]);
  });

  it('removes what a killed process left of the same file, and nothing that is being written', async () => {
    const { path } = await unpacked(packed, 'X', 5, () => pieces(5));
    const name = path.slice(join(cache, 'unpacked').length + 1);
    const old = [`.${name}.77-abc.tmp`, '.other.raw.77-abc.tmp'];
    for (const left of [...old, `.${name}.78-abc.tmp`]) writeFileSync(join(cache, 'unpacked', left), 'part');
    for (const left of old) utimesSync(join(cache, 'unpacked', left), 1000, 1000);
    writeFileSync(path, 'cut');
    await unpacked(packed, 'X', 5, () => pieces(5));
    expect(names().sort()).toEqual([`.${name}.78-abc.tmp`, '.other.raw.77-abc.tmp', name].sort());
  });

  it.skipIf(noDisk)('on a full disk says so, and leaves nothing', async () => {
    const disk = smallDisk(cache, 256);
    try {
      await expect(unpacked(packed, 'X', 1 << 20, () => pieces(1 << 19, 1 << 19))).rejects.toMatchObject({
        code: 'disk-full',
        where: join(cache, 'unpacked'),
        remedy: expect.stringMatching(/ALIX_CACHE/),
      });
      expect(names()).toEqual([]);
    } finally {
      disk.remove();
    }
  });
});
