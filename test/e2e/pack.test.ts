/** The packed command line and runtime, installed into an empty folder, without anything of training. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { install, installedIn, repository } from '../fixtures/installed.js';
import { encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { refineGraph } from '../fixtures/tiny-refine.js';

const home = join(temporaryFolder(), 'empty');
const installed = (...path: string[]) => join(home, 'node_modules', ...path);

beforeAll(() => {
  install(home);
  writeTinyBundle(join(home, 'model'), tiny, (json) => json, { 'refine.onnx': refineGraph(tiny, 'sigmoid') });
  writeImages(join(home, 'in'), ['1.png', '2.png']);
});

/** The command as npm linked it. */
function alix(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(installed('.bin', 'alix'), args, { cwd: home, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** The files of an installed package, with slashes. */
const filesOf = (name: string) =>
  readdirSync(installed(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed(name).length + 1))
    .filter((file) => !file.startsWith('node_modules'));

test('the packages hold what they need and no source, and bring none of the optional ones', () => {
  for (const name of ['alix', '@alix/infer']) {
    const files = filesOf(name);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(files.filter((file) => /(?<!\.d)\.ts$|\.map$|tsbuildinfo|\.test\.|\.wasm$/.test(file))).toEqual([]);
  }
  expect(readdirSync(installed('@alix'))).toEqual(['infer']);
});

test('no TensorFlow comes with them, only what the runtime needs', () => {
  const names = installedIn(home);
  expect(names).toEqual(expect.arrayContaining(['alix', '@alix/infer', 'onnxruntime-node', 'onnxruntime-web']));
  expect(names.filter((name) => /tensorflow|tfjs/.test(name))).toEqual([]);
});

test('it encodes, with the codes that the layer gives by hand', () => {
  expect(alix('encode', 'model', 'in', '-o', 'codes.npy')).toMatchObject({ code: 0, stdout: '' });
  const { data } = decodeNpy(readFileSync(join(home, 'codes.npy')), 'codes.npy');
  [0, 1]
    .flatMap((i) => encodeByHand(tiny, pixelsOf(i)).mean)
    .forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 4);
    });
});

test('the example for Node writes the same codes, and a picture of what comes of them', () => {
  const script = installed('@alix/infer', 'examples', 'encode-folder.mjs');
  const said = execFileSync(process.execPath, [script, 'model', 'in', 'out'], { cwd: home, encoding: 'utf8' });
  const { data, shape } = decodeNpy(readFileSync(join(home, 'out', 'codes.npy')), 'codes.npy');
  expect(shape).toEqual([2, tiny.latent]);
  const wanted = [0, 1].flatMap((i) => encodeByHand(tiny, pixelsOf(i)).mean);
  for (const [i, value] of wanted.entries()) expect(data[i]).toBeCloseTo(value, 4);
  const [plain, refined] = [...said.matchAll(/^mean squared error after \d+ steps: (.*)$/gm)].map(([, mse]) =>
    Number(mse),
  );
  expect(refined).toBeLessThan(plain!);
  // two images in three rows, 4x4 for a pixel, with lines of one pixel between
  const { height, width } = decodePng(readFileSync(join(home, 'out', 'reconstructions.png')), 'png');
  expect([height, width]).toEqual([4 * (3 * tiny.height + 4), 4 * (2 * tiny.width + 3)]);
});

test('without arguments it says how it is used, and of a folder that is no model one line', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [installed('@alix/infer', 'examples', 'encode-folder.mjs'), ...args], {
      cwd: home,
      encoding: 'utf8',
    });
  expect(run()).toMatchObject({ status: 2, stderr: 'usage: node encode-folder.mjs MODEL IMAGES OUT\n' });
  const { status, stderr } = run('in', 'in', 'out');
  expect([status, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining('model.json')]]);
});

test('it lists the models that the repository ships', () => {
  const { code, stdout } = alix('models', '--json');
  expect(code).toBe(0);
  const folder = join(repository, 'cli', 'models');
  const shipped = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'model.json')))
    : [];
  expect(JSON.parse(stdout).models.map((model: { name: string }) => model.name)).toEqual(shipped.sort());
});

test.each([
  ['train', ['train', 'dali'], '@alix/train'],
  ['recipes', ['recipes'], '@alix/train'],
  ['export', ['export', 'run', '-o', 'out'], '@alix/(export|train)'],
  ['setup', ['setup'], '@alix/train'],
])('%s says in one line what to install', (_, args, name) => {
  const { code, stdout, stderr } = alix(...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    new RegExp(`^alix: this verb needs the package ${name}, which is not installed; run \`npm install ${name}\`\n$`),
  );
});
