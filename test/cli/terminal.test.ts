/** On a real terminal (script(1) makes one): progress with rate and time left; and Ctrl-C, once and twice. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

const cwd = temporaryFolder();
process.env.ALIX_CACHE = join(cwd, 'cache');
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

const made = await inside('data make strokes -n 4 --seed 1 -o digits'.split(' '), cwd);
const ready = await inside('encode strokes-dali digits -o given.npy --quiet'.split(' '), cwd);
const [a = '', b = ''] = readdirSync(join(cwd, 'digits'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.png'))
  .map((name) => join('digits', name));

test('what the tests need is there', () => expect([made.code, ready.code]).toEqual([0, 0]));

/** All that a terminal is sent. */
function onTerminal(line: string, env: NodeJS.ProcessEnv = {}): string {
  const { stdout } = spawnSync('script', ['-qec', `"${process.execPath}" "${launcher}" ${line}`, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', ...env },
    encoding: 'utf8',
    input: '',
  });
  return stdout;
}

/** Of the whole bar: `4/4 images 31/s, 0s left`. */
const whole = /\[=+\] 100% (\d+)\/\1 images [\d.]+\/s, [\dhms]+ left/;

describe.skipIf(!hasScript)('progress on a terminal', () => {
  test.each([
    'encode strokes-dali digits -o codes.npy',
    'decode strokes-dali given.npy -o decoded',
    'reconstruct strokes-dali digits -o pairs',
    'sample strokes-dali -n 4 -o sampled',
    `interpolate strokes-dali ${a} ${b} -o strip.png`,
    'inpaint strokes-dali digits --box 7,7,8,8 -o filled',
    'neighbours strokes-dali --index given.npy digits -k 2 -o found.json',
    'eval strokes-dali --data digits --split train --metrics mse -o report',
    'eval features --data digits --split train --extractor strokes-classifier -o f.safetensors',
    'data make strokes -n 4 -o more',
  ])('alix %s', (line) => {
    const text = onTerminal(line);
    expect(text).toMatch(whole);
    // of a job that has just begun neither is known
    expect(text).not.toMatch(/ 0\/\d+ images [\d.]+\/s/);
    // the cursor is shown again
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
  });

  test.each([
    ['--quiet', {}],
    ['--json', {}],
    ['', { TERM: 'dumb' }],
  ])('none with %s and %j', (option, env) => {
    expect(onTerminal(`encode strokes-dali digits -o quiet.npy ${option}`, env)).not.toMatch(/\[[=-]+\]/);
  });

  test('no colours, with NO_COLOR and without', () => {
    for (const env of [{ NO_COLOR: '1' }, {}])
      expect(onTerminal('encode strokes-dali digits -o plain.npy', env).includes('\u001b[3')).toBe(false);
  });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Sends SIGINT so many milliseconds after the verb says which model it runs, and perhaps again. */
function interrupted(line: string, after: number, again: boolean): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [launcher, ...line.split(' ')], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let [stderr, isSaid] = ['', false];
    child.stderr.on('data', (text: Buffer) => {
      stderr += text;
      if (isSaid || !stderr.includes('model ')) return;
      isSaid = true;
      setTimeout(() => child.kill('SIGINT'), after);
      if (again) setTimeout(() => child.kill('SIGINT'), after + 200);
    });
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

// one run of the graph takes many seconds, and cannot be broken off
const long = 'sample strokes-dali -n 20000 --batch 20000 --seed 1 -o';

test('Ctrl-C once ends cleanly, with exit code 130 and nothing half-written', async () => {
  const { code, signal, stderr } = await interrupted(
    'sample strokes-dali -n 10000 --batch 8 --seed 1 -o once.png',
    0,
    false,
  );
  expect([code, signal]).toEqual([130, null]);
  expect(stderr).toMatch(/\nalix: interrupted\n$/);
  expect(readdirSync(cwd).filter((name) => name.includes('once'))).toEqual([]);
});

test.skipIf(process.platform === 'win32')('twice stops at once, by the signal', async () => {
  // the first one may come before the graph runs, and then ends it cleanly: that depends on what else the machine does
  for (let after = 100; ; after *= 2) {
    const { code, signal, stderr } = await interrupted(`${long} twice.png`, after, true);
    expect(existsSync(join(cwd, 'twice.png'))).toBe(false);
    if (code === 130 && after < 10_000) continue;
    expect([signal, stderr.includes('alix:')]).toEqual(['SIGINT', false]);
    break;
  }
});
