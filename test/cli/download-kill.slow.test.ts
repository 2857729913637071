/**
 * alix data download killed at moments that ALIX_SEED chooses, from a server that cuts, stalls, refuses and forgets ranges: the same
 * command goes on each time, in the end to the very bytes; nothing but those ever has the file's name.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { fileServer, type Misbehaviour } from '../fixtures/file-server.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';

const root = temporaryFolder();
const random = createRandom(Number(process.env.ALIX_SEED ?? '1')).split('download');
const draw = () => random.uniform(1)[0] ?? 0;
const content = Buffer.from(Uint8Array.from({ length: 1_500_000 }, () => random.integer(0, 255)));
const sha256 = createHash('sha256').update(content).digest('hex');
const server = await fileServer(content);
const name = 'data.bin';
const ROUNDS = 4;
const KILLS = 7;
/** Looks, 10 ms apart, at a file that does not grow, as when the server refuses. */
const PATIENCE = 300;
const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** What a request may meet; most are answered slowly, so that kills find it in the middle. */
const misbehaviours: readonly Misbehaviour[] = [
  (_request, _response, honest) => honest({ pace: 6000 }),
  (_request, _response, honest) => honest({ pace: 20_000 }),
  (_request, _response, honest) => honest({ cutAfter: 30_000 + Math.floor(draw() * 300_000) }),
  (_request, _response, honest) => honest({ pace: 9000, ranges: false }),
  (_request, response) => void response.writeHead(503).end(),
];

const download = (cwd: string, ...more: string[]) => [
  'data',
  'download',
  `${server.origin}/${name}`,
  '--sha256',
  sha256,
  '-o',
  cwd,
  '--retries',
  '9',
  ...more,
];

test(`${ROUNDS} files, ${KILLS} kills each`, { timeout: 170_000 }, async () => {
  let inTheMiddle = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const cwd = join(root, `${round}`);
    mkdirSync(cwd);
    server.always((request, response, honest) => {
      const one = misbehaviours[Math.floor(draw() * misbehaviours.length)];
      one?.(request, response, honest);
    });
    for (let kill = 0; kill < KILLS && !existsSync(join(cwd, name)); kill++) {
      const part = join(cwd, `${name}.part`);
      const from = sizeOf(part);
      // not by the clock: a busy machine would be killed before the first byte each time
      const until = from + draw() * 250_000;
      const ran = await alix(download(cwd, '--quiet'), root, async (child) => {
        for (let i = 0; i < PATIENCE && child.exitCode === null; i++) {
          const size = sizeOf(part);
          if (size > until || (size > 0 && size < from)) break;
          await sleep(10);
        }
        child.kill('SIGKILL');
      });
      // a server that only refuses may be given up before the kill, in one line
      if (ran.code !== null && ran.code !== 0) expect(ran.stderr).toMatch(/^alix: [^\n]*\n$/);
      if (sizeOf(part) > 0) inTheMiddle++;
      if (existsSync(join(cwd, name))) expect(readFileSync(join(cwd, name)).equals(content)).toBe(true);
    }
    server.always(undefined);
    const last = await alix(download(cwd), root);
    expect(last.code, last.stderr).toBe(0);
    expect(readFileSync(join(cwd, name)).equals(content)).toBe(true);
    expect(readdirSync(cwd)).toEqual([name]);
  }
  // kills before the first byte alone would show nothing
  expect(inTheMiddle).toBeGreaterThan(ROUNDS);
});

describe.skipIf(whyNoDisk(root))('a disk that fills, and a kill there', () => {
  test('one line, no file of that name; the same command completes when there is room', {
    timeout: 60_000,
  }, async () => {
    const disk = smallDisk(join(root, 'disk'), 1024);
    try {
      // the length is not told, so that the disk is filled
      server.always((_request, response) => {
        response.write(content);
        response.end();
      });
      for (let i = 0; i < 3; i++) {
        const full = await alix(download(disk.folder, '--quiet'), root);
        expect([full.code, full.stdout, full.stderr]).toEqual([
          1,
          '',
          expect.stringMatching(/^alix: [^\n]*(no space left on the disk|too little disk space)[^\n]*\n$/),
        ]);
        expect(existsSync(join(disk.folder, name))).toBe(false);
      }
      disk.remount('size=8m');
      server.always((_request, _response, honest) => honest({ pace: 9000 }));
      await alix(download(disk.folder, '--quiet'), root, async (child) => {
        await sleep(500 + 500 * draw());
        child.kill('SIGKILL');
      });
      server.always(undefined);
      expect((await alix(download(disk.folder), root)).code).toBe(0);
      expect(readFileSync(join(disk.folder, name)).equals(content)).toBe(true);
      expect(readdirSync(disk.folder)).toEqual([name]);
      rmSync(join(disk.folder, name));
    } finally {
      disk.remove();
    }
  });
});
