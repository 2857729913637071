/** alix eval compare: from reports on disk to one page; what differs first; bad input in one line. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { beforeAll, describe, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { loadsSomething } from '../fixtures/self-contained.js';
import {
  decodeByHand,
  encodeByHand,
  encoderGraph,
  tiny,
  tinyImages,
  writeTinyBundle,
} from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
// the user's cache stays out of it
process.env.ALIX_CACHE = join(cwd, 'cache');
const n = 40;
const pixels = tinyImages(tiny, n);
writeFileSync(join(cwd, 'data'), encodeIdx({ shape: [n, 6, 4], data: pixels }));
writeTinyBundle(join(cwd, 'model'));
// codes that are far off decode to other images
writeTinyBundle(join(cwd, 'worse'), tiny, (json) => json, { 'encoder.onnx': encoderGraph(tiny, { bias: 9 }) });

const path = (...parts: string[]) => join(cwd, ...parts);
const json = (...parts: string[]) => JSON.parse(readFileSync(path(...parts), 'utf8'));
const measure = (model: string, output: string, ...args: string[]) =>
  inside(['eval', model, '--data', 'data', '--metrics', 'mse,psnr', '--no-cache', '-o', output, ...args], cwd);
const compare = (...args: string[]) => inside(['eval', 'compare', ...args], cwd);
/** A copy of report `a` with something changed. */
function changed(name: string, change: (report: Readonly<Record<string, object>>) => unknown): string {
  cpSync(path('a'), path(name), { recursive: true });
  writeFileSync(path(name, 'report.json'), JSON.stringify(change(json('a', 'report.json'))));
  return name;
}

beforeAll(async () => {
  for (const [model, output, ...more] of [
    ['model', 'a'],
    ['worse', 'b'],
    ['model', 'few', '--n', '20'],
  ] as const)
    expect((await measure(model, output, ...more)).code).toBe(0);
});

test('eval writes pictures beside its report', () => {
  const names = readdirSync(path('a/pictures'));
  const count = (kind: string) => names.filter((name) => name.startsWith(kind)).length;
  expect([count('original'), count('reconstruction'), count('sample'), names.length]).toEqual([16, 16, 64, 96]);
});

test('a folder of that name with other files stays as it is', async () => {
  mkdirSync(path('own/pictures'), { recursive: true });
  writeFileSync(path('own/pictures/holiday.png'), 'mine');
  const { code, stderr } = await measure('model', 'own');
  expect([code === 0, readdirSync(path('own'))]).toEqual([false, ['pictures']]);
  expect(stderr).toMatch(/own.pictures: a folder with other files .*found holiday\.png/);
  // what a killed run has left goes, and a report is replaced by its next
  mkdirSync(path('a/.pictures.12-0123456789ab.tmp'));
  expect((await measure('model', 'a')).code).toBe(0);
  expect(readdirSync(path('a')).sort()).toEqual(['pictures', 'report.html', 'report.json']);
});

test('side by side: the numbers of both reports, a clear win marked, pictures inside, two models of one name told apart', async () => {
  const { code, stdout, stderr } = await alix(['eval', 'compare', 'a', 'b/report.json', '-o', 'out/ab'], cwd);
  expect(code).toBe(0);
  const { models, differences, rows, format } = json('out/ab/compare.json');
  expect([format, differences]).toEqual(['alix-eval-comparison', []]);
  expect(models.map(({ label }: { label: string }) => label)).toEqual(['tiny (a)', 'tiny (b)']);
  const row = rows.find(({ name }: { name: string }) => name === 'MSE');
  const errors = (bias: number) =>
    Array.from({ length: n }, (_, i) => {
      const image = pixels.subarray(i * 24, (i + 1) * 24);
      const code = encodeByHand(tiny, image).mean.map((value) => value + bias);
      return decodeByHand(tiny, code).reduce((sum, v, j) => sum + (image[j]! / 255 - v) ** 2, 0) / 24;
    });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(row.values[0].value).toBeCloseTo(mean(errors(0)), 6);
  expect(row.values[1].value).toBeCloseTo(mean(errors(9 - 0.25)), 6);
  expect(row).toMatchObject({ verdict: 'clear', best: 0 });
  const page = readFileSync(path('out/ab/compare.html'), 'utf8');
  expect(loadsSomething(page)).toEqual([]);
  expect(page.match(/<img /g)).toHaveLength(16 * 3 + 2 * 32);
  expect(stdout).toMatch(/^tiny \(a\) \| tiny \(b\)\nreconstructions: MSE .* \* \| /);
  expect(stderr).toBe('-> out/ab/compare.html\n');
});

test('other images: said first, and nothing is ranked', async () => {
  const { stdout, stderr } = await compare('b', 'few', '-o', 'apart', '--json');
  expect(stderr).toContain('-> apart/compare.html');
  const made = JSON.parse(stdout);
  expect(made.differences[0]).toMatchObject({ what: 'images', affects: 'all' });
  for (const row of made.rows) expect(row).toMatchObject({ verdict: 'not-comparable' });
  expect(readFileSync(path('apart/compare.html'), 'utf8')).toContain('not ranked');
});

test('names that would move the cursor or become markup do neither', async () => {
  const name = '\u001b[2J<b>\n';
  const strange = changed('strange', (report) => ({ ...report, model: { ...report.model, name } }));
  const { stdout } = await compare('b', strange, '-o', 'named');
  expect(stdout.split('\n')[0]).toBe('tiny |  [2J<b> ');
  expect(readFileSync(path('named/compare.html'), 'utf8')).not.toContain('<b>');
});

test('a report of version 1 is read; so is one without pictures', async () => {
  const old = changed('old', (report) => ({ ...report, version: 1 }));
  rmSync(path(old, 'pictures'), { recursive: true });
  expect((await compare('b', old, '-o', 'versions')).code).toBe(0);
  expect(readFileSync(path('versions/compare.html'), 'utf8').match(/<img /g)).toHaveLength(16 * 2 + 32);
});

describe('bad input: one line, and no folder is left', () => {
  const bad = (name: string, text: string) => {
    mkdirSync(path(name));
    writeFileSync(path(name, 'report.json'), text);
    return name;
  };
  test.each<[string, () => string[], string]>([
    ['one report', () => ['a'], 'at least two reports'],
    ['one twice', () => ['a', './a/report.json'], 'named twice'],
    ['no such folder', () => ['a', 'nowhere'], 'no such file or folder'],
    ['a folder without a report', () => ['a', 'model'], 'no such file or folder'],
    ['no JSON', () => ['a', bad('text', 'report')], 'not valid JSON'],
    ['JSON of something else', () => ['a', 'model/model.json'], 'not a report of `alix eval`'],
    ['half a report', () => ['a', changed('half', ({ model: _, ...rest }) => rest)], 'parts of the report are missing'],
    [
      'a newer version',
      () => ['a', changed('newer', (report) => ({ ...report, version: 3 }))],
      'newer than this version',
    ],
    [
      'numbers that are none',
      () => [
        'a',
        changed('none', (report) => ({ ...report, metrics: { mse: { mean: 1, interval: 7 }, 'samples.prdc': {} } })),
      ],
      'cannot be read',
    ],
    [
      'a picture of another size',
      () => {
        const name = changed('pictured', (report) => ({
          ...report,
          data: { ...report.data, size: { height: 4, width: 6, channels: 1 } },
        }));
        return ['a', name];
      },
      'another size',
    ],
  ])('%s', async (_, reports, words) => {
    const { code, stdout, stderr } = await compare(...reports(), '-o', 'bad/out');
    expect([code === 0, stdout, existsSync(path('bad'))]).toEqual([false, '', false]);
    expect(stderr).toContain(words);
    expect(stderr).toMatch(/^alix: [^\n]+\n$/);
  });

  test('no output', async () => {
    expect((await compare('a', 'b')).stderr).toContain("required option '-o, --output <folder>' not specified");
  });
});
