/** How a missing package is installed: beside alix, wherever that is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installCommand } from '../../cli/dist/install-command.js';
import { temporaryFolder } from '../fixtures/folder.js';

const folder = temporaryFolder();

/** The folder of alix under `prefix`, as npm makes it. */
function installedUnder(prefix: string): string {
  const alix = join(folder, prefix, 'node_modules', 'alix');
  mkdirSync(alix, { recursive: true });
  writeFileSync(join(alix, 'package.json'), '{}');
  return alix;
}

test('an alix of `npm install -g` needs -g for the rest too', () => {
  expect(installCommand('@alix/train', installedUnder('lib'))).toBe('npm install -g @alix/train');
});

test('one in a project does not, nor does a checkout', () => {
  const alix = installedUnder('project');
  writeFileSync(join(folder, 'project', 'package.json'), '{}');
  expect(installCommand('@alix/train', alix)).toBe('npm install @alix/train');
  expect(installCommand('@alix/train', join(folder, 'checkout', 'cli'))).toBe('npm install @alix/train');
  expect(installCommand('@alix/train')).toBe('npm install @alix/train');
});
