/** What goes wrong in a user's hands: one clear line, the right exit code, nothing half-written. */
import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { beforeEach, expect, test } from 'vitest';
import { alix, launcher, type Ran } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { encoderGraph, fileEntry, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
let cwd = root;
let count = 0;
let before: string[] = [];

beforeEach(() => {
  cwd = join(root, `${count++}`);
  writeTinyBundle(join(cwd, 'model'));
  writeImages(join(cwd, 'in'), ['1.png', '2.png', '3.png']);
  before = everything();
});

const everything = () => (readdirSync(cwd, { recursive: true }) as string[]).sort();
const verbs = [
  ['encode', ['encode', 'model', 'in', '-o', 'codes.npy']],
  ['reconstruct into a folder', ['reconstruct', 'model', 'in', '-o', 'out']],
  ['reconstruct into a grid', ['reconstruct', 'model', 'in', '-o', 'grid.png']],
] as const;

/** Runs, expects one line that holds `words`, the exit code, and not a file more or less than before. */
async function refused(args: readonly string[], code: number, words: string | RegExp): Promise<void> {
  const ran = await inside([...args, '--quiet'], cwd);
  expect(ran.stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(ran.stderr).toMatch(words);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(everything()).toEqual(before);
}

test.each(verbs)('%s: an empty folder', async (_, args) => {
  for (const name of ['1.png', '2.png', '3.png']) rmSync(join(cwd, 'in', name));
  before = everything();
  await refused(args, 1, 'in: an empty folder');
});

test.each(verbs)('%s: no such folder', async (_, args) => {
  rmSync(join(cwd, 'in'), { recursive: true });
  before = everything();
  await refused(args, 1, 'in: no such file or folder');
});

test.each(verbs)("%s: an image of another size than the model's", async (_, args) => {
  writeFileSync(join(cwd, 'in/1.png'), encodePng(new Uint8Array(49), { height: 7, width: 7, channels: 1 }));
  await refused(args, 1, /in\/1\.png: .*expected 4x6 pixels, found 7x7/);
});

test('a truncated IDX file, and one that is no IDX', async () => {
  writeFileSync(join(cwd, 'short-ubyte'), Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 6, 0, 0, 0, 4, 1, 2, 3));
  writeFileSync(join(cwd, 'text-ubyte'), 'hello');
  before = everything();
  await refused(['encode', 'model', 'short-ubyte', '-o', 'c.npy'], 1, /short-ubyte: .*truncated/);
  await refused(['encode', 'model', 'text-ubyte', '-o', 'c.npy'], 1, 'text-ubyte: ');
});

test.each(verbs)('%s: a missing file of the bundle', async (_, args) => {
  rmSync(join(cwd, 'model/decoder.onnx'));
  before = everything();
  await refused(args, 1, /model\/decoder\.onnx: a file that model\.json names is missing/);
});

test.each(verbs)('%s: an altered file of the bundle', async (_, args) => {
  const path = join(cwd, 'model/encoder.onnx');
  const bytes = readFileSync(path);
  bytes[bytes.length - 9]! ^= 1;
  writeFileSync(path, bytes);
  await refused(args, 1, /model\/encoder\.onnx: the file was altered.*expected sha256 [0-9a-f]{64}/);
});

/** Puts other bytes in the place of a graph, with a model.json that is honest about them. */
function replaceGraph(name: string, bytes: Uint8Array): void {
  writeTinyBundle(join(cwd, 'model'), tiny, (json) => ({
    ...json,
    files: { ...(json.files as object), [name]: fileEntry(bytes) },
  }));
  writeFileSync(join(cwd, 'model', name), bytes);
}

test('a graph that takes its weights from another file, whose checksum nobody knows', async () => {
  replaceGraph('encoder.onnx', encoderGraph(tiny, { external: 'weights.bin' }));
  // ONNX Runtime looks in the folder that the command is run in
  writeFileSync(join(cwd, 'weights.bin'), new Float32Array(tiny.height * tiny.width * tiny.latent));
  before = everything();
  await refused(['encode', 'model', 'in', '-o', 'c.npy'], 1, /encoder\.onnx: ONNX Runtime refuses this graph/);
});

test('a decoder that does not run leaves no empty folder', async () => {
  replaceGraph('decoder.onnx', encoderGraph(tiny));
  await refused(['sample', 'model', '-o', 'new/out'], 1, /decoder\.onnx: the graph's inputs are not those/);
  await refused(['reconstruct', 'model', 'in', '-o', 'new/out'], 1, /decoder\.onnx: the graph's inputs are not those/);
  await refused(['sample', 'model', '-o', 'new/grid.png'], 1, /decoder\.onnx: the graph's inputs are not those/);
});

test('a batch for which there is no memory', async () => {
  const all = ['-n', '1e15', '--batch', '1e15'];
  await refused(['sample', 'model', '-o', 'out', ...all], 1, /not enough memory[^\n]*choose a smaller --batch/);
});

test.skipIf(process.platform === 'win32')('a pipe in the place of an image is not waited for', async () => {
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  before = everything();
  await refused(['encode', 'model', 'pipe', '-o', 'c.npy'], 1, 'pipe: neither a file nor a folder');
});

test.skipIf(process.platform !== 'linux').each(verbs)(
  '%s: a name that is not UTF-8 and a link to nowhere are skipped where that is asked for',
  async (_, args) => {
    writeFileSync(Buffer.concat([Buffer.from(`${join(cwd, 'in')}/4`), Buffer.of(0xff), Buffer.from('.png')]), '');
    symlinkSync('nowhere.png', join(cwd, 'in', '5.png'));
    const refusal = await alix([...args, '--quiet'], cwd);
    expect([refusal.code, refusal.stderr]).toEqual([1, expect.stringMatching(/^alix: in\/4.+name is not UTF-8.*\n$/)]);
    const { code, stdout } = await alix([...args, '--on-error', 'skip', '--json'], cwd);
    const { n, skipped } = JSON.parse(stdout) as { n: number; skipped: { message: string }[] };
    expect([code, n]).toEqual([3, 3]);
    expect(skipped.map(({ message }) => message)).toEqual([
      expect.stringMatching(/not UTF-8/),
      expect.stringMatching(/^in\/5.png: no such file/),
    ]);
  },
);

test('a name that moves the cursor is not shown as it is', async () => {
  await refused(
    ['encode', 'model', 'no\u001b[2Jsuch\r', '-o', 'c.npy'],
    1,
    'no\ufffd[2Jsuch\ufffd: no such file or folder',
  );
});

test('a folder that is no model, and a name that is none', async () => {
  await refused(['encode', 'in', 'in', '-o', 'c.npy'], 1, 'in: this folder holds no model.json');
  await refused(['encode', 'no-such', 'in', '-o', 'c.npy'], 1, /no-such: no such model folder/);
  writeFileSync(join(cwd, 'model/model.json'), '{"format": "something else"}');
  await refused(
    ['encode', 'model', 'in', '-o', 'c.npy'],
    1,
    /model\.json: not the model\.json of an alix model bundle/,
  );
});

test.each(verbs)('%s: an output that cannot be written', async (_, args) => {
  // below a regular file nobody can write, root neither
  writeFileSync(join(cwd, 'file'), '');
  before = everything();
  const blocked = args.map((arg, i) => (args[i - 1] === '-o' ? `file/${arg}` : arg));
  await refused(blocked, 1, /file.*: .*(a file, not a folder|cannot be written)/);
});

test('neither codes nor a grid can replace a folder, and what is there stays', async () => {
  mkdirSync(join(cwd, 'codes.npy'));
  writeFileSync(join(cwd, 'codes.npy/mine'), '');
  before = everything();
  mkdirSync(join(cwd, 'grid.png'));
  before = everything();
  await refused(['encode', 'model', 'in', '-o', 'codes.npy'], 1, 'codes.npy: a folder where the output file should go');
  await refused(['sample', 'model', '-o', 'grid.png'], 1, 'grid.png: a folder where the output file should go');
  mkdirSync(join(cwd, 'other.npy.json'));
  before = everything();
  await refused(['encode', 'model', 'in', '-o', 'other.npy'], 1, 'other.npy.json: a folder where the output file');
});

test('a name that is too long is known before anything is computed', async () => {
  const long = 'x'.repeat(250);
  await refused(['encode', 'model', 'in', '-o', `${long}.npy`], 1, 'the path is too long');
  await refused(['reconstruct', 'model', 'in', '-o', `${long}.png`], 1, 'the path is too long');
});

const full = existsSync('/dev/full');
test.skipIf(!full)('a disk that is full under stdout', async () => {
  const run = (args: string) => {
    const line = `"$0" "$1" ${args} --quiet > /dev/full`;
    return spawnSync('sh', ['-c', line, process.execPath, launcher], { cwd, encoding: 'utf8' });
  };
  for (const args of ['encode model in -o -', 'reconstruct model in -o g.png', 'models --json']) {
    const { status, stderr } = run(args);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^alix: stdout: no space left on the disk[^\n]*\n$/)]);
  }
});

test('a failure leaves the codes of an earlier run as they were', async () => {
  await alix(['encode', 'model', 'in', '-o', 'codes.npy'], cwd);
  const old = readFileSync(join(cwd, 'codes.npy'));
  writeFileSync(join(cwd, 'in/3.png'), 'x');
  before = everything();
  await refused(['encode', 'model', 'in', '-o', 'codes.npy', '--batch', '1'], 1, 'in/3.png: ');
  expect(readFileSync(join(cwd, 'codes.npy'))).toEqual(old);
});

test('a device that is named and missing', async () => {
  const ran = await alix(['encode', 'model', 'in', '-o', 'c.npy', '--device', 'cuda'], cwd);
  if (ran.code === 0) expect(ran.stderr).toContain('on cuda');
  else {
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^alix: the device "cuda" [^\n]+\n$/);
    expect(everything()).toEqual(before);
  }
});

/** Runs an encoding of many images and calls `act` once it has begun to write codes into its hidden file. */
async function whileEncoding(act: (child: ChildProcess) => void): Promise<Ran> {
  writeStack(join(cwd, 'many.npy'), 300_000);
  before = everything();
  return alix(['encode', 'model', 'many.npy', '-o', 'codes.npy', '--batch', '1'], cwd, (child) => {
    const timer = setInterval(() => {
      const found = statSync(join(cwd, '.codes.npy.part'), { throwIfNoEntry: false });
      if (!found || found.size < 2000) return;
      clearInterval(timer);
      act(child);
    }, 5);
    child.on('close', () => clearInterval(timer));
  });
}

test('Ctrl-C ends with 130 and leaves nothing behind but what --resume goes on with', async () => {
  const { code, stderr } = await whileEncoding((child) => child.kill('SIGINT'));
  expect(code).toBe(130);
  expect(stderr).toMatch(/^model [^\n]+\nalix: interrupted; go on with --resume\n$/);
  rmSync(join(cwd, '.codes.npy.part'));
  expect(everything()).toEqual(before);
});

test('a closed terminal does not end what writes elsewhere, as under nohup', async () => {
  const ran = await alix(['encode', 'model', 'in', '-o', 'codes.npy'], cwd, (child) => {
    child.stderr?.once('data', () => child.kill('SIGHUP'));
  });
  expect(ran.code).toBe(0);
  expect(existsSync(join(cwd, 'codes.npy'))).toBe(true);
});

test('killed outright, nothing stands under the final name', async () => {
  await whileEncoding((child) => child.kill('SIGKILL'));
  expect(existsSync(join(cwd, 'codes.npy'))).toBe(false);
  expect(existsSync(join(cwd, 'codes.npy.json'))).toBe(false);
});

test('when nobody hears what stderr says, the work is done all the same', async () => {
  const ran = await alix(['encode', 'model', 'in', '-o', 'codes.npy'], cwd, (child) => child.stderr?.destroy());
  expect(ran.code).toBe(0);
  expect(existsSync(join(cwd, 'codes.npy'))).toBe(true);
});

test('a reader that goes away (alix ... | head) is no error', async () => {
  writeStack(join(cwd, 'many.npy'), 50_000);
  const { code, stderr } = await alix(['encode', 'model', 'many.npy', '-o', '-', '--batch', '5000'], cwd, (child) =>
    child.stdout?.destroy(),
  );
  expect(code).toBe(0);
  expect(stderr).toMatch(/^model [^\n]+\n$/);
});
