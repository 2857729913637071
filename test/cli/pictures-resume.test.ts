import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { launcher, stopped } from '../fixtures/cli.js';
import { filesOf } from '../fixtures/files-of.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
const N = 400;
writeStack(join(cwd, 'many.npy'), N);
writeStack(join(cwd, 'two.npy'), 2);
const verbs = {
  reconstruct: ['many.npy', '--batch', '3'],
  inpaint: ['many.npy', '--batch', '3', '--box', '1,2,2,3', '--iterations', '2'],
  sample: ['-n', `${N}`, '--seed', '3', '--batch', '3', '--truncate', '1'],
  interpolate: ['two.npy', '--steps', `${N}`, '--batch', '3'],
} as const;
type Verb = keyof typeof verbs;
const args = (verb: Verb, output: string, ...more: string[]) => [verb, 'model', ...verbs[verb], '-o', output, ...more];
const pictures = (folder: string) =>
  existsSync(join(cwd, folder)) ? readdirSync(join(cwd, folder)).filter((name) => /^\d+\.png$/.test(name)) : [];

/** Ends the process by the signal when so many pictures are there. */
async function broken(verb: Verb, output: string, after: number, signal: NodeJS.Signals, ...more: string[]) {
  const until = AbortSignal.timeout(60_000);
  const { stderr } = await stopped(args(verb, output, ...more), cwd, signal, async () => {
    while (!until.aborted && pictures(output).length < after) await sleep(2);
  });
  expect(pictures(output).length).toBeLessThan(N);
  return stderr;
}

beforeAll(async () => {
  for (const verb of Object.keys(verbs) as Verb[]) expect((await inside(args(verb, verb), cwd)).code).toBe(0);
}, 120_000);

test.each(Object.keys(verbs) as Verb[])('%s that was killed goes on where it was, to the same bytes', async (verb) => {
  const output = `${verb}-killed`;
  await broken(verb, output, 60, 'SIGKILL');
  const before = new Map(pictures(output).map((name) => [name, statSync(join(cwd, output, name)).ino]));
  // what the kill came between, and a picture that is damaged: they are made again
  const file = (place: number) => `${`${place}`.padStart(verbs[verb][0] === 'many.npy' ? 5 : 3, '0')}.png`;
  writeFileSync(join(cwd, output, `.${file(300)}.999999999-0123456789ab.tmp`), 'x');
  writeFileSync(join(cwd, output, file(40)), 'x');
  const { code, stderr } = await inside(args(verb, output, '--resume'), cwd);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/\n39 images are done\n/)]);
  expect(filesOf(join(cwd, output))).toEqual(filesOf(join(cwd, verb)));
  const kept = [...before].filter(([name, ino]) => statSync(join(cwd, output, name)).ino === ino);
  // whole batches of three
  expect(kept.map(([name]) => name)).toEqual(Array.from({ length: 39 }, (_, i) => file(i)));
});

test('Ctrl-C says how to go on; other settings and other inputs are refused; without --resume all begins anew', async () => {
  const words = await broken('reconstruct', 'stopped', 30, 'SIGINT');
  expect(words.trim().split('\n').at(-1)).toBe('alix: interrupted; go on with --resume');
  const refused = async (message: RegExp, ...more: string[]) => {
    const { code, stderr } = await inside(args('reconstruct', 'stopped', '--resume', '--quiet', ...more), cwd);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr.split('\n')).toHaveLength(2);
  };
  await refused(/^alix: stopped: what was begun here had another --batch \(expected 3, found 4\);/, '--batch', '4');
  writeImages(join(cwd, 'more'), ['x.png']);
  const other = ['reconstruct', 'model', 'more', '--batch', '3', '-o', 'stopped', '--resume', '--quiet'];
  expect((await inside(other, cwd)).stderr).toMatch(/^alix: stopped[^\n]*had other inputs[^\n]*\n$/);
  // a torn line, as of a full disk
  const journal = join(cwd, 'stopped/.alix-reconstruct.jsonl');
  writeFileSync(journal, readFileSync(journal).subarray(0, -9));
  expect((await inside(args('reconstruct', 'stopped', '--resume'), cwd)).code).toBe(0);
  expect(filesOf(join(cwd, 'stopped'))).toEqual(filesOf(join(cwd, 'reconstruct')));
  await broken('reconstruct', 'anew', 30, 'SIGKILL');
  rmSync(join(cwd, 'anew/00002.png'));
  const { stderr } = await inside(args('reconstruct', 'anew'), cwd);
  expect(stderr).not.toContain('are done');
  expect(readdirSync(join(cwd, 'anew')).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  for (const [name, bytes] of filesOf(join(cwd, 'reconstruct')))
    expect(readFileSync(join(cwd, 'anew', name))).toEqual(bytes);
});

test('what was skipped before the break is told after it', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `${`${i}`.padStart(3, '0')}.png`);
  writeImages(join(cwd, 'some'), names);
  for (const name of ['001.png', '007.png', '110.png']) writeFileSync(join(cwd, 'some', name), 'x');
  const some = (output: string, ...more: string[]) => [
    'reconstruct',
    'model',
    'some',
    '--batch',
    '1',
    '--on-error',
    'skip',
    '-o',
    output,
    ...more,
  ];
  expect((await inside(some('some-whole'), cwd)).code).toBe(3);
  const child = spawn(process.execPath, [launcher, ...some('some-killed')], { cwd, stdio: 'ignore' });
  const ended = once(child, 'close');
  while (child.exitCode === null && !existsSync(join(cwd, 'some-killed/020.png'))) await sleep(2);
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(join(cwd, 'some-killed/119.png'))).toBe(false);
  expect((await inside(some('some-killed', '--resume'), cwd)).code).toBe(3);
  expect(filesOf(join(cwd, 'some-killed'))).toEqual(filesOf(join(cwd, 'some-whole')));
});

test('a seed that was drawn is gone on with', async () => {
  const run = (...more: string[]) =>
    inside(['sample', 'model', '-n', `${N}`, '--batch', '3', '-o', 'drawn', ...more], cwd);
  const child = spawn(process.execPath, [launcher, 'sample', 'model', '-n', `${N}`, '--batch', '3', '-o', 'drawn'], {
    cwd,
    stdio: 'ignore',
  });
  const ended = once(child, 'close');
  while (child.exitCode === null && pictures('drawn').length < 30) await sleep(2);
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(join(cwd, 'drawn/sample.json'))).toBe(false);
  const first = readFileSync(join(cwd, 'drawn/000.png'));
  expect((await run('--resume')).code).toBe(0);
  expect(readFileSync(join(cwd, 'drawn/000.png'))).toEqual(first);
  const { seed } = JSON.parse(readFileSync(join(cwd, 'drawn/sample.json'), 'utf8'));
  expect(
    (await inside(['sample', 'model', '-n', `${N}`, '--batch', '3', '--seed', `${seed}`, '-o', 'again'], cwd)).code,
  ).toBe(0);
  expect(filesOf(join(cwd, 'drawn'))).toEqual(filesOf(join(cwd, 'again')));
});

test('a grid cannot be gone on with', async () => {
  const { code, stderr } = await inside(args('reconstruct', 'grid.png', '--resume', '--quiet'), cwd);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^alix: grid\.png: --resume needs a folder to go on with/)]);
});
