/** The packed command line and runtime, installed into an empty folder, without anything of training. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '@alix/infer/io/npy';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { pixelsOf, writeImages } from '../fixtures/images.js';
import { encodeByHand, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const root = temporaryFolder();
const home = join(root, 'empty');
const installed = (...path: string[]) => join(home, 'node_modules', ...path);

beforeAll(() => {
  const npm = (args: string[], cwd: string) => execFileSync('npm', args, { cwd, stdio: 'pipe' });
  npm(['pack', '-w', 'alix', '-w', '@alix/infer', '--pack-destination', root], repository);
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  const archives = readdirSync(root).filter((name) => name.endsWith('.tgz'));
  expect(archives).toHaveLength(2);
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  npm(['install', ...quiet, ...archives.map((name) => `../${name}`)], home);
  writeTinyBundle(join(home, 'model'));
  writeImages(join(home, 'in'), ['1.png', '2.png']);
});

/** The command as npm linked it. */
function alix(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(installed('.bin', 'alix'), args, { cwd: home, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

test('the packages hold what they need and no source, and bring none of the optional ones', () => {
  for (const name of ['alix', '@alix/infer']) {
    const files = (readdirSync(installed(name), { recursive: true }) as string[]).filter(
      (file) => !file.startsWith('node_modules'),
    );
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(files.filter((file) => /(?<!\.d)\.ts$|\.map$|tsbuildinfo/.test(file))).toEqual([]);
  }
  expect(readdirSync(installed('@alix'))).toEqual(['infer']);
  expect(existsSync(installed('@tensorflow'))).toBe(false);
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
