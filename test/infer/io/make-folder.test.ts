import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureWritableFolder, makeFolder } from '@alix/infer/io/files';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('makes what is missing and says where it began; twice is no error', async () => {
  expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBe(join(folder, 'a'));
  expect((await stat(join(folder, 'a', 'b', 'c'))).isDirectory()).toBe(true);
  expect(await makeFolder(join(folder, 'a', 'b', 'c'))).toBeUndefined();
  await Promise.all([1, 2, 3].map(() => makeFolder(join(folder, 'x', 'y'))));
});

it.runIf(process.platform === 'linux')('a system that will not have it is an error, not an endless wait', async () => {
  await expect(ensureWritableFolder('/proc/alix/run')).rejects.toThrow(/cannot be written/);
});

it('a file in the way is named', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(ensureWritableFolder(join(folder, 'file', 'run'))).rejects.toThrow(/cannot be written/);
  await expect(ensureWritableFolder(join(folder, 'file'))).rejects.toThrow(/a file is in its place/);
});
