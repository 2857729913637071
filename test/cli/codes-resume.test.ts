/** encode and decode that were ended early, and --resume: the bytes of an unbroken run, without doing again what is whole. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, expect, test, vi } from 'vitest';
import { decodeTo } from '../../cli/dist/codes/decode-run.js';
import { encodeTo } from '../../cli/dist/codes/encode-run.js';
import { formatFor, formats } from '../../cli/dist/codes/formats.js';
import { openStaging, readStaging, stagingOf } from '../../cli/dist/codes/staging.js';
import type { Context } from '../../cli/dist/commands/command.js';
import { jobOf, refuseOther } from '../../cli/dist/resuming.js';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages } from '../fixtures/images.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
writeTinyBundle(at('model'));
writeTinyBundle(at('other'), tiny, (json) => ({ ...json, name: 'other' }));
writeImages(
  at('in'),
  Array.from({ length: 12 }, (_, i) => `${i % 3}/${i}.png`),
);
for (const name of ['0/0.png', '1/1.png', '2/8.png']) writeFileSync(at('in', name), 'no picture');
const [model, other] = await Promise.all([loadModel(at('model')), loadModel(at('other'))]);
afterAll(() => Promise.all([model.dispose(), other.dispose()]));

/** Runs of graphs, and what was said. `stopAt`: Ctrl-C comes while run number so many goes on. */
async function watched(used: Model, stopAt: number, work: (context: Context) => Promise<void>) {
  const stop = new AbortController();
  const words: string[] = [];
  const exits: number[] = [];
  const context = {
    ...{ json: false, quiet: false, debug: false, dryRun: false, interactive: false, signal: stop.signal },
    out: (text: string) => words.push(text),
    log: (text: string) => words.push(text),
    exit: (code: number) => exits.push(code),
  } as Context;
  const run = vi.spyOn(used, 'run');
  const original = run.getMockImplementation() ?? Object.getPrototypeOf(used).run;
  run.mockImplementation(async (...args) => {
    if (run.mock.calls.length === stopAt) stop.abort();
    return Reflect.apply(original, used, args);
  });
  const error = await work(context).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  const runs = run.mock.calls.length;
  run.mockRestore();
  return { error, runs, words: words.join('\n'), exits };
}

const plain = { batch: 2, device: 'cpu', onError: 'skip' } as const;
const NEVER = -1;
/** `--resume` and what else is said. */
function encode(output: string, given: object = {}, stopAt = NEVER, used = model) {
  const options = { ...plain, output: at(output), format: formatFor(output), ...given };
  return watched(used, stopAt, (context) => encodeTo(used, [at('in')], options, context));
}
function decode(codes: string, output: string, given: object = {}, stopAt = NEVER, used = model) {
  const options = { ...plain, output: at(output), grid: false, ...given };
  return watched(used, stopAt, (context) => decodeTo(used, at(codes), options, context));
}
const bytes = (path: string) => readFileSync(at(path));
const resume = { resume: true };
const interrupted = { code: 'interrupted', message: 'interrupted; go on with --resume' };
/** Files whose names begin so, the hidden ones too. */
const named = (text: string) => readdirSync(cwd).filter((name) => name.includes(text));
/** Relative files below a folder, with their bytes. */
const tree = (folder: string) =>
  (readdirSync(at(folder), { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(at(folder).length), readFileSync(path, 'base64')]);

test.each(formats.map(({ name }) => name))('.%s: stopped after each batch, cut short, gone on with', async (ending) => {
  const whole = `whole.${ending}`;
  const { error, runs, exits } = await encode(whole);
  // nine images that can be read
  expect([error, runs, exits]).toEqual([undefined, 5, [3]]);
  for (let k = 1; k <= 4; k++) {
    const output = `${k}.${ending}`;
    const stopped = await encode(output, {}, k);
    expect(stopped.error).toMatchObject(interrupted);
    expect(named(output)).toEqual([`.${output}.part`]);
    // as a kill in the middle of a write leaves it: the record of the last batch is torn, or one that came behind it
    const staged = stagingOf(at(output));
    if (k % 2) truncateSync(staged, statSync(staged).size - 5);
    else appendFileSync(staged, Buffer.from([40, 0, 0, 0, 6, 0, 0, 0, 1, 2, 3, 4, 5]));
    const again = await encode(output, resume);
    expect([again.error, again.runs, again.exits]).toEqual([undefined, k % 2 ? 6 - k : 5 - k, [3]]);
    expect(again.words).toMatch(/skipped: [^\n]*0\.png.*\nskipped: [^\n]*1\.png.*\nskipped: [^\n]*8\.png/);
    expect(bytes(output).equals(bytes(whole))).toBe(true);
    if (ending === 'npy') expect(bytes(`${output}.json`)).toEqual(bytes(`${whole}.json`));
    expect(named(`.${output}`)).toEqual([]);
  }
});

test('stopped twice; while the last batch runs it is too late', async () => {
  await encode('whole.npy');
  expect((await encode('twice.npy', {}, 2)).error).toMatchObject(interrupted);
  const second = await encode('twice.npy', resume, 2);
  expect([second.error, second.runs]).toMatchObject([interrupted, 2]);
  const third = await encode('twice.npy', resume, 1);
  expect([third.error, third.runs]).toEqual([undefined, 1]);
  expect(bytes('twice.npy').equals(bytes('whole.npy'))).toBe(true);
});

test('a seed that was drawn is the one that is gone on with', async () => {
  const sample = { sample: true };
  expect((await encode('drawn.npy', sample, 2)).error).toMatchObject(interrupted);
  expect((await encode('drawn.npy', { ...sample, ...resume })).error).toBe(undefined);
  const { seed } = JSON.parse(bytes('drawn.npy.json').toString());
  await encode('again.npy', { ...sample, seed });
  expect(bytes('drawn.npy').equals(bytes('again.npy'))).toBe(true);
});

test('what was begun otherwise is refused in one line, and left as it is', async () => {
  await encode('o.npy', {}, 2);
  const staged = readFileSync(stagingOf(at('o.npy')));
  const refusals = [
    await encode('o.npy', resume, NEVER, other),
    await encode('o.npy', { ...resume, batch: 3 }),
    await encode('o.npy', { ...resume, sample: true, seed: 1 }),
    await encode('o.npy', { ...resume, maxErrors: 9 }),
  ];
  const picture = at('in/0/3.png');
  const { atime, mtime } = statSync(picture);
  utimesSync(picture, atime, new Date(0));
  refusals.push(await encode('o.npy', resume));
  utimesSync(picture, atime, mtime);
  const begun = (what: string) =>
    expect.stringMatching(new RegExp(`^[^\n]*o\\.npy: what was begun here had ${what} \\(`));
  expect(refusals.map(({ error }) => error?.message)).toEqual(
    ['another model', 'another --batch', 'another --sample', 'another --max-errors', 'other inputs'].map(begun),
  );
  expect(refusals.map(({ runs }) => runs)).toEqual([0, 0, 0, 0, 0]);
  expect(readFileSync(stagingOf(at('o.npy')))).toEqual(staged);
  // without --resume it is begun anew
  const anew = await encode('o.npy', { batch: 3 });
  expect([anew.error, anew.runs, named('.o.npy')]).toEqual([undefined, 3, []]);
  const nothing = await encode('o.npy', resume);
  expect([nothing.runs, nothing.words]).toEqual([5, expect.stringMatching(/nothing to resume: it begins anew/)]);
});

test('what another version of alix has begun is begun anew; another precision is refused', async () => {
  const path = stagingOf(at('old.npy'));
  const begun = async (alix: object) => {
    await encode('old.npy', {}, 2);
    const left = await readStaging(path);
    await (await openStaging(path, { ...(left?.job as object), ...alix })).close(true);
    return (await encode('old.npy', resume)).words;
  };
  expect(await begun({ alix: '0.0.0-old' })).toMatch(/nothing to resume/);
  expect(await begun({})).not.toMatch(/nothing to resume/);
  const job = jobOf(model, {}, '');
  const found = { ...job, model: { ...job.model, precision: 'float16' } };
  expect(() => refuseOther(found, job, 'old.npy')).toThrow(
    /another --precision \(expected float16, found the model's own\)/,
  );
  expect(() => refuseOther(job, job, 'old.npy')).not.toThrow();
});

test('what cannot be gone on with leaves nothing', async () => {
  const bad = await encode('bad.npy', { onError: 'fail' });
  expect(bad.error).toMatchObject({ code: 'bad-image' });
  const many = await encode('bad.npy', { maxErrors: 2 });
  expect(many.error).toMatchObject({ code: 'too-many-errors' });
  expect(named('.bad.npy')).toEqual([]);
});

test('--max-errors counts those of before', async () => {
  expect((await encode('max.npy', { maxErrors: 2 }, 3)).error).toMatchObject(interrupted);
  expect((await encode('max.npy', { maxErrors: 2, ...resume })).error).toMatchObject({ code: 'too-many-errors' });
});

test('decode: stopped after each batch, gone on with; a missing picture begins it anew', async () => {
  await encode('codes.parquet');
  expect((await decode('codes.parquet', 'whole')).runs).toBe(5);
  for (let k = 1; k <= 4; k++) {
    const stopped = await decode('codes.parquet', `d${k}`, {}, k);
    expect(stopped.error).toMatchObject(interrupted);
    expect(existsSync(at(`d${k}/decode.json`))).toBe(false);
    // as a kill leaves it: a picture of the next batch is half written
    const half = at(`d${k}/1/.4.png.999999999-0123456789ab.tmp`);
    const names = tree(`d${k}`).map(([name]) => name!);
    if (k === 2) writeFileSync(half, 'half');
    if (k === 3) rmSync(at(`d${k}`, names.find((name) => name.endsWith('.png'))!));
    const again = await decode('codes.parquet', `d${k}`, resume);
    expect([again.error, again.runs]).toEqual([undefined, k === 3 ? 5 : 5 - k]);
    expect(tree(`d${k}`)).toEqual(tree('whole'));
  }
});

test('decode refuses to go on with other codes', async () => {
  await encode('a.npy');
  await encode('b.npy', { sample: true, seed: 1 });
  await decode('a.npy', 'a', {}, 2);
  const before = tree('a');
  expect((await decode('b.npy', 'a', resume)).error).toMatchObject({ code: 'other-job' });
  expect((await decode('a.npy', 'a', { ...resume, batch: 3 })).error).toMatchObject({ code: 'other-job' });
  expect(tree('a')).toEqual(before);
  expect((await alix(['decode', 'model', 'a.npy', '-o', 'grid.png', '--resume'], cwd)).code).toBe(2);
});

test('--dry-run tells and writes nothing', async () => {
  await encode('dry.npy', {}, 2);
  mkdirSync(at('dry'));
  const before = tree('.');
  const run = (...args: string[]) => alix([...args, '--dry-run', '--json'], cwd);
  const told = await run('encode', 'model', 'in', '-o', 'dry/c.npy', '--on-error', 'skip');
  expect(JSON.parse(told.stdout)).toMatchObject({
    dryRun: true,
    outputs: ['dry/c.npy', 'dry/c.npy.json'],
    counts: { images: 12 },
  });
  const decoding = await run('decode', 'model', 'a.npy', '-o', 'dry/pictures');
  expect(JSON.parse(decoding.stdout)).toMatchObject({ outputs: ['dry/pictures'], counts: { images: 9 } });
  const searching = await run('neighbours', 'model', '--index', 'a.npy', 'in/0/3.png', '-o', 'dry/n.json');
  expect(JSON.parse(searching.stdout)).toMatchObject({ outputs: ['dry/n.json'], counts: { images: 1, codes: 9 } });
  expect(tree('.')).toEqual(before);
});
