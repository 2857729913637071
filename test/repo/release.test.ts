/** Versions: all files that name one agree, and `npm run release:versions` takes them together to the next. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
type Fields = Partial<Record<'dependencies' | 'peerDependencies', Record<string, string>>>;
type Manifest = Fields & { readonly name: string; readonly version: string; readonly workspaces: string[] };
type Lock = { readonly version: string; readonly packages: Record<string, Fields & { readonly version: string }> };

const json = <T>(...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8')) as T;
const folders = ['', ...json<Manifest>(root, 'package.json').workspaces];
const files = [
  'CITATION.cff',
  'CHANGELOG.md',
  'package-lock.json',
  ...folders.map((each) => join(each, 'package.json')),
];

/** Every version of alix that the tree at `home` names, by where it stands. */
function versionsIn(home: string): Record<string, string | undefined> {
  const lock = json<Lock>(home, 'package-lock.json');
  const text = (file: string) => readFileSync(join(home, file), 'utf8');
  const found: [string, string | undefined][] = [
    ['CITATION.cff', /^version: (.*)$/m.exec(text('CITATION.cff'))?.[1]],
    ['CHANGELOG.md', /^## (\S+)/m.exec(text('CHANGELOG.md'))?.[1]],
    ['package-lock.json', lock.version],
  ];
  for (const folder of folders) {
    const manifest = json<Manifest>(home, folder, 'package.json');
    for (const [where, entry] of [
      [`${folder}/package.json`, manifest],
      [`${folder} in package-lock.json`, lock.packages[folder]!],
    ] as const) {
      found.push([where, entry.version]);
      for (const [name, wanted] of Object.entries({ ...entry.dependencies, ...entry.peerDependencies }))
        if (/^(@alix\/|alix$)/.test(name)) found.push([`${where}: ${name}`, wanted]);
    }
  }
  return Object.fromEntries(found);
}

const all = (home: string) => [...new Set(Object.values(versionsIn(home)))];

test('packages, what they ask of each other, the lock, the changelog and the citation name one version', () => {
  const versions = versionsIn(root);
  // the four of alix, two of export, one of train and of eval, five of the tests; each in the lock too
  expect(Object.keys(versions).filter((where) => where.includes(': '))).toHaveLength(2 * (4 + 2 + 1 + 1 + 5));
  expect(all(root)).toEqual([json<Manifest>(root, 'package.json').version]);
});

/** A tree of what has a version, with notes of changes, in git. */
function tree(notes: Record<string, string>): string {
  const home = join(temporaryFolder(), 'tree');
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    cpSync(join(root, file), join(home, file));
  }
  cpSync(join(root, '.changeset'), join(home, '.changeset'), {
    recursive: true,
    filter: (path) => !path.endsWith('.md'),
  });
  for (const [name, text] of Object.entries(notes)) writeFileSync(join(home, '.changeset', `${name}.md`), text);
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'junction');
  writeFileSync(join(home, '.gitignore'), 'node_modules\n');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: home, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'all');
  return home;
}

const release = (home: string) =>
  spawnSync(process.execPath, ['.changeset/version.js'], { cwd: home, encoding: 'utf8' });
const note = (name: string, kind: string, line: string) => `---\n'${name}': ${kind}\n---\n\n${line}\n`;

test('a new thing in one package and a repair in another are the next minor version of all', () => {
  const home = tree({
    one: note('@alix/train', 'minor', 'Trains on sounds.'),
    two: note('alix', 'patch', 'A typing error is gone.'),
  });
  const [before] = all(home);
  const next = before!.replace(/\.(\d+)\.\d+$/, (_, minor) => `.${Number(minor) + 1}.0`);
  const { status, stdout, stderr } = release(home);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`${next}: see \`git diff\`, then go on as CONTRIBUTING.md says\n`);
  expect(all(home)).toEqual([next]);
  expect(existsSync(join(home, '.changeset', 'one.md'))).toBe(false);
  const changelog = readFileSync(join(home, 'CHANGELOG.md'), 'utf8');
  const section = changelog.slice(changelog.indexOf('## '), changelog.indexOf(`## ${before}`));
  expect(section.replace(/\(.*\)/, '(date)')).toBe(
    `## ${next} (date)\n\n### New\n\n- @alix/train: Trains on sounds.\n\n### Repaired\n\n- alix: A typing error is gone.\n\n`,
  );
  // nothing else is touched: each package.json differs in versions alone, its order and its line's end kept
  for (const folder of folders)
    expect(readFileSync(join(home, folder, 'package.json'), 'utf8').replaceAll(next, before!)).toBe(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
  const others = (where: string) =>
    Object.entries(json<Lock>(where, 'package-lock.json').packages).filter(([path]) => !folders.includes(path));
  expect(others(home)).toEqual(others(root));
});

test('without a note nothing is changed, nor where something is not committed', () => {
  const home = tree({});
  expect(release(home)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^release:versions: no change is noted/),
  });
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: home, encoding: 'utf8' })).toBe('');
  writeFileSync(join(home, 'new'), '');
  expect(release(home)).toMatchObject({ status: 1, stderr: expect.stringContaining('not committed') });
});

test('whoever installs what is released asks no registry by name, and no other generator of changelogs', () => {
  expect(json(root, '.changeset', 'config.json')).toMatchObject({
    changelog: false,
    commit: false,
    access: 'public',
    fixed: [['alix', '@alix/*', 'alix-docs']],
  });
});
