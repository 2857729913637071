import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { expect, test, vi } from 'vitest';
import { npy } from '../../cli/dist/codes/npy.js';
import { openCodesFile } from '../../cli/dist/codes/npy-file.js';
import { writeCodes } from '../../cli/dist/codes/write.js';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();

test('what the disk takes in pieces is written whole', async () => {
  writeFileSync(join(root, 'probe'), '');
  const probe = await open(join(root, 'probe'));
  const handles = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const write = handles.write;
  // a nearly full disk does this, and says so only at the next write
  const partly = vi.spyOn(handles, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    const [bytes, offset, length, position] = args as [Uint8Array, number, number, number];
    return Reflect.apply(write, this, [bytes, offset, Math.min(length, 10), position]) as never;
  });
  const path = join(root, 'codes.npy');
  const writer = await openCodesFile(path, 3);
  await writer.write(Float32Array.of(1, 2, 3, 4, 5, 6));
  await writer.write(Float32Array.of(7, 8, 9));
  await writer.commit({});
  partly.mockRestore();
  const { shape, data } = decodeNpy(readFileSync(path), path);
  expect([shape, [...data]]).toEqual([
    [3, 3],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  ]);
});

test.each([3, 30_000])('a description with %i names is the JSON that it would be whole', async (count) => {
  const folder = join(root, `${count}`);
  mkdirSync(folder);
  const path = join(folder, 'named.npy');
  const names = Array.from({ length: count }, (_, i) => `a"b/\u00e9\n${i}.png`);
  const description = { model: { name: 'x', sha256: '0' }, n: count, skipped: [] };
  await writeCodes(npy, path, {
    n: count,
    d: 1,
    description,
    async *blocks() {
      for (let i = 0; i < count; i += 1000)
        yield { names: names.slice(i, i + 1000), codes: new Float32Array(Math.min(1000, count)) };
    },
  });
  expect(readFileSync(`${path}.json`, 'utf8')).toBe(`${JSON.stringify({ ...description, names }, null, 2)}\n`);
  expect(readdirSync(folder).sort()).toEqual(['named.npy', 'named.npy.json']);
  const dropped = await openCodesFile(join(folder, 'dropped.npy'), 1);
  await dropped.write(new Float32Array(count));
  await dropped.discard();
  expect(readdirSync(folder)).toHaveLength(2);
});
