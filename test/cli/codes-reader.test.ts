import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '@alix/infer';
import { encodeNpy, type NpyData } from '@alix/infer/io/npy';
import { expect, test, vi } from 'vitest';
import { readCodes } from '../../cli/dist/codes/read.js';
import { temporaryFolder } from '../fixtures/folder.js';

const folder = temporaryFolder();
const sha256 = 'b'.repeat(64);
const latent = { size: 3, prior: 'normal' };
const model = { bundle: { name: 'tiny', latent }, sha256, latent } as unknown as Model;
const six = Float32Array.of(1, 2, 3, 4, 5, 6);

function write(name: string, data: NpyData, description?: object | string, d = 3): string {
  const path = join(folder, name);
  writeFileSync(path, encodeNpy({ shape: [data.length / d, d], data }));
  const text = typeof description === 'string' ? description : JSON.stringify(description);
  if (description !== undefined) writeFileSync(`${path}.json`, text);
  return path;
}

test('codes with their names; nothing to say where the model is known', async () => {
  const log = vi.fn();
  const path = write('good.npy', six, { names: ['a', 'b'], model: { name: 'old name', sha256 } });
  expect(await readCodes(path, model, log)).toEqual({ codes: six, n: 2, names: ['a', 'b'] });
  expect(log).not.toHaveBeenCalled();
});

test('without a description it is said that nobody knows whose they are', async () => {
  const log = vi.fn();
  expect(await readCodes(write('bare.npy', Float64Array.from(six)), model, log)).toEqual({ codes: six, n: 2 });
  expect(log.mock.calls).toEqual([[expect.stringMatching(/bare\.npy: nothing says which model made these codes/)]]);
});

test.each<[string, string, RegExp]>([
  [
    'of another model',
    write('other.npy', six, { model: { name: 'mnist', sha256: 'a'.repeat(64) } }),
    /other\.npy: .*another model/,
  ],
  ['of another size', write('wide.npy', new Float32Array(8), undefined, 4), /wide\.npy: .*expected 3 values, found 4/],
  ['none', write('none.npy', new Float32Array(0)), /none\.npy: no codes/],
  ['bytes', write('bytes.npy', new Uint8Array(3)), /bytes\.npy: .*found \|u1 \[1,3\]/],
  ['missing', join(folder, 'missing.npy'), /missing\.npy: no such file/],
  [
    'NaN',
    write('nan.npy', Float32Array.of(1, 2, 3, 4, Number.NaN, 6)),
    /nan\.npy: code 1 .*not finite \(found NaN at 1\)/,
  ],
  ['infinite', write('inf.npy', Float32Array.of(1, 2, -1 / 0)), /inf\.npy: code 0 .*found -Infinity at 2/],
  ['with names of others', write('few.npy', six, { names: ['a'] }), /few\.npy\.json: .*expected 2 names, found 1/],
  ['with words beside', write('words.npy', six, 'hello'), /words\.npy\.json: .*remove this file/],
])('codes %s', async (_, path, words) => {
  await expect(readCodes(path, model, () => {})).rejects.toThrow(words);
});

test('codes that were cut short', async () => {
  const path = write('cut.npy', six);
  writeFileSync(path, readFileSync(path).subarray(0, 130));
  await expect(readCodes(path, model, () => {})).rejects.toThrow(/cut\.npy: truncated/);
});
