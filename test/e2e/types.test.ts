/** The declarations of the packed runtime, as the compilers of its users read them: test/types, compiled in an empty project. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { pack, repository } from '../fixtures/installed.js';

const home = join(temporaryFolder(), 'empty');
const modules = join(repository, 'node_modules');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

beforeAll(() => {
  mkdirSync(join(home, 'node_modules', '@alix', 'infer'), { recursive: true });
  const [archive = ''] = pack(join(home, 'archives'), ['@alix/infer']);
  const into = join(home, 'node_modules', '@alix', 'infer');
  execFileSync('tar', ['-xf', archive, '-C', into, '--strip-components=1']);
  // what npm would install beside it, and Node's types, which only a project for Node has
  for (const name of ['onnxruntime-common', 'onnxruntime-node', 'onnxruntime-web', 'pngjs', 'pure-rand', 'sharp'])
    symlinkSync(join(modules, name), join(home, 'node_modules', name));
  mkdirSync(join(home, 'types'));
  symlinkSync(join(modules, '@types', 'node'), join(home, 'types', 'node'));
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  cpSync(join(repository, 'test', 'types'), home, { recursive: true });
});

/** What the compiler says of one file, with settings beside those that are common. */
function compile(file: string, options: Readonly<Record<string, unknown>>): string {
  const compilerOptions = {
    target: 'ES2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    typeRoots: [join(home, 'types')],
    ...options,
  };
  const project = join(home, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [file] }));
  return spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' }).stdout;
}

const node = { types: ['node'], lib: ['ES2023'] };
const page = { types: [], lib: ['ES2023', 'DOM', 'DOM.Iterable'] };
const bundler = { module: 'ESNext', moduleResolution: 'bundler' };

test.each([
  ['node.ts', 'node16', { ...node, module: 'node16', moduleResolution: 'node16' }],
  ['node.ts', 'nodenext', { ...node, module: 'nodenext' }],
  ['node.ts', 'a bundler for Node', { ...node, ...bundler, customConditions: ['node'] }],
  ['page.ts', 'a bundler', { ...page, ...bundler }],
  ['page.ts', "a bundler, with the browser's condition", { ...page, ...bundler, customConditions: ['browser'] }],
])('%s compiles under %s', (file, _, options) => {
  expect(compile(file, options)).toBe('');
});

test('what is expected to fail is all that fails', () => {
  const files = readdirSync(join(repository, 'test', 'types'));
  expect(files.sort()).toEqual(['node.ts', 'page.ts']);
  // pages' names are unknown to Node's types, and the reverse
  expect(compile('page.ts', { ...node, module: 'nodenext' })).toMatch(/page\.ts.*has no exported member '?toPixels/);
  expect(compile('node.ts', { ...page, ...bundler })).toMatch(/node\.ts.*has no exported member named 'openBundle'/);
});
