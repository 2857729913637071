/**
 * SIGKILL at random moments of a run, resumed each time: the bytes of the unbroken run. The moments are chosen by ALIX_SEED:
 * some by the clock, some by what the run is seen to do, so that saves and prunings are among them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { checkpointSteps } from '@alix/train/checkpoints';
import { expect, it } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { endOf } from '../fixtures/end-of-run.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
/** Ten to an epoch. */
const STEPS = 300;
const KILLS = 20;
const settings = [
  'data.options.train=100',
  'data.options.test=20',
  'batch=10',
  'architecture.options.width=8',
  'evaluationRows=20',
  // an average, whose numbers are in the checkpoints too
  'averageDecay=0.9',
];
const flags = [
  ...settings.flatMap((s) => ['--set', s]),
  '--steps',
  `${STEPS}`,
  '--checkpoint-steps',
  '3',
  '--threads',
  '1',
];

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [launcher, 'train', 'dali', ...flags, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });

/** The exit code, null for a kill, and what was said. */
async function ended(child: ChildProcess): Promise<{ code: number | null; words: string }> {
  let words = '';
  child.stderr?.on('data', (part: Buffer) => {
    words += part;
  });
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return { code: child.exitCode, words };
}

/** Settles when the folder has changed so many times since: a file written, renamed or removed. */
function changes(folder: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const watcher = watch(folder, () => {
      seen += 1;
      if (seen < count) return;
      watcher.close();
      resolve();
    });
  });
}

/** Settles when so many checkpoints after that step have got their names. */
function checkpoints(folder: string, after: number, count: number): Promise<void> {
  return new Promise((resolve) => {
    const seen = new Set<number>();
    const watcher = watch(folder, (_, name) => {
      const step = Number(/^checkpoint-(\d+)$/.exec(name ?? '')?.[1] ?? 0);
      if (step > after) seen.add(step);
      if (seen.size < count) return;
      watcher.close();
      resolve();
    });
  });
}

describeWithTensorflow('a run that is killed twenty times', () => {
  it('ends with the bytes of one that is not', { timeout: 1_200_000 }, async () => {
    const [unbroken, broken] = [join(root, 'unbroken'), join(root, 'broken')];
    const started = performance.now();
    expect((await ended(start('-o', unbroken))).code).toBe(0);
    const whole = performance.now() - started;
    const random = createRandom(process.env.ALIX_SEED ?? '1').split('kills');
    const draw = () => random.uniform(1)[0] ?? 0;
    const reached: number[] = [];
    while (reached.length < KILLS) {
      const child = start('-o', broken, '--resume');
      const end = ended(child);
      // some by the clock alone, before the first step too; some at a change in the folder; most when it has got on a little
      const kind = draw();
      const moment =
        kind < 1 / 4 || !existsSync(broken)
          ? // most of it goes to the start: twenty such kills must not lead to the end
            sleep(draw() * Math.min(whole / 4, 3000))
          : (kind < 1 / 2
              ? changes(broken, 6 + Math.floor(30 * draw()))
              : checkpoints(broken, reached.at(-1) ?? 0, 1 + Math.floor(3 * draw()))
            ).then(() => sleep(20 * draw()));
      await Promise.race([moment, end]);
      if (child.exitCode !== null) expect.unreachable(`it ended by itself: ${(await end).words}`);
      child.kill('SIGKILL');
      await end;
      reached.push((await checkpointSteps(broken))[0] ?? 0);
    }
    // kills must not only have hit what goes before the first checkpoint, or a run that was at its end
    expect(new Set(reached).size).toBeGreaterThan(5);
    expect(reached.at(-1)).toBeLessThan(STEPS);
    const { code, words } = await ended(start('-o', broken, '--resume'));
    expect([code, words]).toEqual([0, expect.not.stringMatching(/alix:|passed over/)]);
    expect(await endOf(broken)).toEqual(await endOf(unbroken));
    expect(readdirSync(broken).filter((name) => name.startsWith('.') || name.startsWith('run.lock'))).toEqual([]);
  });
});
