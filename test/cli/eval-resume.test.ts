/** alix eval that was interrupted, killed or out of disk goes on with --resume to the report of a run that was not. */
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { alix, type Ran } from '../fixtures/cli.js';
import { evaluationsIn, reportOf } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { extractorGraph } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
// three parts of images, two of samples
const { run, args, report } = evaluationsIn(cwd, 8500, inside);
const options = ['--no-cache', '--samples', '5000', '--feature-sample', '300'];
const path = (...names: string[]) => join(cwd, ...names);
const parts = (output: string) => (existsSync(path(output, 'parts')) ? readdirSync(path(output, 'parts')).sort() : []);
const lastLine = ({ stderr }: Ran) => stderr.trim().split('\n').at(-1);

/** Sends the signal as soon as the file is there. */
function stopped(output: string, file: string, signal: 'SIGINT' | 'SIGKILL', more: readonly string[] = options) {
  return alix(args(output, ...more), cwd, async (child) => {
    while (child.exitCode === null && !existsSync(path(output, file))) await sleep(2);
    child.kill(signal);
  });
}

let unbroken = '';
beforeAll(async () => {
  const whole = await run('unbroken', ...options);
  expect(whole.code, whole.stderr).toBe(0);
  expect(parts('unbroken')).toEqual([]);
  unbroken = report('unbroken');
  expect(JSON.parse(unbroken)).toMatchObject({ data: { n: 8500 }, metrics: { 'samples.fd': { n: { fake: 5000 } } } });
  // two of three parts of the images: the state that the tests below begin from
  await stopped('broken', 'parts/images-4096-8192.safetensors', 'SIGKILL');
  expect(parts('broken').length).toBeGreaterThanOrEqual(2);
});

/** A copy of the run that was killed. */
function broken(name: string): string {
  cpSync(path('broken'), path(name), { recursive: true });
  return name;
}

test.each([
  ['the first part', 'parts/images-0-4096.safetensors'],
  ['the last part, while distances are computed', 'parts/samples-4096-5000.safetensors'],
])('Ctrl-C after %s: 130, one line, and --resume gives the same bytes', async (_, file) => {
  const output = `at-${file.replaceAll('/', '-')}`;
  const ran = await stopped(output, file, 'SIGINT');
  expect([ran.code, ran.stdout, lastLine(ran)]).toEqual([130, '', 'alix: interrupted; go on with --resume']);
  expect(parts(output)).toContain(file.slice('parts/'.length));
  expect(readdirSync(path(output))).toEqual(['parts']);
  const resumed = await run(output, ...options, '--resume');
  expect([resumed.code, resumed.stderr.includes('note: ')], resumed.stderr).toEqual([0, false]);
  expect(report(output)).toBe(unbroken);
  expect(parts(output)).toEqual([]);
});

test('a kill: what half-written files it leaves are gone when --resume is done; the cache changes nothing', async () => {
  const output = broken('killed');
  const left = ['.report.html.123-0123456789ab.tmp', '.alix-probe-0123456789ab'];
  for (const name of left) writeFileSync(path(output, name), '<html');
  writeFileSync(path(output, 'parts', '.images-0-4096.safetensors.123-0123456789ab.tmp'), 'half');
  writeFileSync(path(output, 'notes.txt'), "the user's own");
  const cached = options.slice(1);
  expect((await run(output, ...cached, '--resume')).code).toBe(0);
  expect(report(output)).toBe(unbroken);
  const files = readdirSync(path(output));
  expect(files).toEqual(expect.arrayContaining(['notes.txt', 'report.html', 'report.json']));
  for (const name of [...left, 'parts']) expect(files).not.toContain(name);
  // now from the cache
  expect((await run('from-cache', ...cached)).code).toBe(0);
  expect(report('from-cache')).toBe(unbroken);
});

test('a second Ctrl-C ends at once', async () => {
  let waited = 0;
  const ran = await alix(args('twice', ...options), cwd, async (child) => {
    const ended = once(child, 'exit');
    while (child.exitCode === null && !existsSync(path('twice', 'parts/images-0-4096.safetensors'))) await sleep(2);
    child.kill('SIGINT');
    await sleep(1);
    child.kill('SIGINT');
    const before = performance.now();
    await ended;
    waited = performance.now() - before;
  });
  expect([null, 130]).toContain(ran.code);
  expect(waited).toBeLessThan(5000);
});

test('Ctrl-C before anything is worth keeping leaves nothing', async () => {
  const few = ['--n', '3000', ...options];
  const ran = await alix(args('early', ...few), cwd, async (child) => {
    while (child.exitCode === null && !existsSync(path('early'))) await sleep(2);
    child.kill('SIGINT');
  });
  expect([ran.code, lastLine(ran), existsSync(path('early'))]).toEqual([130, 'alix: interrupted', false]);
});

describe('what is begun is another evaluation', () => {
  test.each([
    ['another seed', ['--seed', '1']],
    ['another extractor', ['--extractor', 'other.onnx']],
    ['other data of that name and size', ['--data', 'elsewhere/data']],
  ])('%s: one line, and the parts stay', async (name, more) => {
    const output = broken(`plan-${name.replaceAll(' ', '-')}`);
    writeFileSync(path('other.onnx'), extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 7 }));
    mkdirSync(path('elsewhere'), { recursive: true });
    const data = readFileSync(path('data'));
    data[data.length - 1]! ^= 1;
    writeFileSync(path('elsewhere/data'), data);
    const before = parts(output);
    const ran = await run(output, ...options, ...more, '--resume');
    expect([ran.code, ran.stdout, parts(output)]).toEqual([1, '', before]);
    expect(lastLine(ran)).toMatch(/^alix: [^\n]*what was begun here is another evaluation; give the same model/);
  });

  test('another model; without --resume it begins anew, and says nothing of the parts', async () => {
    const output = broken('plan-model');
    writeTinyBundle(path('model-2'), tiny, (json) => ({ ...json, name: 'tiny-2' }));
    const other = args(output, ...options).map((arg) => (arg === 'model' ? 'model-2' : arg));
    expect((await alix([...other, '--resume'], cwd)).stderr).toContain('another evaluation');
    expect(await alix(other, cwd)).toMatchObject({ code: 0 });
    expect([JSON.parse(report(output)).model.name, parts(output)]).toEqual(['tiny-2', []]);
  });
});

describe('damaged parts', () => {
  const first = 'images-0-4096.safetensors';
  const flip = (at: number) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes);
    changed[at < 0 ? bytes.length + at : at]! ^= 4;
    return changed;
  };
  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['one flipped bit of the numbers', flip(-5)],
  ])('%s: measured again, and told', async (name, damage) => {
    const output = broken(`damaged-${name.replaceAll(' ', '-')}`);
    const file = path(output, 'parts', first);
    writeFileSync(file, damage(readFileSync(file)));
    const ran = await run(output, ...options, '--resume');
    expect([ran.code, ran.stderr.match(/^note: .*$/gm)?.length], ran.stderr).toEqual([0, 1]);
    expect(ran.stderr).toMatch(new RegExp(`^note: ${first} is damaged \\(.*\\): measured again$`, 'm'));
    expect(report(output)).toBe(unbroken);
  });

  test('a folder in its place is told, and not removed', async () => {
    const output = broken('damaged-folder');
    rmSync(path(output, 'parts', first));
    mkdirSync(path(output, 'parts', first));
    const ran = await run(output, ...options, '--resume');
    expect([ran.code, lastLine(ran)]).toEqual([
      1,
      `alix: ${join(output, 'parts', first)}: something else is where a part of the evaluation should be; remove it`,
    ]);
    expect(statSync(path(output, 'parts', first)).isDirectory()).toBe(true);
  });
});

test('files of the user in parts/ stay, whatever becomes of the evaluation', async () => {
  mkdirSync(path('mine/parts'), { recursive: true });
  writeFileSync(path('mine/parts/engine.safetensors'), 'mine');
  expect((await run('mine', ...options, '--n', '100', '--metrics', 'mse')).code).toBe(0);
  expect(readFileSync(path('mine/parts/engine.safetensors'), 'utf8')).toBe('mine');
  const nothing = await run('mine', ...options, '--n', '100', '--metrics', 'mse', '--resume');
  expect([nothing.code, nothing.stderr]).toEqual([0, expect.stringContaining('nothing to resume')]);
});

test('features that are no numbers end it: no parts stay that would fail again', async () => {
  const ran = await run('overflow', ...options, '--extractor-range=0,3e38');
  expect([ran.code, ran.stdout, existsSync(path('overflow'))]).toEqual([1, '', false]);
  expect(ran.stderr).toMatch(/^alix: net\.onnx: extracted features have a value that is no number [^\n]*\n$/m);
});

describe.skipIf(whyNoDisk(cwd))('a full disk', () => {
  test('1, one line, parts to go on from once there is room', async () => {
    const disk = smallDisk(path('disk'), 1000);
    try {
      const full = await run('disk/out', ...options);
      expect([full.code, full.stdout, readdirSync(path('disk/out'))]).toEqual([1, '', ['parts']]);
      expect(lastLine(full)).toMatch(/no space left on the disk; free some space .*, then go on with --resume$/);
      expect(parts('disk/out').every((name) => !name.endsWith('.tmp'))).toBe(true);
      disk.remount('size=16m');
      const resumed = await run('disk/out', ...options, '--resume');
      expect([resumed.code, reportOf(path('disk/out'))], resumed.stderr).toEqual([0, unbroken]);
    } finally {
      disk.remove();
    }
  });
});
