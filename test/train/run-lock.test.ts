/** Who may train in a folder, when its lock is of a process that cannot be seen, or has died. */
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { lockRun } from '@alix/train/run-lock';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();
let folder = '';
let runs = 0;
beforeEach(() => {
  folder = join(root, `run-${runs++}`);
});

describe('the lock of a run', () => {
  const foreign = (more: object = {}) =>
    JSON.stringify({
      id: 'elsewhere',
      pid: process.pid,
      host: 'another-host 1234 pid:[1]',
      started: '1',
      since: 'then',
      ...more,
    });
  const beforeLong = new Date(0);

  it('of another machine is waited for, and taken over without a sign of life, though its process number lives here', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'run.lock'), foreign());
    await utimes(join(folder, 'run.lock'), beforeLong, beforeLong);
    const lines: string[] = [];
    const lock = await lockRun(folder, { patience: 400, onEvent: (line) => lines.push(line) });
    expect(lines).toEqual([
      expect.stringMatching(/process \d+ of another machine or container \(another-host\): waiting/),
    ]);
    expect(await lock.isHeld()).toBe(true);
    await lock.release();
    expect((await readdir(folder)).length).toBe(0);
  });

  it('of another machine that gives a sign of life is refused', async () => {
    await mkdir(folder);
    const path = join(folder, 'run.lock');
    await writeFile(path, foreign());
    const beat = setTimeout(() => void utimes(path, new Date(), new Date(5000)), 400);
    await expect(lockRun(folder, { patience: 20_000 })).rejects.toThrow(/another process is training in this folder/);
    clearTimeout(beat);
  });

  it('can be interrupted while it is waited for', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'run.lock'), foreign());
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(lockRun(folder, { signal: stop.signal })).rejects.toThrow(/interrupted/);
  });

  it('of a process of this machine that has died is taken over at once', async () => {
    const held = await lockRun(folder);
    const owner = JSON.parse(await readFile(join(folder, 'run.lock'), 'utf8'));
    expect(owner.host.startsWith(hostname())).toBe(true);
    // the same process number, started at another time: it was another process
    await writeFile(join(folder, 'run.lock'), JSON.stringify({ ...owner, id: 'dead', started: '1' }));
    const lock = await lockRun(folder, { onEvent: () => expect.unreachable('nothing to wait for') });
    expect([await held.isHeld(), await lock.isHeld()]).toEqual([false, true]);
    await held.release();
    expect(await lock.isHeld()).toBe(true);
    await lock.release();
    expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});
