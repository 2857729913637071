/** Readers that are wrong on purpose, to see that the fuzzer sees it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { type Format, sound } from '../format.js';
import { treeOf } from '../tree.js';

const wrongs: Readonly<Record<string, (folder: string) => unknown>> = {
  nothing: () => undefined,
  refuses: (folder) => {
    throw new AlixError('bad', 'refused', { where: folder });
  },
  'other-class': () => {
    throw new TypeError("Cannot read properties of undefined (reading 'x')");
  },
  'two-lines': (folder) => {
    throw Object.assign(new AlixError('bad', 'one', { where: folder }), { message: `${folder}: one\ntwo` });
  },
  'no-name': () => {
    throw new AlixError('bad', 'something is wrong');
  },
  unsound: () => sound(false, 'three rows in a file of two'),
  hangs: () => {
    for (;;);
  },
  waits: () => new Promise((settle) => setTimeout(settle, 1e6)),
  aborts: () => process.abort(),
  exits: () => process.exit(0),
  stray: () => void Promise.reject(new Error('late')),
  memory: () => void Buffer.alloc(1e9, 1),
  escapes: (folder) => writeFileSync(join(folder, '..', 'escaped'), ''),
  prints: () => console.error('a warning'),
  pollutes: () => {
    (Object.prototype as Record<string, unknown>).polluted = true;
  },
};

export const planted: readonly Format[] = Object.entries(wrongs).map(([name, read]) => ({
  name: `planted-${name}`,
  // the first input is the valid one, so the damaged ones begin with the second
  seeds: async () => [treeOf({ a: 'valid' })],
  async read(folder) {
    await read(folder);
  },
}));
