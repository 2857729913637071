/** The command line in an enemy's hands: one line, the right exit code, soon, and nothing written. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeNpy } from '@alix/infer/io/npy';
import { TensorProto_DataType } from 'onnx-buf';
import { beforeAll, expect, test } from 'vitest';
import { alix, launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { body, encoder, op, scalar } from '../fixtures/hostile-graphs.js';
import { writeImages } from '../fixtures/images.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
const posix = process.platform !== 'win32';
const everything = () => (readdirSync(cwd, { recursive: true }) as string[]).sort();

beforeAll(async () => {
  writeTinyBundle(join(cwd, 'model'));
  const endless = encoder(
    [op('Loop', ['', 'yes', 'm'], 'mean', body([]))],
    [scalar('yes', TensorProto_DataType.BOOL, 1n)],
  );
  writeTinyBundle(join(cwd, 'endless'), tiny, undefined, { 'encoder.onnx': endless });
  writeTinyBundle(join(cwd, 'large'), tiny, (json) => ({ ...json, image: { height: 1e5, width: 1e5, channels: 3 } }));
  writeImages(join(cwd, 'in'), ['1.png', '2.png']);
  await alix(['encode', 'model', 'in', '-o', 'codes.npy'], cwd);
  const description = JSON.parse(readFileSync(join(cwd, 'codes.npy.json'), 'utf8'));
  writeFileSync(join(cwd, 'climbing.npy'), readFileSync(join(cwd, 'codes.npy')));
  writeFileSync(join(cwd, 'climbing.npy.json'), JSON.stringify({ ...description, names: ['../../x', '/etc/x'] }));
  writeFileSync(join(cwd, 'nan.npy'), encodeNpy({ shape: [2, 3], data: new Float32Array(6).fill(Number.NaN) }));
  const bomb = Buffer.concat([Buffer.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0, 4), Buffer.alloc(1e8)]);
  writeFileSync(join(cwd, 'bomb.gz'), gzipSync(bomb));
  if (!posix) return;
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  mkdirSync(join(cwd, 'masks'));
  execFileSync('mkfifo', [join(cwd, 'masks/1.png')]);
  symlinkSync('/dev/zero', join(cwd, 'zero.npy'));
});

async function refused(args: readonly string[], code: number, words: string | RegExp): Promise<void> {
  const before = everything();
  const ran = await alix([...args, '--quiet'], cwd);
  expect(ran.stderr).toMatch(/^alix: [^\n]{1,600}\n$/);
  expect(ran.stderr).toMatch(words);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(everything()).toEqual(before);
}

test.skipIf(!posix).each([
  [['decode', 'model', 'pipe', '-o', 'out'], 'pipe: neither a file nor a folder'],
  [['decode', 'model', 'zero.npy', '-o', 'out'], 'zero.npy: neither a file nor a folder'],
  [['neighbours', 'model', 'in/1.png', '--index', 'pipe', '-o', '-'], 'pipe: neither a file nor a folder'],
  [['inpaint', 'model', 'in', '--mask', 'pipe', '-o', 'out'], 'pipe: neither a file nor a folder'],
  [['inpaint', 'model', 'in', '--mask', 'masks', '-o', 'out'], 'masks/1.png: neither a file nor a folder'],
  [['sample', 'model', '--given', 'pipe', '-o', 'out'], 'pipe: neither a file nor a folder'],
])('a pipe or a device is not waited for: %j', (args, words) => refused(args, 1, words));

test.each([
  [['encode', 'endless', 'in', '-o', 'c.npy'], /encoder\.onnx: .*found Loop/],
  [['sample', 'large', '-o', 'out'], /model\.json: "image": at most/],
  [['encode', 'model', 'bomb.gz', '-o', 'c.npy'], /bomb\.gz: the IDX file is longer than it says/],
  [['decode', 'model', 'climbing.npy', '-o', 'out'], 'leads out of the output folder'],
  [['decode', 'model', 'nan.npy', '-o', 'out'], 'code 0 holds a value that is not finite'],
])('%j', (args, words) => refused(args, 1, words));

test('codes from a pipe that never ends are refused at their beginning', async () => {
  const child = spawn(process.execPath, [launcher, 'decode', 'model', '-', '-o', 'out', '--quiet'], { cwd });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  // its reader goes away
  child.stdin.on('error', () => {});
  const pour = () => {
    while (child.exitCode === null && child.stdin.writable && child.stdin.write(Buffer.alloc(1 << 16)));
  };
  child.stdin.on('drain', pour);
  pour();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, said]).toEqual([1, expect.stringMatching(/^alix: stdin: of no kind that is read [^\n]*\n$/)]);
});
