/** --on-error skip of data info, eval and eval features: what is left is measured as if the damaged images had never been there. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeFeatureFile } from '@alix/eval';
import { encodePng } from '@alix/infer/io/png';
import { beforeAll, expect, test } from 'vitest';
import { evaluationsIn, noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

const cwd = temporaryFolder();
const { args } = evaluationsIn(cwd, 2, inside);
const pixels = noise(60 * 24);
const sound = Array.from({ length: 60 }, (_, i) => {
  const image = encodePng(pixels.slice(24 * i, 24 * (i + 1)), { height: 6, width: 4, channels: 1 });
  return [`${i % 2 ? 'odd' : 'even'}/${i}.png`, image] as const;
});
const damaged = [
  ['even/4.png', sound[4]?.[1].subarray(0, 50) ?? new Uint8Array(0)],
  ['odd/empty.png', new Uint8Array(0)],
  ['odd/new\nline.png', Buffer.from('words')],
] as const;
const names = damaged.map(([name]) => name).sort();

function write(folder: string, files: readonly (readonly [string, Uint8Array])[]): void {
  for (const split of ['train', 'test'])
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(cwd, folder, split, name)), { recursive: true });
      writeFileSync(join(cwd, folder, split, name), bytes);
    }
}
beforeAll(() => {
  write('damaged', [...sound, ...damaged]);
  write(
    'mended',
    sound.filter(([name]) => name !== 'even/4.png'),
  );
});
const nameOf = ({ name }: { name: string }) => name.replace(/^(train|test)\//, '');
/** Lines of stderr that are no table. */
const failures = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('alix: '));

test('data info: all are decoded, and a table says which cannot be', async () => {
  const ran = await inside(['data', 'info', 'damaged', '--on-error', 'skip'], cwd);
  expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('train split: 59 images of 4x6x1')]);
  expect(ran.stdout).toContain('even: 29');
  expect(ran.stdout).toContain('odd: 30');
  // a line break in a name makes no second line
  expect(ran.stderr.trim().split('\n')).toEqual([
    'left out, for they cannot be read: 3',
    ...names.map(() =>
      expect.stringMatching(/^ {2}train {2}train\/(even|odd)\/.{12} .*damaged\/train\/(even|odd)\/.*: .*;/),
    ),
  ]);
  const json = await inside(['data', 'info', 'damaged', '--on-error', 'skip', '--json'], cwd);
  const info = JSON.parse(json.stdout);
  expect([json.code, info.count, info.classes]).toEqual([3, 59, [29, 30]]);
  expect(info.skipped.map(nameOf).sort()).toEqual(names);
  const mended = await inside(['data', 'info', 'mended', '--on-error', 'skip', '--json'], cwd);
  expect([mended.code, JSON.parse(mended.stdout).skipped]).toEqual([0, []]);
});

test('eval: fails in one line without it; with it, the numbers of the data without them, and n', async () => {
  const on = (data: string, output: string, ...more: string[]) =>
    inside([...args(output), '--data', data, ...more], cwd);
  const failed = await on('damaged', 'failed');
  expect([failed.code, failures(failed.stderr)]).toEqual([1, [expect.stringMatching(/damaged\/test\/(even|odd)\//)]]);
  expect(readdirSync(cwd)).not.toContain('failed');
  const [ran, other] = [await on('damaged', 'a', '--on-error', 'skip', '--json'), await on('mended', 'b')];
  expect([ran.code, other.code], other.stderr).toEqual([3, 0]);
  const [a, b] = ['a', 'b'].map((name) => JSON.parse(readFileSync(join(cwd, name, 'report.json'), 'utf8')));
  expect(a.metrics).toEqual(b.metrics);
  expect(a.data).toMatchObject({ n: 59, of: 59, images: b.data.images });
  expect(a.data.skipped.map(nameOf).sort()).toEqual(names);
  expect(JSON.parse(ran.stdout).data.skipped).toEqual(a.data.skipped);
  expect(a.data.notes).toContainEqual(expect.stringMatching(/^3 images could not be read/));
  expect(readFileSync(join(cwd, 'a', 'report.html'), 'utf8')).toContain('3 images could not be read');
  expect(b.data).not.toHaveProperty('skipped');
});

test('without it one line names the file as it was given, and the option', async () => {
  const line = /^alix: damaged\/.*; .*leave out what cannot be read: --on-error skip$/;
  for (const verb of [
    ['data', 'info', 'damaged', '-o', 'sheet.png'],
    [...args('e'), '--data', 'damaged'],
    ['encode', 'model', 'damaged/test', '-o', 'codes.npy'],
  ]) {
    const ran = await inside(verb, cwd);
    expect([ran.code, failures(ran.stderr)], verb[0]).toEqual([1, [expect.stringMatching(line)]]);
  }
});

test('limits: as many as allowed, one too many, none left, and the option alone', async () => {
  const on = (...more: string[]) => inside([...args('c'), '--data', 'damaged', ...more], cwd);
  const few = await on('--on-error', 'skip', '--max-errors', '2');
  expect([few.code, failures(few.stderr)]).toEqual([1, [expect.stringMatching(/too many images.*at most 2, found 3/)]]);
  expect((await on('--on-error', 'skip', '--max-errors', '3')).code).toBe(3);
  const alone = await on('--max-errors', '3');
  expect([alone.code, failures(alone.stderr)]).toEqual([2, [expect.stringMatching(/without --on-error skip/)]]);
  write('ruined', damaged);
  const none = await inside([...args('d'), '--data', 'ruined', '--on-error', 'skip'], cwd);
  expect([none.code, failures(none.stderr)]).toEqual([
    1,
    [expect.stringMatching(/none of the \d+ images can be read/)],
  ]);
  expect(readdirSync(cwd)).not.toContain('d');
});

test('eval features: those of the data without them', async () => {
  const on = (data: string, ...more: string[]) => {
    const line = ['eval', 'features', '--data', data, '--extractor', 'net.onnx', '--threads', '1'];
    return inside([...line, '-o', `${data}.safetensors`, ...more], cwd);
  };
  const [ran, other] = [await on('damaged', '--on-error', 'skip', '--json'), await on('mended')];
  expect([ran.code, other.code]).toEqual([3, 0]);
  const [a, b] = ['damaged', 'mended'].map((name) =>
    decodeFeatureFile(readFileSync(join(cwd, `${name}.safetensors`)), name),
  );
  expect([a?.statistics.n, a?.images]).toEqual([59, b?.images]);
  expect(a?.statistics.scatter).toEqual(b?.statistics.scatter);
  expect(JSON.parse(ran.stdout).skipped.map(nameOf).sort()).toEqual(names);
});
