/**
 * `npm run release:versions`: from the notes in .changeset to the next version, of all packages alike. changesets reads the notes, chooses the
 * version and writes it into the packages and what they ask of each other; here are CHANGELOG.md, the workspace's own version, CITATION.cff
 * and package-lock.json. Nothing is fetched, committed or published.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changelogWith } from './changelog.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => join(root, path);
const text = (path) => readFileSync(at(path), 'utf8');
const json = (path) => JSON.parse(text(path));
const write = (path, value) => writeFileSync(at(path), `${JSON.stringify(value, null, 2)}\n`);
const changesets = (...args) => {
  const bin = createRequire(import.meta.url).resolve('@changesets/cli/bin.js');
  execFileSync(process.execPath, [bin, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
};

function fail(line) {
  console.error(`release:versions: ${line}`);
  process.exit(1);
}

if (existsSync(at('.git')) && execFileSync('git', ['status', '--porcelain'], { cwd: root }).length > 0)
  fail('there are changes that are not committed; commit them first, so that `git checkout .` can undo this');

if (!readdirSync(at('.changeset')).some((name) => name.endsWith('.md')))
  fail('no change is noted in .changeset; `npm run change` notes one');

// To changesets any change of a peer is a major one. alix and its peers have one version: they ask for it exactly, and that says nothing of the change.
const { peerDependencies, ...cli } = json('cli/package.json');
write('cli/package.json', cli);
const folder = mkdtempSync(join(tmpdir(), 'alix-release-'));
let plan;
try {
  const file = join(folder, 'plan.json');
  changesets('status', '--output', file);
  plan = JSON.parse(readFileSync(file, 'utf8'));
  changesets('version');
} finally {
  rmSync(folder, { recursive: true, force: true });
  const now = json('cli/package.json');
  const peers = Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, now.version]));
  // where it was, for the order of keys is kept
  const entries = Object.entries(now).flatMap(([key, value]) =>
    key === 'peerDependenciesMeta'
      ? [
          ['peerDependencies', peers],
          [key, value],
        ]
      : [[key, value]],
  );
  write('cli/package.json', Object.fromEntries(entries));
}
const versions = new Set(plan.releases.map(({ newVersion }) => newVersion));
const [version] = versions;
if (versions.size !== 1) fail(`the packages would get several versions: ${[...versions].join(', ')}`);

write('package.json', { ...json('package.json'), version });
writeFileSync(at('CITATION.cff'), text('CITATION.cff').replace(/^version: .*$/m, `version: ${version}`));
const date = new Date().toISOString().slice(0, 10);
writeFileSync(at('CHANGELOG.md'), changelogWith(text('CHANGELOG.md'), version, date, plan.changesets));

const lock = json('package-lock.json');
lock.version = version;
for (const folder of ['', ...json('package.json').workspaces]) {
  const manifest = json(join(folder, 'package.json'));
  const entry = lock.packages[folder];
  for (const key of ['version', 'dependencies', 'peerDependencies']) if (manifest[key]) entry[key] = manifest[key];
}
write('package-lock.json', lock);
console.log(`${version}: see \`git diff\`, then go on as CONTRIBUTING.md says`);
