import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ORT_VERSION, ortFiles } from '@alix/infer/web/assets';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

const folder = temporaryFolder();
const infer = createRequire(createRequire(import.meta.url).resolve('@alix/infer/package.json'));

test('the files that are known exactly are those of the version that package.json pins', () => {
  expect(infer('./package.json').dependencies['onnxruntime-web']).toBe(ORT_VERSION);
  for (const { name, bytes, sha256 } of ortFiles) {
    const content = readFileSync(infer.resolve(`onnxruntime-web/${name}`));
    expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([name, bytes, sha256]);
  }
});

test('alix web assets copies a set that a page can load, beside what is there, and prints the headers', async () => {
  mkdirSync(join(folder, 'public'));
  writeFileSync(join(folder, 'public', 'index.html'), 'mine');
  writeFileSync(join(folder, 'public', 'alix.js'), 'old');
  const { code, stdout, stderr } = await alix(['web', 'assets', 'public'], folder);
  expect(stderr).toMatch(/Cross-Origin-Opener-Policy: same-origin\n +Cross-Origin-Embedder-Policy: require-corp/);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^onnxruntime-web\/ort-wasm-simd-threaded\.wasm +14,240 KB$/m);
  expect(readdirSync(join(folder, 'public')).sort()).toEqual([
    'THIRD-PARTY.md',
    'alix.js',
    'index.html',
    'onnxruntime-web',
    'worker-wasm.js',
    'worker-webgpu.js',
  ]);
  expect(readFileSync(join(folder, 'public', 'index.html'), 'utf8')).toBe('mine');
  // every file that the script names is there
  const script = readFileSync(join(folder, 'public', 'alix.js'), 'utf8');
  const named = [...script.matchAll(/new URL\("([^"]+)",import\.meta\.url\)/g)].map(([, path]) => path!);
  expect(named).toHaveLength(5);
  for (const path of named) expect(readFileSync(join(folder, 'public', path)).length).toBeGreaterThan(10_000);
});

test('for scripts it is one object', async () => {
  const { stdout } = await inside(['web', 'assets', 'json', '--json'], folder);
  const { files, headers } = JSON.parse(stdout);
  expect(files.map(({ file }: { file: string }) => file).at(-1)).toBe('alix.js');
  expect(headers).toMatchObject({ 'Cross-Origin-Embedder-Policy': 'require-corp' });
});

test('a folder that cannot be is an error of one line', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await inside(['web', 'assets', 'file'], folder);
  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
