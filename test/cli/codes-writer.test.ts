import { readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { expect, test, vi } from 'vitest';
import { openCodesFile } from '../../cli/dist/codes-writer.js';
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
