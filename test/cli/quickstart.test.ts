/** quickstart: the whole way with TensorFlow, the way round without, and what becomes of folders and interruptions. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { readNpy } from '@alix/infer/io/load';
import { tfjsNodeFolder } from '@alix/train/tensorflow/link';
import { expect, test } from 'vitest';
import { defineQuickstart } from '../../cli/dist/commands/quickstart.js';
import { runProgram } from '../../cli/dist/program.js';
import type { Parts } from '../../cli/dist/quickstart/make.js';
import type { QuickstartRecord } from '../../cli/dist/quickstart/record.js';
import { skippedFor } from '../../cli/dist/quickstart/skip.js';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { loadsSomething } from '../fixtures/self-contained.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { describeWithTensorflow } from '../tensorflow.js';

const folder = temporaryFolder();
const shipped = writeTinyBundle(join(folder, 'shipped', 'tiny'), { ...tiny, height: 28, width: 28 });
const built = (path: string) => new URL(`../../${path}`, import.meta.url).href;

const failing = (code: string, what = 'no such thing'): Parts => ({
  provision: () => Promise.reject(new AlixError(code, what, { remedy: 'get one' })),
  shipped: () => shipped,
});

/** The command line in this process, with other parts. */
async function quickstart(args: readonly string[], parts: Parts, signal = new AbortController().signal) {
  const written = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (written[name] += text) });
  const terminal = { stdout: into('stdout'), stderr: into('stderr') };
  const code = await runProgram(['quickstart', ...args], [defineQuickstart(parts)], terminal, signal);
  return { code, ...written };
}

const recordIn = (path: string) => JSON.parse(readFileSync(join(path, 'report.json'), 'utf8')) as QuickstartRecord;

test('with no compiler and no pip, in a process of its own: the shipped model, one line, exit code 0', async () => {
  const cwd = join(folder, 'bare');
  // a package folder of its own, so that the real one's TensorFlow is neither seen nor touched
  const packageFolder = join(cwd, 'tfjs-node-gpu');
  mkdirSync(join(cwd, 'empty'), { recursive: true });
  cpSync(join(tfjsNodeFolder(), 'binding'), join(packageFolder, 'binding'), { recursive: true });
  const script = join(cwd, 'main.mjs');
  writeFileSync(
    script,
    `import { defineQuickstart } from '${built('cli/dist/commands/quickstart.js')}';
     import { runProgram } from '${built('cli/dist/program.js')}';
     import { thisHost } from '${built('train/dist/tensorflow/host.js')}';
     import { provisionTensorflow } from '${built('train/dist/tensorflow/provision.js')}';
     const host = thisHost({ packageFolder: () => ${JSON.stringify(packageFolder)} });
     const parts = { provision: (options) => provisionTensorflow(options, host), shipped: () => ${JSON.stringify(shipped)} };
     process.exitCode = await runProgram(['quickstart', '-o', 'out'], [defineQuickstart(parts)], process, new AbortController().signal);`,
  );
  const env = { PATH: join(cwd, 'empty'), ALIX_CACHE: join(cwd, 'cache'), HOME: cwd };
  const { code, stdout, stderr } = await node(script, cwd, env);
  expect(stderr).toMatch(/^skipped training and export, .*(compiler|platform).*; \S+/m);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mse 0\.\d{4} over 1000 held-out images, \d+\.\d\d times the mean image's 0\.\d{4}/);
  expect(stdout).toContain(join(cwd, 'out', 'report.html'));

  const out = join(cwd, 'out');
  expect(readdirSync(out).sort()).toEqual(
    [
      'codes.npy',
      'codes.npy.json',
      'held-out.npy',
      'reconstructions.png',
      'report.html',
      'report.json',
      'samples.png',
    ].sort(),
  );
  const record = recordIn(out);
  expect(record.training).toBeUndefined();
  expect(record.skipped?.code).toMatch(/^(no-compiler|unsupported-platform)$/);
  expect(record.model).toMatchObject({ name: 'tiny', trainedHere: false });
  const html = readFileSync(join(out, 'report.html'), 'utf8');
  expect(html).toContain('Skipped: training and export');
  expect(html).toContain(record.reconstruction.mse.mean.toFixed(4));
  expect(html).toContain(record.meanImage.mse.mean.toFixed(4));
  expect(html).not.toContain('<svg');
  expect(loadsSomething(html)).toEqual([]);
});

test.each(['no-pip', 'no-compiler', 'unsupported-platform', 'no-space', 'download-failed', 'compile-failed'])(
  '%s is a reason to go on without training',
  (code) => {
    expect(skippedFor(new AlixError(code, 'it lacks that', { remedy: 'get one' }))).toEqual({
      what: 'training and export',
      why: 'it lacks that; get one',
      code,
    });
  },
);

test.each([new AlixError('bad-hash', 'x'), new AlixError('interrupted', 'x'), new Error('x')])('%s is none', (error) =>
  expect(skippedFor(error)).toBeUndefined(),
);

test('what was skipped is said in one line, and in the report as text', async () => {
  const out = join(folder, 'older');
  const { code, stderr } = await quickstart(['-o', out, '--seed', '1'], failing('no-pip', 'it lacks <that>'));
  expect(code).toBe(0);
  expect(stderr.match(/skipped.*/g)).toEqual([
    'skipped training and export, and the shipped model is shown instead: it lacks <that>; get one',
  ]);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('it lacks &lt;that&gt;; get one');
});

test('the error of the mean image is that of the data, whatever the model', async () => {
  const { stdout } = await quickstart(['-o', join(folder, 'mean'), '--json', '--seed', '4'], failing('no-pip'));
  const record = JSON.parse(stdout) as QuickstartRecord;
  const held = await readNpy(join(folder, 'mean', 'held-out.npy'));
  expect(held.shape).toEqual([1000, 28, 28, 1]);
  // the held-out images' own mean is a little better than the training images' mean, which they are not part of
  const size = 28 * 28;
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  held.data.forEach((value, i) => {
    sums[i % size]! += Number(value) / 255;
    squares[i % size]! += (Number(value) / 255) ** 2;
  });
  const own = sums.reduce((total, sum, j) => total + squares[j]! / 1000 - (sum / 1000) ** 2, 0) / size;
  expect(record.meanImage.mse.mean).toBeGreaterThan(own);
  expect(record.meanImage.mse.mean).toBeLessThan(own * 1.01);
  expect(record.ratio).toBe(record.reconstruction.mse.mean / record.meanImage.mse.mean);
  expect(record.seed).toBe(4);
});

test('what is no reason to go on is an error, and leaves nothing', async () => {
  const out = join(folder, 'hash', 'out');
  const { code, stderr } = await quickstart(['-o', out], failing('bad-hash', 'the wheel is not the pinned one'));
  expect(code).toBe(1);
  expect(stderr).toBe('alix: the wheel is not the pinned one; get one\n');
  expect(existsSync(dirname(out))).toBe(false);
});

test('its own older folder is replaced, also by one of another run', async () => {
  const out = join(folder, 'again');
  cpSync(join(folder, 'older'), out, { recursive: true });
  writeFileSync(join(out, 'left-over'), '');
  expect((await quickstart(['-o', out, '--seed', '2'], failing('no-pip'))).code).toBe(0);
  expect(recordIn(out).seed).toBe(2);
  expect(existsSync(join(out, 'left-over'))).toBe(false);
});

test.each([
  ['a folder of something else', 'notes.txt', 'my notes'],
  ['a folder with a report.json of something else', 'report.json', '{"format":"other"}'],
  ['a folder with a report.json that is none', 'report.json', 'null'],
])('%s is refused and stays as it was', async (name, file, content) => {
  const out = join(folder, name);
  mkdirSync(out);
  writeFileSync(join(out, file), content);
  const { code, stderr } = await quickstart(['-o', out], failing('no-pip'));
  expect(code).toBe(1);
  expect(stderr).toBe(`alix: ${out}: this folder was not written by quickstart; name another folder with -o\n`);
  expect(readdirSync(out)).toEqual([file]);
  expect(readFileSync(join(out, file), 'utf8')).toBe(content);
});

test('a file in the place of the folder is refused', async () => {
  const out = join(folder, 'a-file');
  writeFileSync(out, 'x');
  const { code, stderr } = await quickstart(['-o', out], failing('no-pip'));
  expect([code, readFileSync(out, 'utf8')]).toEqual([1, 'x']);
  expect(stderr).toContain('this file was not written by quickstart');
});

test('interrupted while the model runs: exit code 130, and what was there stays', async () => {
  const parent = join(folder, 'interrupted');
  const out = join(parent, 'out');
  cpSync(join(folder, 'older'), out, { recursive: true });
  const stop = new AbortController();
  const parts: Parts = {
    ...failing('no-pip'),
    shipped: () => {
      stop.abort();
      return shipped;
    },
  };
  expect((await quickstart(['-o', out, '--seed', '2'], parts, stop.signal)).code).toBe(130);
  expect(readdirSync(parent)).toEqual(['out']);
  expect(recordIn(out).seed).toBe(1);
});

describeWithTensorflow('with TensorFlow', () => {
  test('a few steps go all the way, and the parts agree with each other', async () => {
    const cwd = join(folder, 'whole');
    mkdirSync(cwd);
    const { code, stdout, stderr } = await alix(['quickstart', '--seconds', '2', '-o', 'first', '--json'], cwd);
    expect(stderr).toMatch(/^train \d+%, \d+s left, step \d+, \d+ images\/s/m);
    for (const stage of ['TensorFlow', 'train', 'export', 'held-out images', 'encode', 'reconstruct', 'sample'])
      expect(stderr).toMatch(new RegExp(`^${stage}: .* \\(\\d+\\.\\d s\\)$`, 'm'));
    expect(code).toBe(0);
    expect(readdirSync(cwd)).toEqual(['first']);
    const record = JSON.parse(stdout) as QuickstartRecord;
    expect(record.skipped).toBeUndefined();
    expect(record.training?.seconds).toBeLessThan(10);

    // TensorFlow's own number for the same 1000 images, from the run's last line
    const last = record.training?.metrics.at(-1);
    expect(last?.kind).toBe('epoch');
    expect(record.reconstruction.mse.mean).toBeCloseTo(Number(last?.reconstruction_mse), 4);

    const html = readFileSync(join(cwd, 'first', 'report.html'), 'utf8');
    expect(html.match(/<svg/g)).toHaveLength(2);
    expect(html).toContain('>critic<');
    expect(html).toContain(record.reconstruction.mse.mean.toFixed(4));
    expect(loadsSomething(html)).toEqual([]);

    // the commands that the report names work, and say the same
    const again = await alix(['reconstruct', 'first/model', 'first/held-out.npy', '-o', 'grid.png', '--json'], cwd);
    const { mse, n } = JSON.parse(again.stdout) as { mse: { mean: number }; n: number };
    expect(n).toBe(1000);
    expect(mse.mean).toBeCloseTo(record.reconstruction.mse.mean, 9);
    const codes = await readNpy(join(cwd, 'first', 'codes.npy'));
    expect(codes.shape).toEqual([1000, record.model.latent.size]);
  }, 300_000);

  test('Ctrl-C while it trains: exit code 130 and nothing left behind', async () => {
    const cwd = join(folder, 'stopped');
    mkdirSync(cwd);
    const { code, stderr } = await alix(['quickstart', '--seconds', '100'], cwd, (child) => {
      child.stderr?.on('data', (text: Buffer) => {
        if (text.includes('train ')) child.kill('SIGINT');
      });
    });
    expect(stderr).toContain('alix: interrupted');
    expect(code).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  }, 120_000);
});

function node(script: string, cwd: string, env: Record<string, string>) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd, env });
    const written = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (part: Buffer) => {
        written[name] += part;
      });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...written }));
  });
}
