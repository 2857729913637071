/** SIGKILL at random moments of a run, resumed each time: the bytes of the unbroken run. ALIX_SEED chooses the moments. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@alix/infer/io/random';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

const alix = fileURLToPath(new URL('../../cli/bin/alix.js', import.meta.url));
const STEPS = 60;
const KILLS = 4;
const settings = [
  'data.options.train=100',
  'data.options.test=20',
  'batch=10',
  'architecture.options.width=8',
  'evaluationRows=20',
];
const flags = [...settings.flatMap((s) => ['--set', s]), '--steps', `${STEPS}`];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-kill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [alix, 'train', ...args], { stdio: 'ignore' });

const finished = async (child: ChildProcess) => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

const last = (run: string, file: string) => readFile(join(run, `checkpoint-${STEPS}`, file));

describeWithTensorflow('a run that is killed', () => {
  it('ends with the bytes of one that is not', { timeout: 300_000 }, async () => {
    const [unbroken, broken] = [join(folder, 'unbroken'), join(folder, 'broken')];
    const started = performance.now();
    expect(await finished(start('dali', ...flags, '-o', unbroken))).toBe(0);
    const whole = performance.now() - started;
    const random = createRandom(process.env.ALIX_SEED ?? '1').split('kills');
    let child = start('dali', ...flags, '-o', broken);
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep((0.1 + 0.8 * (random.uniform(1)[0] ?? 0)) * whole);
      child.kill('SIGKILL');
      await finished(child);
      child = start('dali', ...flags, '-o', broken, '--resume');
    }
    expect(await finished(child)).toBe(0);
    for (const file of ['weights.safetensors', 'optimiser.safetensors'])
      expect((await last(broken, file)).equals(await last(unbroken, file)), file).toBe(true);
  });
});
