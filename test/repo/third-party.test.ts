/** Whatever of others is inside files that are passed on is named with its version and its licence; and how to cite. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ortFiles } from '@alix/infer/web/assets';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const notices = text('infer/THIRD-PARTY.md');
/** Without line ends and marks of quotations. */
const plain = (words: string) => words.replace(/^> ?/gm, '').replace(/\s+/g, ' ');

/** A file of a package that @alix/infer sees, which need not export it. */
function fileOf(name: string, file: string): string {
  const folders = createRequire(join(root, 'infer/package.json')).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name, file)).find((path) => existsSync(path)) ?? file;
}

/** The packages of which the page's scripts hold code, as infer/page.js packs them. */
async function packed(): Promise<Map<string, string[]>> {
  const entries = ['web.js', 'web/worker-wasm.js', 'web/worker-webgpu.js'];
  const { metafile } = await build({
    entryPoints: entries.map((file) => join(root, 'infer/dist', file)),
    outdir: join(root, 'infer/dist/page'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const found = new Map<string, string[]>();
  for (const [output, { inputs }] of Object.entries(metafile.outputs))
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
      if (name && !name.startsWith('@alix/') && bytesInOutput > 0)
        found.set(name, [...(found.get(name) ?? []), output.split('/').at(-1)!.replace('web.js', 'alix.js')]);
    }
  return found;
}

test("every package in the page's scripts is in THIRD-PARTY.md, with its version, its file and its licence", async () => {
  const found = await packed();
  expect([...found.keys()].sort()).toEqual(['onnxruntime-web', 'pure-rand']);
  for (const [name, files] of found) {
    const row = notices.split('\n').find((line) => line.startsWith(`| ${name} `));
    const { version, license } = JSON.parse(readFileSync(fileOf(name, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    expect(row).toContain(`${name} ${version}`);
    expect(row).toContain(`| ${license}, Copyright (c) `);
    for (const file of new Set(files)) expect(row).toContain(`\`${file}\``);
  }
});

test('so is each file of ONNX Runtime that alix web assets copies', () => {
  const row = notices.split('\n').find((line) => line.startsWith('| onnxruntime-web '));
  for (const { name } of ortFiles) expect(row).toContain(name);
});

test('the licence stands there whole, with the holders that it names', () => {
  const licence = readFileSync(fileOf('pure-rand', 'LICENSE'), 'utf8');
  const [holder = ''] = /^Copyright .*$/m.exec(licence) ?? [];
  expect(plain(notices)).toContain(holder);
  expect(plain(notices)).toContain(plain(licence.slice(licence.indexOf('Permission is hereby'))).trim());
  // the line that onnxruntime-web has at the head of its scripts names the same
  expect(notices).toContain('Copyright (c) 2018 - present Microsoft Corporation');
});

test('the file is published with the runtime', () => {
  expect((JSON.parse(text('infer/package.json')) as { files: string[] }).files).toContain('THIRD-PARTY.md');
});

test('CITATION.cff names this version, its licence and the papers of all systems', () => {
  const citation = text('CITATION.cff');
  const { version, license } = JSON.parse(text('package.json')) as Record<string, string>;
  for (const key of ['cff-version: 1.2.0', 'message: ', 'title: alix', `version: ${version}`, `license: ${license}`])
    expect(citation).toContain(`\n${key}`.slice(key.startsWith('cff') ? 1 : 0));
  expect(citation).toMatch(/^authors:\n {2}- name: "The alix authors"$/m);
  const systems = [...citation.matchAll(/^ {4}notes: "([\w-]+)/gm)].map(([, system]) => system);
  expect(systems).toEqual(['ALI', 'BiGAN', 'ALICE', 'AS-VAE', 'DALI', 'GALI']);
  // an indent of tabs, or an odd one, is no YAML
  expect(citation.split('\n').filter((line) => /\t|^(?: {2})* \S/.test(line))).toEqual([]);
});
