/** The packages as npm would publish them: each name they promise is there after a build. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path, or one for each condition, which may hold conditions itself. */
type Target = string | { readonly [condition: string]: Target };

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly private?: boolean;
  readonly type: string;
  readonly engines?: { readonly node: string };
  readonly workspaces?: readonly string[];
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Target>>;
  readonly sideEffects?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
const workspace = manifest('.');
const packages = (workspace.workspaces ?? []).map((folder) => ({ folder, ...manifest(folder) }));
const published = packages.filter((each) => !each.private);

/** True if something lies under a path, whose last part may hold one star. */
function present(folder: string, path: string): boolean {
  const [before = '', after = ''] = path.replace('**/', '').split('*');
  if (!path.includes('*')) return existsSync(join(root, folder, path));
  const end = before.lastIndexOf('/') + 1;
  const parent = join(root, folder, before.slice(0, end));
  const begin = before.slice(end);
  return existsSync(parent) && readdirSync(parent).some((name) => name.startsWith(begin) && name.endsWith(after));
}

test('present() itself tells what is there from what is not', () => {
  expect(present('infer', 'package.json')).toBe(true);
  expect(present('infer', 'dist/io/*.js')).toBe(true);
  expect(present('infer', 'dist/io/*.no-such-ending')).toBe(false);
  expect(present('infer', 'dist/io/no-such-beginning*.js')).toBe(false);
  expect(present('infer', 'no-such-folder/**/*.js')).toBe(false);
});

test('all packages have one version, and ask for each other by it', () => {
  const names = new Set(packages.map(({ name }) => name));
  for (const { name, version, dependencies, peerDependencies } of packages) {
    if (name !== '@alix/test') expect([name, version]).toEqual([name, workspace.version]);
    for (const [other, wanted] of Object.entries({ ...dependencies, ...peerDependencies }))
      if (names.has(other)) expect([name, other, wanted]).toEqual([name, other, workspace.version]);
  }
});

/** TypeDoc cannot read TypeScript 7, by which alix is compiled. */
const APART = new Set(['alix-docs typescript']);

test('versions of dependencies are exact, and the same in all packages', () => {
  const seen = new Map<string, string>();
  for (const { name, dependencies, optionalDependencies, devDependencies } of [workspace, ...packages])
    for (const [other, wanted] of Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })) {
      expect([name, other, wanted]).toEqual([name, other, expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/)]);
      if (APART.has(`${name} ${other}`)) continue;
      expect([name, other, wanted]).toEqual([name, other, seen.get(other) ?? wanted]);
      seen.set(other, wanted);
    }
});

/** All paths of a target. */
const pathsOf = (target: Target): string[] =>
  typeof target === 'string' ? [target] : Object.values(target).flatMap(pathsOf);

test.each(published)('$name has what its package.json names', ({ folder, exports = {}, bin = {}, ...rest }) => {
  const { files = [], sideEffects = [] } = rest;
  expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE']));
  for (const path of [...files, ...sideEffects, ...pathsOf(exports), ...pathsOf(bin)])
    expect([folder, path, present(folder, path)]).toEqual([folder, path, true]);
});

test.each(published)('$name is ESM under Apache-2.0, with the whole licence, for Node 20.19 and newer', (each) => {
  expect(each).toMatchObject({ type: 'module', license: 'Apache-2.0', engines: { node: '>=20.19' } });
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  expect(readFileSync(join(root, each.folder, 'LICENSE'), 'utf8')).toBe(licence);
  expect(licence).toContain('Copyright 2026 The alix authors');
  expect(licence.match(/^ {3}[1-9]\. /gm)).toHaveLength(9);
  expect(licence).toContain('END OF TERMS AND CONDITIONS');
});
