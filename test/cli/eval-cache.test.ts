/** The cache of features on disk: what it saves, what cannot be read or written ends no evaluation, and two processes share it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { beforeAll, describe, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { evaluationsIn, noise, reportOf } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';

const cwd = temporaryFolder();
const { run, report } = evaluationsIn(cwd, 300);
const path = (...names: string[]) => join(cwd, ...names);
const entries = (folder = 'cache') => (existsSync(path(folder, 'eval')) ? readdirSync(path(folder, 'eval')) : []);
const notes = ({ stderr }: { readonly stderr: string }) => stderr.match(/^note: .*$/gm) ?? [];
/** With another cache. */
async function withCache(folder: string, output: string, ...more: string[]) {
  process.env.ALIX_CACHE = path(folder);
  try {
    return await run(output, ...more);
  } finally {
    process.env.ALIX_CACHE = path('cache');
  }
}

let plain: string;
beforeAll(async () => {
  expect((await run('plain', '--no-cache')).code).toBe(0);
  plain = report('plain');
});

test('--no-cache leaves nothing in it; without, one small file, and the same bytes of the report', async () => {
  expect(entries()).toEqual([]);
  for (const output of ['cold', 'warm']) {
    const ran = await run(output);
    expect([ran.code, notes(ran), report(output)]).toEqual([0, [], plain]);
    expect(entries()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.safetensors$/)]);
  }
  expect(statSync(path('cache/eval', entries()[0]!)).size).toBeLessThan(100_000);
});

test('two processes at once', async () => {
  const both = await Promise.all(['a', 'b', 'c'].map((output) => withCache('shared', output)));
  expect(both.map(({ code, stderr }) => [code, notes({ stderr })])).toEqual(both.map(() => [0, []]));
  for (const output of ['a', 'b', 'c']) expect(report(output)).toBe(plain);
  expect(entries('shared')).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.safetensors$/)]);
});

test('what killed writes have left in it goes away in time', async () => {
  mkdirSync(path('old/eval'), { recursive: true });
  const [old, young] = ['.x.safetensors.1-0123456789ab.tmp', '.x.safetensors.2-0123456789ab.tmp'];
  for (const name of [old, young]) writeFileSync(path('old/eval', name), 'half');
  utimesSync(path('old/eval', old), 0, 0);
  expect((await withCache('old', 'after-old')).code).toBe(0);
  expect(entries('old')).toHaveLength(2);
  expect(entries('old')).toContain(young);
});

describe('a cache that cannot be used is told in one line, and the numbers are the same', () => {
  test('a file in its place', async () => {
    writeFileSync(path('file'), '');
    const ran = await withCache('file', 'no-cache-file');
    expect([ran.code, notes(ran)]).toEqual([0, [expect.stringMatching(/^note: the cache is not used: .*file/)]]);
    expect(report('no-cache-file')).toBe(plain);
  });

  test('a folder in the place of an entry', async () => {
    await withCache('odd', 'odd-1');
    const [name] = entries('odd');
    rmSync(path('odd/eval', name!));
    mkdirSync(path('odd/eval', name!));
    const ran = await withCache('odd', 'odd-2');
    expect([ran.code, notes(ran).length, report('odd-2')]).toEqual([0, 1, plain]);
  });

  test('a damaged entry, which is made again', async () => {
    await withCache('torn', 'torn-1');
    const file = path('torn/eval', entries('torn')[0]!);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, 999));
    const ran = await withCache('torn', 'torn-2');
    expect([ran.code, notes(ran)]).toEqual([0, [expect.stringMatching(/is damaged \(.*\): made again$/)]]);
    expect([report('torn-2'), readFileSync(file).equals(bytes)]).toEqual([plain, true]);
  });

  test.skipIf(whyNoDisk(cwd))('a disk that is full, or read-only', async () => {
    const disk = smallDisk(path('disk'), 16);
    try {
      const full = await withCache('disk', 'full');
      expect([full.code, notes(full)]).toEqual([0, [expect.stringContaining('no space left on the disk')]]);
      expect(entries('disk')).toEqual([]);
      disk.remount('ro');
      const kept = await withCache('disk', 'read-only');
      expect([kept.code, notes(kept)]).toEqual([0, [expect.stringContaining('read-only')]]);
      for (const output of ['full', 'read-only']) expect(report(output)).toBe(plain);
    } finally {
      disk.remove();
    }
  });
});

test('folders of the same names and byte sizes: features of the one are not taken for those of the other', async () => {
  // bytes that no compression makes shorter: all files are of one size
  const size = { height: 6, width: 4, channels: 1 } as const;
  const all = noise(2 * 60 * 24);
  for (const [f, folder] of ['one', 'two'].entries()) {
    mkdirSync(path(folder, 'images'), { recursive: true });
    for (let i = 0; i < 60; i++) {
      const at = (f * 60 + i) * 24;
      const png = encodePng(all.subarray(at, at + 24), size);
      const padded = new Uint8Array(400);
      padded.set(png);
      writeFileSync(path(folder, 'images', `${i}.png`), padded);
    }
  }
  const evaluated = (folder: string, output: string, ...more: string[]) =>
    alix(
      [
        'eval',
        path('model'),
        '--data',
        'images',
        '--extractor',
        path('net.onnx'),
        '--threads',
        '1',
        '-o',
        output,
      ].concat(more),
      path(folder),
    );
  process.env.ALIX_CACHE = path('same');
  const split = ['--split', 'train', '--metrics', 'fd'];
  expect(await evaluated('one', 'out', ...split)).toMatchObject({ code: 0 });
  const [first] = entries('same');
  const second = await evaluated('two', 'out', ...split);
  expect([second.code, notes(second)]).toEqual([0, [expect.stringContaining('features of other images')]]);
  expect(entries('same')).toEqual([first]);
  await evaluated('two', 'plain', ...split, '--no-cache');
  process.env.ALIX_CACHE = path('cache');
  expect(reportOf(path('two/out'))).toBe(reportOf(path('two/plain')));
});
