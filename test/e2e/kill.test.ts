/** Two kills of a short run, at what it is seen to write: the quick form of kill.slow.test.ts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { alix, launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const line =
  'train dali --steps 30 --checkpoint-steps 4 --threads 1 --quiet --set data.options.train=60 --set data.options.test=20 ' +
  '--set batch=10 --set architecture.options.width=4 --set evaluationRows=20';

/** Kills a session of the run as soon as `path` is there. */
async function killedAt(path: string): Promise<void> {
  const child = spawn(process.execPath, [launcher, ...line.split(' '), '-o', 'broken', '--resume'], {
    cwd: root,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (child.exitCode === null && !existsSync(join(root, path))) await sleep(2);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

describeWithTensorflow('a run that is killed', () => {
  it('ends with the bytes of one that is not', async () => {
    const whole = alix([...line.split(' '), '-o', 'unbroken'], root);
    await killedAt('broken/checkpoint-4');
    await killedAt('broken/samples/epoch-0002.png');
    expect(await alix([...line.split(' '), '-o', 'broken', '--resume'], root)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await whole).code).toBe(0);
    const file = (run: string, name: string) => readFileSync(join(root, run, 'checkpoint-30', name));
    for (const name of ['weights.safetensors', 'optimiser.safetensors'])
      expect(file('broken', name).equals(file('unbroken', name)), name).toBe(true);
  });
});
