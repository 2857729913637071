/** The command that installs a missing package where this alix finds it: beside it, in a project or for all of a user's folders. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));

/**
 * True for what `npm install -g` has installed: no project, which has a package.json, is around its node_modules.
 *
 * @param folder of the package alix
 */
export function isGlobal(folder: string): boolean {
  const modules = dirname(join(folder));
  return basename(modules) === 'node_modules' && !existsSync(join(dirname(modules), 'package.json'));
}

/** `npm install @alix/train`, with -g for an alix that was installed so. */
export const installCommand = (name: string, folder = here): string =>
  `npm install ${isGlobal(folder) ? '-g ' : ''}${name}`;
