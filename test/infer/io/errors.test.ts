/** The one error class: what it says, and that another copy of its file knows it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AlixError } from '@alix/infer/io/errors';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

test('what, where, expected, found and remedy are one line and fields', () => {
  const details = { where: 'a\nb.png', expected: '28x28', found: '64x64', remedy: 'use --resize' };
  const error = new AlixError('bad-image', 'has another size', details);
  expect(error.message).toBe('a b.png: has another size (expected 28x28, found 64x64); use --resize');
  expect({ ...error }).toEqual({ name: 'AlixError', code: 'bad-image', what: 'has another size', ...details });
  expect(Object.hasOwn(error, 'cause')).toBe(false);
  expect(String(error)).toBe(`AlixError: ${error.message}`);
});

test('the error underneath is kept', () => {
  const cause = new Error('EIO');
  expect(new AlixError('io', 'x', { cause }).cause).toBe(cause);
});

test('a copy in another package knows it, as where each was installed by itself', async () => {
  const folder = temporaryFolder();
  const source = fileURLToPath(import.meta.resolve('@alix/infer/io/errors'));
  writeFileSync(join(folder, 'errors.mjs'), readFileSync(source, 'utf8').replace(/^\/\/# source.*$/m, ''));
  const other = (await import(pathToFileURL(join(folder, 'errors.mjs')).href)) as { AlixError: typeof AlixError };
  expect(other.AlixError).not.toBe(AlixError);
  const error = new other.AlixError('bad-image', 'is none');
  expect(Object.getPrototypeOf(error)).not.toBe(AlixError.prototype);
  expect(error instanceof AlixError).toBe(true);
});

test('nothing else is one', () => {
  for (const value of [undefined, null, 'AlixError', new Error('x'), { code: 'bad-image' }])
    expect(value instanceof AlixError).toBe(false);
});
