import { existsSync, mkdirSync, readdirSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { expect, it } from 'vitest';
import { stopped } from '../fixtures/cli.js';
import { evaluationsIn } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';

const cwd = temporaryFolder();
const { args, run, report } = evaluationsIn(cwd, 12_500);
const KILLS = 25;
const options = ['--samples', '9000', '--feature-sample', '2000', '--batch', '256'];

/** Settles when the folder has changed so many times: a file written, renamed or removed. */
function changes(folder: string, count: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const watcher = watch(folder, { recursive: true }, () => {
      seen += 1;
      if (seen >= count) watcher.close();
      if (seen >= count) resolve();
    });
    stop.addEventListener('abort', () => {
      watcher.close();
      resolve();
    });
  });
}

it(`${KILLS} stops, each run resumed or begun anew: the bytes of the unbroken run, and nothing half-written`, async () => {
  const random = createRandom(Number(process.env.ALIX_SEED ?? '0'));
  const share = () => random.uniform(1)[0]!;
  const from = performance.now();
  expect((await run('unbroken', ...options)).code).toBe(0);
  const length = performance.now() - from;
  const files = readdirSync(join(cwd, 'unbroken'), { recursive: true }).sort();
  const seen = { killed: 0, interrupted: 0, done: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    const output = join(cwd, 'broken');
    mkdirSync(output, { recursive: true });
    const stop = new AbortController();
    const signal = share() < 0.6 ? 'SIGKILL' : 'SIGINT';
    const { code, stderr } = await stopped(args('broken', ...options, '--resume'), cwd, signal, () =>
      share() < 0.5 ? sleep(share() * length) : changes(output, 1 + Math.floor(share() * 30), stop.signal),
    );
    stop.abort();
    // by SIGINT too before the program listens, and when it has ended
    if (code === null) seen.killed += 1;
    else if (code === 130) {
      seen.interrupted += 1;
      // 130 is also what a run ends with that was done by then
      const isDone = existsSync(join(output, 'report.json')) && !existsSync(join(output, 'parts'));
      const last = isDone ? /^-> .*report\.html$/ : /^alix: interrupted(; go on with --resume)?$/;
      expect(stderr.trim().split('\n').at(-1)).toMatch(last);
    } else {
      expect(code, stderr).toBe(0);
      seen.done += 1;
    }
    if (existsSync(join(output, 'report.json'))) expect(report('broken')).toBe(report('unbroken'));
    // so that what a finished run leaves is not always there
    if (existsSync(join(output, 'report.json')) && !existsSync(join(output, 'parts')))
      rmSync(output, { recursive: true });
  }
  expect(await run('broken', ...options, '--resume')).toMatchObject({ code: 0 });
  expect(report('broken')).toBe(report('unbroken'));
  expect(readdirSync(join(cwd, 'broken'), { recursive: true }).sort()).toEqual(files);
  expect(readdirSync(join(cwd, 'cache/eval')).filter((name) => name.endsWith('.safetensors'))).toHaveLength(1);
  expect(seen.killed, JSON.stringify(seen)).toBeGreaterThan(5);
  expect(seen.interrupted, JSON.stringify(seen)).toBeGreaterThan(5);
});
