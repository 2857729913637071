import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodeIndex, checkCodesModel, searchBlocks } from '@alix/infer';
import { openCodes } from '@alix/infer/io/codes-file';
import { encodeNpy } from '@alix/infer/io/npy';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
let count = 0;
const write = (array: Parameters<typeof encodeNpy>[0], description?: unknown): string => {
  const path = join(root, `${++count}.npy`);
  writeFileSync(path, encodeNpy(array));
  if (description !== undefined)
    writeFileSync(`${path}.json`, typeof description === 'string' ? description : JSON.stringify(description));
  return path;
};
const data = Float32Array.from({ length: 35 * 3 }, (_, i) => Math.sin(i));
const codes = { data, shape: [35, 3] };
const model = { name: 'tiny', sha256: 'a'.repeat(64) };
const problem = (path: string) =>
  openCodes(path).then(
    () => 'accepted',
    (error) => (error as { code: string }).code,
  );

test('all at once and in blocks, with names and the model that made them', async () => {
  const names = Array.from({ length: 35 }, (_, i) => `${i}.png`);
  const file = await openCodes(write(codes, { names, model, n: 35 }));
  expect([file.n, file.d, file.names, file.model]).toEqual([35, 3, names, model]);
  expect(await file.all()).toEqual(data);
  const lengths = [];
  for await (const block of file.blocks(16)) lengths.push(block.length / 3);
  expect(lengths).toEqual([16, 16, 3]);
  const query = data.subarray(30, 33);
  expect(await searchBlocks(file.blocks(4), 3, query)).toEqual(
    await new CodeIndex(await file.all(), file.d, file.model).search(query),
  );
  const plain = await openCodes(write({ data: Float64Array.from(data), shape: [35, 3] }));
  expect([plain.names, plain.model]).toEqual([undefined, undefined]);
  expect(await plain.all()).toEqual(data);
});

test('other arrays, and descriptions that do not fit, are refused', async () => {
  expect(await problem(join(root, 'none.npy'))).toBe('not-found');
  expect(await problem(write({ data, shape: [105] }))).toBe('bad-codes');
  expect(await problem(write({ data: new Uint8Array(6), shape: [2, 3] }))).toBe('bad-codes');
  for (const description of ['{', '3', { names: ['a'] }, { names: 'a' }, { model: 'tiny' }, { model: null }])
    expect(await problem(write(codes, description))).toBe('bad-codes');
  writeFileSync(join(root, 'short.npy'), encodeNpy(codes).subarray(0, 300));
  expect(await problem(join(root, 'short.npy'))).toBe('bad-npy');
});

test('codes of another model are told from those of this one', async () => {
  const bundle = { name: 'tiny', latent: { size: 3, prior: 'normal' } };
  const loaded = { bundle, sha256: model.sha256 } as Parameters<typeof checkCodesModel>[0];
  const file = await openCodes(write(codes, { model }));
  expect(() => checkCodesModel(loaded, file)).not.toThrow();
  expect(() => checkCodesModel({ ...loaded, sha256: 'b'.repeat(64) }, file)).toThrow('made by another model');
  expect(() => checkCodesModel(loaded, { d: 4 })).toThrow('of another size');
});
