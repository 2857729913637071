/** alix train as a process: its options for long runs, what goes to stdout, and Ctrl-C while a user's file hangs. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { alix, launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const small =
  '--threads 1 --set data.options.train=40 --set data.options.test=20 --set batch=10 --set architecture.options.width=4';
const ran = (line: string) => alix(line.split(/ +/), root);
/** What trains nothing, in this process. */
const here = (line: string) => inside(line.split(/ +/), root);

test.each([
  ['--checkpoint-minutes 0', /--checkpoint-minutes.*above 0/],
  ['--checkpoint-steps 1.5', /--checkpoint-steps.*whole number of at least 1/],
  ['--set best.metric=held_out_fid --steps 1', /"best.metric".*--set best.direction=lower, or higher/],
  ['--set best.direction=up', /"best.direction"/],
])('%s is refused', async (flags, words) => {
  const { code, stdout, stderr } = await here(`train dali ${flags} -o refused`);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(stderr).toMatch(words);
});

test('what long runs need is in the configuration, and so in run.json', async () => {
  const { stdout } = await here('train dali --checkpoint-minutes 2.5 --checkpoint-steps 7 --bfloat16 --print-config');
  expect(JSON.parse(stdout)).toMatchObject({
    checkpointMinutes: 2.5,
    checkpointSteps: 7,
    bfloat16: true,
    best: { metric: 'auto', direction: 'auto' },
  });
});

/** A file of the user's that trains like any other, after `first` has run. */
function ownFile(name: string, first: string): string {
  const text = `${first}
import { recipes } from '@alix/train';
export const mine = { ...recipes['dali-strokes'], name: 'mine', isDefault: false };
`;
  writeFileSync(join(root, name), text);
  return name;
}

test.each([
  ['in a loop', "process.stderr.write('now');\nwhile (true) {}"],
  ['in an await', "process.stderr.write('now');\nsetInterval(() => {}, 1000);\nawait new Promise(() => {});"],
])("Ctrl-C ends alix while a user's file hangs %s", async (_how, first) => {
  const started = performance.now();
  const { code, stdout } = await alix(['train', ownFile('hangs.ts', first), '--steps', '1'], root, (child) => {
    child.stderr?.once('data', () => child.kill('SIGINT'));
  });
  // null: the signal ended it
  expect([code, stdout]).toEqual([null, '']);
  expect(performance.now() - started).toBeLessThan(50_000);
});

describeWithTensorflow('with TensorFlow', () => {
  it("a user's console.log is no result: --json has stdout for itself", async () => {
    const file = ownFile('talks.ts', "console.log('hello from a file');\nconsole.info({ a: 1 });\nconsole.table([1]);");
    const { code, stdout, stderr } = await ran(`train ${file} ${small} --steps 1 --json -o talks`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ step: 1, best: { metric: 'reconstruction_mse', step: 1 } });
    expect(stderr).toContain('hello from a file');
  });

  it('exports the newest checkpoint, the best or that of a step', async () => {
    const trained = await ran(`train dali ${small} --steps 8 --set optimiser.learningRate=0.05 --json -o run`);
    const { best } = JSON.parse(trained.stdout) as { best: { step: number; value: number } };
    // a rate far too high: the first epoch's end is the better one
    expect(best.step).toBe(4);
    const exported = async (flags: string) => {
      const { code, stderr } = await here(`export run ${flags} --replace -o model`);
      expect([code, stderr.match(/^alix: .*/m)?.[0]]).toEqual([0, undefined]);
      const { training } = JSON.parse(readFileSync(join(root, 'model', 'model.json'), 'utf8'));
      return { steps: training.steps, stderr };
    };
    expect((await exported('')).steps).toBe(8);
    const chosen = await exported('--checkpoint best');
    expect(chosen.steps).toBe(4);
    expect(chosen.stderr).toContain(
      `the best checkpoint is that of step 4: reconstruction_mse ${best.value.toPrecision(4)}`,
    );
    expect((await exported('--checkpoint 8')).steps).toBe(8);
    const none = await here('export run -o model --checkpoint 5');
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/no checkpoint of step 5 \(expected one of 8, 4\)/),
    ]);
    const odd = await here('export run -o model --checkpoint last');
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringMatching(/newest, best, or the number of a step/)]);
  });

  it('--bfloat16 is kept in run.json, and a processor that cannot is said to be one', async () => {
    const { code, stderr } = await ran(`train dali ${small} --steps 1 --bfloat16 -o half`);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(join(root, 'half', 'run.json'), 'utf8')).config.bfloat16).toBe(true);
    const changed = await ran('train --resume -o half --steps 2 --set bfloat16=false');
    expect(changed.stderr).toMatch(/"bfloat16" is not as the run began/);
    if (process.arch !== 'x64' || process.platform !== 'linux') return;
    const can = /\bamx_bf16\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
    expect(/bfloat16 changes nothing on this processor/.test(stderr)).toBe(!can);
  });

  // `script` of util-linux gives it a terminal, which goes when `script` is killed
  it.skipIf(!existsSync('/usr/bin/script'))('a terminal that is closed ends it with a checkpoint', async () => {
    const line = `'${process.execPath}' '${launcher}' train dali ${small} --steps 1000000 -o hung`;
    const terminal = spawn('/usr/bin/script', ['-qfc', line, '/dev/null'], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let shown = '';
    terminal.stdout.on('data', (part: Buffer) => {
      shown = (shown + part).slice(-1000);
      if (/step \d+/.test(shown)) terminal.kill('SIGKILL');
    });
    await new Promise((resolve) => terminal.on('close', resolve));
    const there = () => readdirSync(join(root, 'hung'));
    // released by whoever holds it, never by a crash
    await expect.poll(() => there().includes('run.lock'), { timeout: 60_000, interval: 50 }).toBe(false);
    expect(there().filter((name) => name.startsWith('checkpoint-'))).not.toEqual([]);
  });

  it('a full disk ends it with exit code 1 and one line', async () => {
    // a limit on the size of a file is what a full disk is to a process without a disk of its own to fill
    const shell = `trap '' XFSZ; ulimit -f 100; exec "$0" "$@"`;
    const args = `train dali ${small} --steps 2 -o limited`.split(' ');
    const { status, stderr } = spawnSync('bash', ['-c', shell, process.execPath, launcher, ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    const lines = stderr.split('\n').filter((line) => line.startsWith('alix:'));
    expect([status, lines]).toEqual([
      1,
      [expect.stringMatching(/step 2: the checkpoint could not be written: .*; no checkpoint was written yet/)],
    ]);
    expect(readdirSync(join(root, 'limited')).filter((name) => /checkpoint|^\./.test(name))).toEqual([]);
  });
});
