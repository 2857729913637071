/** What `npm pack` puts into each package: the kinds of files that it needs, all of them, nothing else, and no more bytes than that. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../fixtures/installed.js';

interface Packed {
  readonly name: string;
  /** Bytes of the archive, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

/** By the package's folder: what it has beside compiled code and the files of all, and how many kilobytes it may be, packed and unpacked. */
const expected: Record<
  string,
  { readonly besides: readonly string[]; readonly packed: number; readonly whole: number }
> = {
  infer: { besides: ['THIRD-PARTY.md', 'examples/encode-folder.mjs', 'examples/page.html'], packed: 350, whole: 1100 },
  train: { besides: [], packed: 450, whole: 1500 },
  export: { besides: [], packed: 120, whole: 400 },
  eval: { besides: [], packed: 300, whole: 1000 },
  cli: { besides: ['bin/alix.js', ...models()], packed: 12_500, whole: 14_500 },
};

/** The files that shipped models consist of: what git has, so that nothing that lies about there is published. */
function models(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', 'models'], { cwd: join(repository, 'cli'), encoding: 'utf8' });
  return listed.split('\0').filter(Boolean);
}

const folders = Object.keys(expected);
const packs = new Map(
  (JSON.parse(npmPack()) as Packed[]).map((packed) => [
    folders.find((folder) => nameOf(folder) === packed.name),
    packed,
  ]),
);

function npmPack(): string {
  const workspaces = folders.flatMap((folder) => ['-w', folder]);
  return execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', ...workspaces], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function nameOf(folder: string): string {
  return (JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as { name: string }).name;
}

const sorted = (paths: Iterable<string>) => [...paths].sort();

/** Each source of a package, as the two files that it is compiled to. */
function compiled(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /(?<!\.d)\.ts$/.test(path) && !/^(dist|node_modules)\//.test(path))
    .flatMap((path) => ['.js', '.d.ts'].map((ending) => `dist/${path.slice(0, -3)}${ending}`));
}

test('the five packages are packed', () => {
  expect(sorted([...packs.values()].map(({ name }) => name))).toEqual([
    '@alix/eval',
    '@alix/export',
    '@alix/infer',
    '@alix/train',
    'alix',
  ]);
});

test.each(folders)('%s has all that its sources are compiled to, its own files, and nothing else', (folder) => {
  const found = packs.get(folder)!.files.map(({ path }) => path);
  // infer/page.js packs these for pages without a bundler
  const pages =
    folder === 'infer' ? ['alix', 'worker-wasm', 'worker-webgpu'].map((name) => `dist/page/${name}.js`) : [];
  const common = ['LICENSE', 'README.md', 'package.json'];
  const wanted = [...common, ...expected[folder]!.besides, ...compiled(folder), ...pages];
  const message =
    'surplus: left in dist by sources that are gone, remove that dist and build again; missing: not built';
  const surplus = found.filter((path) => !wanted.includes(path));
  const missing = wanted.filter((path) => !found.includes(path));
  expect({ surplus, missing }, message).toEqual({ surplus: [], missing: [] });
});

test.each(folders)('%s is no larger than it should be', (folder) => {
  const { size, unpackedSize } = packs.get(folder)!;
  const { packed, whole } = expected[folder]!;
  expect(size).toBeLessThan(packed * 1000);
  expect(unpackedSize).toBeLessThan(whole * 1000);
});

test.each(folders)(
  '%s refers to no map that is not in it, and names no folder of the machine that built it',
  (folder) => {
    const texts = packs.get(folder)!.files.filter(({ path }) => /\.(js|mjs|json|md|html)$/.test(path));
    const bad = texts.filter(({ path }) => {
      const text = readFileSync(join(repository, folder, path), 'utf8');
      return /\/\/# sourceMappingURL=/.test(text) || text.includes(repository);
    });
    expect(bad.map(({ path }) => path)).toEqual([]);
  },
);

test('the command can be run, each shipped model is whole and says what it is', () => {
  const { files } = packs.get('cli')!;
  expect(files.find(({ path }) => path === 'bin/alix.js')!.mode & 0o111).toBe(0o111);
  const shipped = new Set(models().map((path) => path.split('/')[1]!));
  expect(shipped.size).toBeGreaterThan(0);
  for (const name of shipped) {
    const folder = join(repository, 'cli', 'models', name);
    const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
      files: Record<string, { bytes: number }>;
    };
    for (const [file, { bytes }] of Object.entries(model.files))
      expect(files).toContainEqual(expect.objectContaining({ path: `models/${name}/${file}`, size: bytes }));
    expect(files.map(({ path }) => path)).toContain(`models/${name}/README.md`);
  }
});
