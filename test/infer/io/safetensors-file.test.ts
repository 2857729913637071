/** safetensors files that are written and read an array at a time: the same bytes as at once. */
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '@alix/infer/io/safetensors';
import { allOf, openSafetensors, writeSafetensors } from '@alix/infer/io/safetensors-file';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { bytes, formats } from './fixture.js';

const root = temporaryFolder();
const arrays = new Map([
  ['b', { shape: [2, 3], data: Float32Array.of(1, -2, 3, 4, 5, Number.POSITIVE_INFINITY) }],
  ['a', { shape: [0], data: Float32Array.of() }],
  ['10', { shape: [], data: Float32Array.of(7) }],
]);
const stored = new Map([...arrays].map(([name, { shape, data }]) => [name, { shape, data: () => data }]));

it('writes the bytes of encodeSafetensors and tells their sha256', async () => {
  const path = join(root, 'written');
  const sha256 = await writeSafetensors(path, stored);
  expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors(arrays));
  expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
});

it('reads what the reference wrote, as decodeSafetensors does', async () => {
  const path = join(root, 'reference');
  writeFileSync(path, bytes(formats.safetensors.file));
  const opened = await openSafetensors(path);
  const whole = decodeSafetensors(bytes(formats.safetensors.file), path);
  expect(allOf(opened)).toEqual(whole.tensors);
  expect(opened.metadata).toEqual(whole.metadata);
});

it('each array is asked for when its turn comes, and once', async () => {
  const order: string[] = [];
  const asked = (name: string, data: Float32Array) => () => {
    order.push(name);
    return data;
  };
  const told = new Map([...arrays].map(([name, { shape, data }]) => [name, { shape, data: asked(name, data) }]));
  await writeSafetensors(join(root, 'turns'), told);
  expect(order).toEqual(['10', 'a', 'b']);
});

it('refuses an array that is not of its shape, and a file that is cut short, also afterwards', async () => {
  const odd = new Map([['w', { shape: [3], data: () => Float32Array.of(1) }]]);
  await expect(writeSafetensors(join(root, 'odd'), odd)).rejects.toThrow(/tensor "w": an array that cannot be written/);
  const path = join(root, 'cut');
  await writeSafetensors(path, stored);
  const opened = await openSafetensors(path);
  truncateSync(path, readFileSync(path).length - 1);
  await expect(openSafetensors(path)).rejects.toThrow(/outside the file/);
  expect(() => opened.tensors.get('b')?.data()).toThrow(/tensor "b": the file was cut short while it was read/);
  truncateSync(path, 3);
  await expect(openSafetensors(path)).rejects.toThrow(/not a safetensors file/);
  await expect(openSafetensors(root)).rejects.toThrow(/not a file|a folder/);
});
