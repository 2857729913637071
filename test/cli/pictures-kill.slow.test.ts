import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { afterAll, expect, it } from 'vitest';
import { alix, stopped } from '../fixtures/cli.js';
import { filesOf } from '../fixtures/files-of.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeStack } from '../fixtures/images.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeStack(join(cwd, 'many.npy'), 1500);
const KILLS = 20;
const verbs = [
  ['reconstruct', []],
  ['inpaint', ['--box', '1,2,2,3', '--iterations', '3']],
] as const;
const args = (verb: string, options: readonly string[], output: string, ...more: string[]) => [
  ...[verb, 'model', 'many.npy', ...options, '--batch', '16', '-o', output, ...more],
];

it.each(verbs)(`%s: ${KILLS} stops`, async (verb, options) => {
  const random = createRandom(Number(process.env.ALIX_SEED ?? '0'));
  const share = () => random.uniform(1)[0]!;
  const from = performance.now();
  const whole = `${verb}-whole`;
  const broken = `${verb}-broken`;
  expect((await alix(args(verb, options, whole), cwd)).code).toBe(0);
  const length = performance.now() - from;
  const seen = { killed: 0, interrupted: 0, done: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    const signal = share() < 0.6 ? 'SIGKILL' : 'SIGINT';
    const line = args(verb, options, broken, '--resume');
    const { code, stderr } = await stopped(line, cwd, signal, () => sleep(share() * length));
    if (code === null) seen.killed += 1;
    else if (code === 130) seen.interrupted += 1;
    else {
      expect(code, stderr).toBe(0);
      seen.done += 1;
      expect(filesOf(join(cwd, broken))).toEqual(filesOf(join(cwd, whole)));
      // so that what a finished run leaves is not always there
      rmSync(join(cwd, broken), { recursive: true });
    }
  }
  expect((await alix(args(verb, options, broken, '--resume'), cwd)).code).toBe(0);
  expect(filesOf(join(cwd, broken))).toEqual(filesOf(join(cwd, whole)));
  expect(seen.killed, JSON.stringify(seen)).toBeGreaterThan(3);
});

const noDisk = whyNoDisk(cwd);
if (noDisk) console.warn(`not tested: ${noDisk}`);
const disk = noDisk ? undefined : smallDisk(join(cwd, 'disk'), 600);
afterAll(() => disk?.remove());

it.skipIf(disk === undefined).each(verbs)('%s: a full disk, given more room each time', async (verb, options) => {
  expect((await alix(args(verb, options, `${verb}-roomy`), cwd)).code).toBe(0);
  rmSync(join(cwd, 'disk/out'), { recursive: true, force: true });
  let full = 0;
  for (let kilobytes = 600; ; kilobytes += 1500) {
    disk!.remount(`size=${kilobytes}k`);
    const { code, stderr } = await alix(args(verb, options, 'disk/out', '--resume'), cwd);
    if (code === 0) break;
    full += 1;
    expect([code, stderr.trim().split('\n').at(-1)]).toEqual([
      1,
      expect.stringMatching(/no space left on the disk.*, then go on with --resume$/),
    ]);
    const half = readdirSync(join(cwd, 'disk/out')).filter((name) => name.endsWith('.tmp'));
    expect(half).toEqual([]);
    expect(kilobytes).toBeLessThan(30_000);
  }
  expect(full).toBeGreaterThan(1);
  expect(filesOf(join(cwd, 'disk/out'))).toEqual(filesOf(join(cwd, `${verb}-roomy`)));
  expect(existsSync(join(cwd, 'disk/out/.alix-reconstruct.jsonl'))).toBe(false);
  rmSync(join(cwd, 'disk/out'), { recursive: true });
});
