/** A safetensors file larger than any array of Node 20 can be, in the memory of one of its tensors. */
import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '@alix/infer/io/safetensors-file';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const root = temporaryFolder();
const COUNT = 2 ** 26;
const TENSORS = 9;
const GIB = 2 ** 30;

const { bavail, bsize } = statfsSync(root);
const hasRoom = bavail * bsize > 4 * GIB;
if (!hasRoom) console.warn('skipped: the temporary folder has no 4 GiB to spare');

it.skipIf(!hasRoom)('of 2.25 GiB is written, checked and read', async () => {
  const data = new Float32Array(COUNT).fill(0.5);
  const tensors = new Map(
    Array.from({ length: TENSORS }, (_, i) => {
      const part = { shape: [COUNT], data: () => data.fill(i, 0, 1) };
      return [`t${i}`, part] as const;
    }),
  );
  const path = join(root, 'large.safetensors');
  const before = process.memoryUsage().rss;
  const sha256 = await writeSafetensors(path, tensors);
  const opened = await openSafetensors(path);
  expect(process.memoryUsage().rss - before).toBeLessThan(0.75 * GIB);
  expect(statSync(path).size).toBeGreaterThan(2.25 * GIB);
  expect(opened.sha256).toBe(sha256);
  expect(opened.tensors.size).toBe(TENSORS);
  for (const i of [0, TENSORS - 1]) {
    const read = opened.tensors.get(`t${i}`)?.data() as Float32Array;
    expect([read.length, read[0], read[1], read[COUNT - 1]]).toEqual([COUNT, i, 0.5, 0.5]);
  }
});
