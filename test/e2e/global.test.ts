/** `npm install -g` of the packed command line into an empty prefix: it runs models alone, and says what else there is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '@alix/infer/io/npy';
import { decodePng } from '@alix/infer/io/png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { globalPrefix, type Prefix } from '../fixtures/global.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const folder = temporaryFolder();
const home = join(folder, 'home');
let prefix: Prefix;
const alix = (...args: string[]) => prefix.alix(...args);

beforeAll(async () => {
  // of alix's peers the registry knows none: an install that asked for one would fail
  prefix = await globalPrefix(folder, ['@alix/infer']);
  await prefix.install(prefix.archive);
  writeTinyBundle(join(home, 'model'), tiny);
  writeImages(join(home, 'in'), ['1.png', '2.png']);
});
afterAll(() => prefix?.packages.close());

test('it brings the runtime with it and asks for nothing that is optional', () => {
  expect(prefix.packages.asked).toEqual(['@alix/infer']);
  expect(readdirSync(prefix.modules)).toEqual(expect.arrayContaining(['alix']));
  expect(existsSync(join(prefix.modules, '@alix', 'train'))).toBe(false);
});

test('it tells its version, what is shipped and what works here', () => {
  const { version } = JSON.parse(readFileSync(join(prefix.modules, 'alix', 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(alix('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(alix('models').stdout).toContain('strokes-dali');
  const doctor = alix('doctor');
  expect(doctor).toMatchObject({ code: 0, stderr: '' });
  expect(doctor.stdout).toMatch(
    /^Running models: works\n(.*\n)+\nTraining: does not work yet\n.*`npm install -g @alix\/train`/,
  );
});

test('help is there for all verbs, those too that need more packages', () => {
  const { code, stdout } = alix('--help');
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[|<| {2})/gm)].map(([, verb]) => verb!);
  expect(code).toBe(0);
  expect(verbs).toEqual(
    expect.arrayContaining(['encode', 'sample', 'train', 'export', 'import', 'data', 'eval', 'setup']),
  );
  for (const verb of ['train', 'recipes', 'export', 'import', 'data', 'eval', 'setup', 'doctor'])
    expect([verb, alix(verb, '--help')]).toEqual([verb, expect.objectContaining({ code: 0, stderr: '' })]);
});

test('it encodes, with the codes that the layer gives by hand, and reconstructs', () => {
  expect(alix('encode', 'model', 'in', '-o', 'codes.npy')).toMatchObject({ code: 0, stdout: '' });
  const { data, shape } = decodeNpy(readFileSync(join(home, 'codes.npy')), 'codes.npy');
  expect(shape).toEqual([2, tiny.latent]);
  const wanted = [0, 1].flatMap((i) => encodeByHand(tiny, pixelsOf(i)).mean);
  for (const [i, value] of wanted.entries()) expect(data[i]).toBeCloseTo(value, 4);
  expect(alix('reconstruct', 'model', 'in', '-o', 'out').code).toBe(0);
  expect(readdirSync(join(home, 'out')).sort()).toEqual(['1.png', '2.png', 'reconstruct.json']);
});

test('a shipped model is there: it draws', () => {
  expect(alix('sample', 'strokes-dali', '-n', '4', '-o', 'grid.png').code).toBe(0);
  expect(decodePng(readFileSync(join(home, 'grid.png')), 'grid.png').channels).toBe(1);
});

test.each(['bash', 'zsh', 'fish'])('it completes in %s', (shell) => {
  const { code, stdout } = alix('completion', shell);
  expect(code).toBe(0);
  for (const word of ['reconstruct', 'strokes-dali']) expect(stdout).toContain(word);
});

test.each([
  ['@alix/train', ['train', 'dali']],
  ['@alix/train', ['recipes']],
  ['@alix/train', ['setup']],
  ['@alix/train', ['data']],
  ['@alix/train', ['data', 'info', 'in']],
  ['@alix/train', ['data', 'download', 'mnist']],
  ['@alix/export', ['export', 'run', '-o', 'exported']],
  ['@alix/export', ['import', 'manifest.json', '-o', 'exported']],
  ['@alix/eval', ['eval', 'model', '--data', 'in', '-o', 'report']],
  ['@alix/eval', ['eval', 'compare', 'a', 'b', '-o', 'report']],
])('what needs %s says how to install it: alix %j', (name, args) => {
  const { code, stdout, stderr } = alix(...args);
  expect([code, stdout, stderr]).toEqual([
    1,
    '',
    `alix: this verb needs the package ${name}, which is not installed; run \`npm install -g ${name}\`\n`,
  ]);
});
