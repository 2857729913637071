import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { expect, it } from 'vitest';
import { alix, stopped } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeStack } from '../fixtures/images.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeStack(join(cwd, 'many.npy'), 20_000);
writeStack(join(cwd, 'few.npy'), 400);
const KILLS = Number(process.env.ALIX_KILLS ?? '15');
const endings = ['npy', 'safetensors', 'parquet', 'jsonl'];
const run = (...args: string[]) => alix(args, cwd);
/** All files below a folder with their bytes, the hidden ones too. */
const tree = (folder: string) =>
  new Map(
    readdirSync(join(cwd, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(join(cwd, folder).length + 1), readFileSync(path, 'base64')]),
  );

/** Settles when the folder has changed so many times. */
function changes(folder: string, count: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const watcher = watch(folder, { recursive: true }, () => {
      seen += 1;
      if (seen === count) resolve();
    });
    stop.addEventListener('abort', () => {
      watcher.close();
      resolve();
    });
  });
}

/** @param result the file that says that all is there */
async function broken(seed: number, folder: string, result: string, args: readonly string[]) {
  const random = createRandom(`${process.env.ALIX_SEED ?? '0'} ${seed}`);
  const share = () => random.uniform(1)[0]!;
  mkdirSync(join(cwd, 'whole'), { recursive: true });
  const from = performance.now();
  expect((await run(...args, '-o', join('whole', folder))).code).toBe(0);
  const length = performance.now() - from;
  const seen = { killed: 0, interrupted: 0, done: 0 };
  mkdirSync(join(cwd, 'broken'), { recursive: true });
  for (let kill = 0; kill < KILLS; kill++) {
    const stop = new AbortController();
    const signal = share() < 0.7 ? 'SIGKILL' : 'SIGINT';
    const { code, stderr } = await stopped([...args, '-o', join('broken', folder), '--resume'], cwd, signal, () =>
      share() < 0.5
        ? sleep(share() * length)
        : changes(join(cwd, 'broken'), 1 + Math.floor(share() ** 2 * 3000), stop.signal),
    );
    stop.abort();
    if (code === null) seen.killed += 1;
    else if (code === 130) seen.interrupted += 1;
    else {
      expect(code, stderr).toBe(0);
      seen.done += 1;
    }
    const path = join(cwd, 'broken', result);
    if (!existsSync(path)) continue;
    expect(readFileSync(path).equals(readFileSync(join(cwd, 'whole', result)))).toBe(true);
    // so that what a finished run leaves is not always there
    if (code === 0) rmSync(join(cwd, 'broken'), { recursive: true });
    mkdirSync(join(cwd, 'broken'), { recursive: true });
  }
  expect(await run(...args, '-o', join('broken', folder), '--resume')).toMatchObject({ code: 0 });
  expect(tree('broken')).toEqual(tree('whole'));
  for (const name of ['broken', 'whole']) rmSync(join(cwd, name), { recursive: true });
  expect(seen.killed, JSON.stringify(seen)).toBeGreaterThan(KILLS / 5);
}

it.each(endings)(`encode to .%s with ${KILLS} stops`, { timeout: 600_000 }, async (ending) => {
  const file = `codes.${ending}`;
  await broken(endings.indexOf(ending), file, file, ['encode', 'model', 'many.npy', '--batch', '8']);
});

it(`decode with ${KILLS} stops`, { timeout: 600_000 }, async () => {
  expect((await run('encode', 'model', 'few.npy', '-o', 'few.codes.npy')).code).toBe(0);
  await broken(9, 'pictures', 'pictures/decode.json', ['decode', 'model', 'few.codes.npy', '--batch', '8']);
});

const full = /^alix: [^\n]*no space left on the disk[^\n]*go on with --resume$/m;

it.skipIf(whyNoDisk(cwd)).each(endings)('encode to .%s on a disk that fills', { timeout: 300_000 }, async (ending) => {
  const args = ['encode', 'model', 'many.npy', '--batch', '8', '-o'];
  expect((await run(...args, `unbroken.${ending}`)).code).toBe(0);
  const disk = smallDisk(join(cwd, `disk-${ending}`), 64);
  try {
    const output = `disk-${ending}/unbroken.${ending}`;
    const codes: (number | null)[] = [];
    for (let kilobytes = 64; codes.at(-1) !== 0; kilobytes *= 2) {
      disk.remount(`size=${kilobytes}k`);
      const { code, stderr } = await run(...args, output, '--resume');
      if (code !== 0) expect(stderr).toMatch(full);
      if (code !== 0) expect(existsSync(join(cwd, output))).toBe(false);
      codes.push(code);
      expect(kilobytes).toBeLessThan(65_536);
    }
    expect(codes.length).toBeGreaterThan(2);
    for (const name of [output, ...(existsSync(join(cwd, `${output}.json`)) ? [`${output}.json`] : [])])
      expect(readFileSync(join(cwd, name)).equals(readFileSync(join(cwd, name.replace(/^.*\//, ''))))).toBe(true);
    expect(readdirSync(disk.folder).filter((name) => name.startsWith('.'))).toEqual([]);
  } finally {
    disk.remove();
  }
});

it.skipIf(whyNoDisk(cwd))('decode on a disk that fills', { timeout: 300_000 }, async () => {
  expect((await run('encode', 'model', 'few.npy', '-o', 'few.codes.npy')).code).toBe(0);
  const args = ['decode', 'model', 'few.codes.npy', '--batch', '8', '-o'];
  expect((await run(...args, 'unbroken')).code).toBe(0);
  const disk = smallDisk(join(cwd, 'disk-pictures'), 600);
  try {
    const first = await run(...args, 'disk-pictures/out');
    expect([first.code, first.stderr]).toEqual([1, expect.stringMatching(full)]);
    disk.remount('size=1000k');
    const second = await run(...args, 'disk-pictures/out', '--resume');
    expect([second.code, second.stderr]).toEqual([1, expect.stringMatching(full)]);
    expect(second.stderr).toMatch(/\d+ images are there already/);
    disk.remount('size=8m');
    expect((await run(...args, 'disk-pictures/out', '--resume')).code).toBe(0);
    expect(tree('disk-pictures/out')).toEqual(tree('unbroken'));
  } finally {
    disk.remove();
  }
});
