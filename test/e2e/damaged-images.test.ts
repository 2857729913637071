/** Training from a folder with damaged images: the weights of a run without them, killed and resumed too. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePng } from '@alix/infer/io/png';
import { createRandom } from '@alix/infer/io/random';
import { beforeAll, expect, it } from 'vitest';
import { alix, launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const random = createRandom(3);
const images = Array.from({ length: 60 }, (_, i) => {
  const pixels = Uint8Array.from({ length: 784 }, () => random.integer(0, 255));
  return [`${'abc'[i % 3]}/${i}.png`, encodePng(pixels, { height: 28, width: 28, channels: 1 })] as const;
});
const isDamaged = (i: number) => i % 7 === 2;
const bad = images.flatMap(([name], i) => (isDamaged(i) ? [name] : []));
const line =
  'train dali --steps 16 --checkpoint-steps 4 --threads 1 --set batch=10 --set architecture.options.width=4 ' +
  '--set evaluationRows=4 --set data.options.heldOut=0.2';
const train = (data: string, run: string, ...more: string[]) =>
  alix([...line.split(' '), '--data', data, '-o', run, ...more], root);
const weights = (run: string) =>
  readFileSync(join(root, run, 'checkpoint-16', 'weights.safetensors')).toString('base64');

beforeAll(() => {
  for (const folder of ['damaged', 'mended'])
    images.forEach(([name, bytes], i) => {
      mkdirSync(join(root, folder, name[0] as string), { recursive: true });
      if (!isDamaged(i)) writeFileSync(join(root, folder, name), bytes);
      // heads are whole, so that only decoding tells
      else if (folder === 'damaged') writeFileSync(join(root, folder, name), bytes.subarray(0, 500));
    });
});

describeWithTensorflow('a run on a folder with damaged images', () => {
  it('ends in one line that names one, and leaves nothing that looks finished', async () => {
    const ran = await train('damaged', 'failed', '--quiet');
    const lines = ran.stderr.trim().split('\n');
    expect([ran.code, lines]).toEqual([1, [expect.stringMatching(/^alix: .*damaged\/[abc]\/\d+\.png: /)]]);
  });

  it('has, with --on-error skip, the weights of a run without them; killed and resumed too', {
    timeout: 120_000,
  }, async () => {
    const [whole, other] = [
      await train('damaged', 'whole', '--on-error', 'skip', '--json'),
      await train('mended', 'other'),
    ];
    expect([whole.code, other.code], whole.stderr + other.stderr).toEqual([3, 0]);
    expect(weights('whole')).toBe(weights('other'));
    const { skipped } = JSON.parse(readFileSync(join(root, 'whole', 'run.json'), 'utf8')).data;
    expect(skipped.map(({ name }: { name: string }) => name).sort()).toEqual([...bad].sort());
    expect(JSON.parse(whole.stdout).skipped).toEqual(skipped);
    for (const name of bad) expect(whole.stderr).toContain(name);

    const child = spawn(
      process.execPath,
      [launcher, ...line.split(' '), '--data', 'damaged', '-o', 'broken', '--on-error', 'skip', '--quiet'],
      { cwd: root, stdio: 'ignore' },
    );
    const ended = once(child, 'exit');
    while (child.exitCode === null && !existsSync(join(root, 'broken/checkpoint-4'))) await sleep(2);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const resumed = await alix(['train', '--resume', '-o', 'broken', '--threads', '1'], root);
    expect([resumed.code, resumed.stderr]).toEqual([
      3,
      expect.stringContaining(`left out, for they cannot be read: ${bad.length}`),
    ]);
    expect(weights('broken')).toBe(weights('whole'));
  });

  it('stopped by Ctrl-C is interrupted, not done in part, and goes on to the same weights', {
    timeout: 120_000,
  }, async () => {
    const args = [...line.split(' '), '--data', 'damaged', '-o', 'stopped', '--on-error', 'skip'];
    const stopped = await alix(args, root, async (child) => {
      while (child.exitCode === null && !existsSync(join(root, 'stopped/checkpoint-4'))) await sleep(2);
      child.kill('SIGINT');
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining(`cannot be read: ${bad.length}`)]);
    expect((await alix(['train', '--resume', '-o', 'stopped', '--threads', '1'], root)).code).toBe(3);
    expect(weights('stopped')).toBe(weights('whole'));
  });

  it('goes no further than --max-errors', async () => {
    const ran = await train('damaged', 'few', '--on-error', 'skip', '--max-errors', '3', '--quiet');
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/^alix: .*too many images cannot be read.*\n$/)]);
    expect(readdirSync(root)).not.toContain('few');
    const alone = await train('damaged', 'few', '--max-errors', '3', '--quiet');
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--on-error skip')]);
  });
});
