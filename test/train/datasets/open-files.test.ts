import { fstatSync, mkdtempSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { OpenFiles } from '@alix/train/datasets/rows/open-files';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'alix-open-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const paths = Array.from({ length: 5 }, (_, i) => join(root, `${i}`));
paths.forEach((path, i) => {
  writeFileSync(path, `${i}`);
});
const isOpen = (descriptor: number): boolean => {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
};

describe('OpenFiles', () => {
  it('keeps the latest open, never closes one that is in use, and closes all', async () => {
    const files = new OpenFiles(2);
    const descriptors = new Map<number, number>();
    let opened = 0;
    const use = (i: number) =>
      files.use(
        paths[i] as string,
        () => opened++,
        async (descriptor) => {
          await setTimeout(5);
          const byte = Buffer.alloc(1);
          readSync(descriptor, byte, 0, 1, 0);
          expect(byte.toString()).toBe(`${i}`);
          descriptors.set(i, descriptor);
        },
      );
    // all at once are more than are kept
    await Promise.all([0, 1, 2, 3, 4, 0].map(use));
    expect(opened).toBe(5);
    const kept = () => [...new Set(descriptors.values())].filter(isOpen).length;
    expect(kept()).toBe(2);
    await use(1);
    await use(2);
    opened = 0;
    await use(1);
    await use(3);
    // 2 was the longest unused
    await use(1);
    expect(opened).toBe(1);
    await files.close();
    expect(kept()).toBe(0);
    await files.close();
  });

  it('tries one that did not open anew, and closes one that is refused', async () => {
    const files = new OpenFiles(2);
    const late = join(root, 'late');
    const read = (check = () => undefined) => files.use(late, check, async (descriptor) => fstatSync(descriptor).size);
    await expect(read()).rejects.toThrow(/late: no such file/);
    writeFileSync(late, 'now');
    await expect(
      read(() => {
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    expect(await read()).toBe(3);
    await files.close();
  });
});
