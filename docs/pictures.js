/**
 * The pictures of README.md, by the commands that stand there, on strokes, alix's own data: `npm run pictures`, after a build.
 * The same commands give the same pictures, so a change in `git diff` is a change of what users get.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const readme = readFileSync(at('../README.md'), 'utf8');
const names = [...readme.matchAll(/\(docs\/pictures\/([\w-]+)\.png\)/g)].map(([, name]) => name);
const commands = [...readme.matchAll(/^npx (alix (?:data make|encode) .*|alix .* -o out\/([\w-]+)\.png)$/gm)];
const made = commands.filter(([, , name]) => name === undefined || names.includes(name));

const folder = mkdtempSync(join(tmpdir(), 'alix-pictures-'));
try {
  for (const [, command] of made)
    execFileSync(process.execPath, [at('../cli/bin/alix.js'), ...command.split(' ').slice(1)], { cwd: folder });
  for (const name of names) copyFileSync(join(folder, 'out', `${name}.png`), at(`pictures/${name}.png`));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
