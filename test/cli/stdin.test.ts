/** `-` as an image argument: what comes through stdin is what a file of the same bytes would be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeIdx } from '@alix/infer/io/idx';
import { decodeNpy, encodeNpy } from '@alix/infer/io/npy';
import { expect, test } from 'vitest';
import { alix, launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { piped } from '../fixtures/piped.js';
import { tarOf } from '../fixtures/tar.js';
import { encodeByHand, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeImages(join(cwd, 'in'), ['a.png', 'b.png', 'c.png']);
const TMPDIR = join(cwd, 'tmp');
mkdirSync(TMPDIR);
const file = (path: string) => readFileSync(join(cwd, path));
const run = (input: Uint8Array | Iterable<Uint8Array>, ...args: string[]) =>
  piped(['encode', 'model', ...args], cwd, input, { TMPDIR });
/** ONNX Runtime leaves files of its own there. */
const left = () => readdirSync(TMPDIR).filter((name) => name.includes('alix'));
const names = (path: string) => JSON.parse(file(`${path}.json`).toString()).names;

function expectCodes(path: string, images: readonly number[]): void {
  const { data, shape } = decodeNpy(file(path), path);
  const wanted = images.flatMap((i) => encodeByHand(tiny, pixelsOf(i)).mean);
  expect(shape).toEqual([images.length, 3]);
  wanted.forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 4);
  });
}

const stack = { shape: [3, tiny.height, tiny.width], data: tinyImages(tiny, 3) };
test.each<[string, Uint8Array, string[]]>([
  ['IDX', encodeIdx(stack), ['00000', '00001', '00002']],
  ['gzipped IDX', gzipSync(encodeIdx(stack)), ['00000', '00001', '00002']],
  ['.npy', encodeNpy(stack), ['00000', '00001', '00002']],
  [
    'tar',
    tarOf(['x.png', 'd/y.png', 'z.png'].map((name, i) => ({ name, data: file(`in/${'abc'[i]}.png`) }))),
    ['x.png', 'd/y.png', 'z.png'],
  ],
])('%s of three images', async (_, bytes, wanted) => {
  expect((await run(bytes, '-', '-o', 'many.npy')).code).toBe(0);
  expect(names('many.npy')).toEqual(wanted);
  expectCodes('many.npy', [0, 1, 2]);
});

test('one PNG is called stdin, byte by byte too, and nothing stays in the temporary folder', async () => {
  const bytes = file('in/b.png');
  for (const input of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
    expect((await run(input, '-', '-o', 'one.npy')).code).toBe(0);
    expect(names('one.npy')).toEqual(['stdin']);
    expectCodes('one.npy', [1]);
  }
  expect(left()).toEqual([]);
});

test('beside files, in the order of names', async () => {
  expect((await run(file('in/c.png'), 'in', '-', '-o', 'beside.npy')).code).toBe(0);
  expect(names('beside.npy')).toEqual(['a.png', 'b.png', 'c.png', 'stdin']);
  expectCodes('beside.npy', [0, 1, 2, 2]);
});

function* endless(): Generator<Uint8Array> {
  for (;;) yield Buffer.alloc(65536, 'y\n');
}

test.each<[string, Uint8Array | (() => Iterable<Uint8Array>), string[], number, RegExp]>([
  ['nothing', Buffer.alloc(0), ['-'], 1, /^alix: stdin: nothing came through the pipe [^\n]*\n$/],
  [
    'junk',
    Buffer.from('hello'),
    ['-'],
    1,
    /^alix: stdin: of no kind that is read \(.*begin with 68656c6c6f\); [^\n]*\n$/,
  ],
  ['junk without an end', endless, ['-'], 1, /^alix: stdin: of no kind that is read [^\n]*\n$/],
  ['half a PNG', file('in/a.png').subarray(0, 60), ['-'], 1, /^alix: stdin: [^\n]+\n$/],
  ['half an IDX', encodeIdx(stack).subarray(0, 50), ['-'], 1, /^alix: stdin: the IDX file is truncated [^\n]*\n$/],
  ['half a gzip', gzipSync(encodeIdx(stack)).subarray(0, 30), ['-'], 1, /^alix: stdin: [^\n]+\n$/],
  [
    'half a tar',
    tarOf([{ name: 'x.png', data: file('in/a.png') }]).subarray(0, 600),
    ['-'],
    1,
    /^alix: stdin:x\.png: [^\n]*truncated[^\n]*\n$/,
  ],
  ['- twice', file('in/a.png'), ['-', '-'], 2, /^alix: stdin can be read once only, and - was given twice; [^\n]*\n$/],
])('%s is one line', async (_, input, args, code, words) => {
  const before = readdirSync(cwd);
  const ran = await run(typeof input === 'function' ? input() : input, ...args, '-o', 'no.npy', '--quiet');
  expect(ran.stderr).toMatch(words);
  expect([ran.code, `${ran.stdout}`]).toEqual([code, '']);
  expect([readdirSync(cwd), left()]).toEqual([before, []]);
});

test('--on-error skip passes over what is wrong with it', async () => {
  const tar = tarOf([
    { name: 'x.png', data: file('in/a.png') },
    { name: 'bad.png', data: 'no picture' },
  ]);
  const { code, stderr } = await run(tar, '-', '-o', 'skip.npy', '--on-error', 'skip');
  expect(code).toBe(3);
  expect(stderr).toMatch(/\nskipped: stdin:bad\.png: /);
  expectCodes('skip.npy', [0]);
});

test('a file called - is ./-', async () => {
  writeFileSync(join(cwd, '-'), file('in/a.png'));
  expect((await alix(['encode', 'model', './-', '-o', 'dash.npy'], cwd)).code).toBe(0);
  expectCodes('dash.npy', [0]);
});

test.skipIf(process.platform === 'win32').each([
  ['encode', 'model', '-', '-o', 'never.npy'],
  ['decode', 'model', '-', '-o', 'never'],
  ['neighbours', 'model', '--index', '-', 'in', '-o', '-'],
])('Ctrl-C while stdin is waited for: %s', async (...args) => {
  const child = spawn(process.execPath, [launcher, ...args], { cwd, stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let words = '';
  child.stderr.on('data', (part: Buffer) => {
    // said once, when the model is there and stdin is all that is missing
    if (words === '') child.kill('SIGINT');
    words += part;
  });
  expect(await ended).toEqual([130, null]);
  expect(words).toMatch(/^model [^\n]*\nalix: interrupted\n$/);
});
