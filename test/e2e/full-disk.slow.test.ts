/**
 * A disk that is full again and again under a training run, at moments that ALIX_SEED chooses: each session ends in one line or goes on,
 * nothing finished is lost, and the run that is resumed when there is room ends with the bytes of one that never met a full disk.
 */
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { checkpointSteps, openNewest } from '@alix/train/checkpoints';
import { describe, expect, it } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { endOf } from '../fixtures/end-of-run.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const STEPS = 150;
const FILLINGS = 5;
const settings = 'data.options.train=100 data.options.test=20 batch=10 architecture.options.width=8 evaluationRows=20';
const flags = settings.split(' ').flatMap((setting) => ['--set', setting]);
const train = (run: string, during?: Parameters<typeof alix>[2]) => {
  const end = ['--steps', `${STEPS}`, '--checkpoint-steps', '3', '--threads', '1', '--resume', '--quiet', '-o', run];
  return alix(['train', 'dali', ...flags, ...end], root, during);
};

describe.skipIf(whyNoDisk(root))('a disk', () => {
  describeWithTensorflow(`that fills ${FILLINGS} times under a run`, () => {
    it('costs no more than what was under way', { timeout: 175_000 }, async () => {
      const disk = smallDisk(join(root, 'disk'), 32_768);
      try {
        const [run, filler] = [join(disk.folder, 'run'), join(disk.folder, 'filler')];
        expect((await train('unbroken')).code).toBe(0);
        const draw = createRandom(process.env.ALIX_SEED ?? '1').split('fillings');
        const share = () => draw.uniform(1)[0] ?? 0;
        const ends: (number | null)[] = [];
        let before = 0;
        for (let i = 0; i < FILLINGS; i++) {
          const [more, spare] = [1 + Math.floor(6 * share()), Math.floor(12 * share() * share())];
          const ran = await train(run, async (child) => {
            const reached = async () => (await checkpointSteps(run).catch(() => []))[0] ?? 0;
            while (child.exitCode === null && (await reached()) < before + 3 * more) await sleep(3);
            await sleep(30 * share());
            const { bavail, bsize } = statfsSync(disk.folder);
            try {
              writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - spare) * bsize));
            } catch {
              // the run has written since it was asked how much is free: the disk is full all the same
            }
          });
          ends.push(ran.code);
          expect([ran.code, ran.stdout]).toEqual([1, '']);
          expect(ran.stderr).toMatch(/^alix: [^\n]*no space left on the disk[^\n]*\n$/);
          expect(ran.stderr).toMatch(/checkpoint-\d+ is the last good one|--resume|free some space/);
          rmSync(filler, { force: true });
          const { state } = await openNewest(run);
          expect(state.step).toBeGreaterThanOrEqual(before);
          before = state.step;
        }
        expect(before).toBeLessThan(STEPS);
        const last = await train(run);
        expect([last.code, last.stderr]).toEqual([0, '']);
        expect(await endOf(run)).toEqual(await endOf(join(root, 'unbroken')));
        expect(readdirSync(run).filter((name) => name.startsWith('.') || name.startsWith('run.lock'))).toEqual([]);
      } finally {
        disk.remove();
      }
    });
  });
});
