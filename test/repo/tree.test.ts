/** What must not be in the tree: this or that machine, a registry, and files that have grown too long. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAX_LINES = 320;

/** Files of source or prose; weights and fixtures are not read. */
const isText = (path: string) =>
  /\.(ts|js|mjs|py|json|md|html|css|yml|yaml|sh)$/.test(path) || !/\.\w+$/.test(path.split('/').at(-1) ?? '');
const isCode = (path: string) => /\.(ts|js|mjs|py|sh|css)$/.test(path) || path === '.ci/run';

/** Names of hosts that packages come from. */
const registries =
  /\b(registry\.[\w.-]+|[\w.-]*npmjs\.\w+|npm\.pkg\.[\w.]+|pypi\.\w+|[\w.-]*pythonhosted\.\w+|[\w-]*mirrors?\.[\w.-]+\.\w+)/i;
/** Folders that belong to a machine or a person. */
const machines = /(?<![\w.~-])\/(?:work|root|tmp|mnt|opt|home|Users)\/\w/;

function tracked(): string[] {
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return list.split('\0').filter((path) => path && existsSync(join(root, path)));
}

/** "path:line: text" of each line that matches. */
function lines(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .flatMap((text, i) => (pattern.test(text) ? [`${path}:${i + 1}: ${text.trim().slice(0, 120)}`] : [])),
  );
}

describe.skipIf(!existsSync(join(root, '.git')))('the tracked files', () => {
  const self = 'test/repo/tree.test.ts';
  const files = tracked().filter((path) => isText(path) && path !== self);

  test('name no registry', () => {
    expect(lines(files, registries)).toEqual([]);
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string; link?: boolean }>;
    };
    const resolved = Object.entries(lock.packages).filter(([, { resolved }]) => resolved && /^\w+:/.test(resolved));
    expect(resolved).toEqual([]);
  });

  test('name no folder of one machine', () => {
    expect(lines(files, machines)).toEqual([]);
  });

  test(`are no longer than ${MAX_LINES} lines, where they are code`, () => {
    const long = files
      .filter(isCode)
      .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });

  test('the patterns find what they are for', () => {
    const host = ['registry', 'npmjs', 'org'].join('.');
    expect(registries.test(`https://${host}/zod`)).toBe(true);
    expect(registries.test('the registry of packages. It is')).toBe(false);
    expect(machines.test(`'${['', 'home', 'anna', 'x'].join('/')}'`)).toBe(true);
    expect(machines.test('a/tmp/b and ./work/x')).toBe(false);
  });
});
