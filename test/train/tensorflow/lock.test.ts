import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockOwner, takeLock } from '@alix/train/tensorflow/lock';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

const parent = temporaryFolder();
const newLock = () => join(mkdtempSync(join(parent, 'lock-')), 'lock');

describe('takeLock', () => {
  test('holds until it is released, and leaves no file', async () => {
    const path = newLock();
    const release = await takeLock(path);
    expect(await lockOwner(path)).toMatchObject({ alive: true, owner: { pid: process.pid } });
    const waits: number[] = [];
    let taken = false;
    const second = takeLock(path, { every: 5, onWait: ({ pid }) => waits.push(pid) }).then((releaseSecond) => {
      taken = true;
      return releaseSecond;
    });
    await new Promise((settle) => setTimeout(settle, 100));
    expect(taken).toBe(false);
    expect(waits).toEqual([process.pid]);
    await release();
    await (await second)();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test('a wait ends with its signal', async () => {
    const path = newLock();
    const release = await takeLock(path);
    const stop = new AbortController();
    const second = takeLock(path, { signal: stop.signal });
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: 'interrupted' });
    await release();
  });

  const owner = async (change: object) => {
    const path = newLock();
    const release = await takeLock(path);
    const self = JSON.parse(readFileSync(path, 'utf8'));
    await release();
    writeFileSync(path, JSON.stringify({ ...self, ...change }));
    return path;
  };

  test.each([
    ['whose process is gone', { pid: 2 ** 22 + 1 }],
    ['whose number is another process by now', { started: '1' }],
  ])('succeeds an owner %s', async (_name, change) => {
    const path = await owner(change);
    const release = await takeLock(path, { onWait: () => expect.unreachable('the owner is dead') });
    await release();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test('succeeds an owner whose file a power cut emptied', async () => {
    const path = newLock();
    writeFileSync(path, '');
    await (await takeLock(path))();
    expect(existsSync(path)).toBe(false);
  });

  test('gives an owner on another host time to show that it lives', async () => {
    const path = await owner({ host: 'elsewhere' });
    let waited = false;
    const release = await takeLock(path, { every: 10, patience: 200, onWait: () => (waited = true) });
    expect(waited).toBe(true);
    await release();
  });
});

/** Each process takes the lock a few times, noting when it enters and leaves; one in three dies inside, holding it. */
const script = (path: string, log: string) => `
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from ${JSON.stringify(import.meta.resolve('@alix/train/tensorflow/lock'))};
const [number] = process.argv.slice(2).map(Number);
for (let turn = 0; turn < 4; turn++) {
  const release = await takeLock(${JSON.stringify(path)}, { every: 3 });
  const name = number + '.' + turn;
  appendFileSync(${JSON.stringify(log)}, 'enter ' + name + '\\n');
  await sleep(5);
  if (number % 3 === 0 && turn === 1) process.kill(process.pid, 'SIGKILL');
  appendFileSync(${JSON.stringify(log)}, 'leave ' + name + '\\n');
  await release();
}
`;

test('never two at once, though owners die', async () => {
  const path = newLock();
  const [log, file] = [join(parent, 'log'), join(parent, 'contender.mjs')];
  writeFileSync(log, '');
  writeFileSync(file, script(path, log));
  const numbers = [0, 1, 2, 3, 4, 5, 6];
  await Promise.all(
    numbers.map((number) => {
      const child = spawn(process.execPath, [file, String(number)], { stdio: 'inherit' });
      return new Promise((settle) => child.once('close', settle));
    }),
  );
  const events = readFileSync(log, 'utf8').trim().split('\n');
  // Three died in their second turn: 4 x 2 turns fewer entered, 3 entered and never left.
  const died = ['0.1', '3.1', '6.1'];
  expect(events.filter((event) => event.startsWith('enter'))).toHaveLength(4 * 4 + 3 * 2);
  let inside: string | undefined;
  for (const event of events) {
    const [what, who] = event.split(' ') as [string, string];
    if (what === 'enter') {
      if (inside !== undefined) expect(died).toContain(inside);
      inside = who;
    } else {
      expect(who).toBe(inside);
      inside = undefined;
    }
  }
  expect(existsSync(path) && (await lockOwner(path))?.alive).toBeFalsy();
});
