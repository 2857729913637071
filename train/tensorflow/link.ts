/** Where the native addon of @tensorflow/tfjs-node-gpu belongs, and the link that puts it there. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { AlixError, isSystemError } from '@alix/infer/io/errors';

/** The package's folder as Node resolves it from @alix/train. Throws AlixError 'no-tensorflow' if it is not installed. */
export function tfjsNodeFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  } catch (cause) {
    throw new AlixError('no-tensorflow', '@tensorflow/tfjs-node-gpu is not installed', { remedy: 'run npm ci', cause });
  }
}

/** Node-API 8 is the highest that the package lists, and every Node since 20 has it, so the package looks only here. */
export function addonLink(packageFolder: string): string {
  return join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node');
}

/** What is at the addon's place: nothing, a file (an official install), or a link and the absolute path it names. */
export async function readAddonLink(
  packageFolder: string,
): Promise<{ kind: 'nothing' } | { kind: 'file' } | { kind: 'link'; target: string }> {
  const path = addonLink(packageFolder);
  const stat = await lstat(path).catch(() => undefined);
  if (!stat) return { kind: 'nothing' };
  if (!stat.isSymbolicLink()) return { kind: 'file' };
  return { kind: 'link', target: resolve(dirname(path), await readlink(path)) };
}

/** Points the package at `addon`, replacing what was there in one step. Throws AlixError 'cannot-link'. */
export async function linkAddon(packageFolder: string, addon: string): Promise<void> {
  const path = addonLink(packageFolder);
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await symlink(addon, temporary);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new AlixError('cannot-link', 'cannot put the addon there', {
      where: dirname(path),
      ...(isSystemError(cause) && cause.code ? { found: cause.code } : {}),
      remedy: 'make node_modules writable for this user, then run `alix setup`',
      cause,
    });
  }
}
