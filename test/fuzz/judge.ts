/** What a reading may do: give a value that makes sense, or throw an AlixError of one line that names the file. Nothing else. */
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { Unsound } from './format.js';
import type { Tree } from './tree.js';

/** Longer lines are those that print a file's content. */
const MAX_LINE = 4000;
const SECRET = 'kept outside of the folder that is read';

/** What is wrong with an error, in words; undefined where it is as it should be. */
export function problemOf(error: unknown, folder: string, tree: Tree): string | undefined {
  if (error instanceof Unsound) return `not sound: ${error.message}`;
  if (!(error instanceof AlixError)) {
    const { name, message, stack } =
      error instanceof Error ? error : { name: typeof error, message: String(error), stack: '' };
    const at = stack?.split('\n').find((line) => line.includes('/dist/') && !line.includes('/test/dist/')) ?? '';
    return `${name}: ${message.slice(0, 300)} ${at.trim()}`;
  }
  const { message } = error;
  if (/\p{Cc}/u.test(message))
    return `more than one line, or control characters: ${JSON.stringify(message.slice(0, 300))}`;
  if (message.length > MAX_LINE) return `a line of ${message.length} characters: ${message.slice(0, 300)}`;
  const names = [...tree.keys()].map((path) => basename(path).replace(/\p{Cc}/gu, '\ufffd'));
  // of a setting its name is told, and there is one file of them
  if (['bad-config', 'bad-architecture', 'mismatch'].includes(error.code)) return undefined;
  if (!message.includes(folder) && !names.some((name) => message.includes(name)))
    return `names no file: ${message.slice(0, 300)}`;
  return undefined;
}

/** Lies beside the folder that is read, and is never read nor written. */
export function writeSecret(folder: string): string {
  const path = join(dirname(folder), 'secret.png');
  writeFileSync(path, SECRET);
  return path;
}

/** What is in the folder around the one that is read, which nobody should have touched. @param allowed names */
export function escapeOf(folder: string, allowed: readonly string[]): string | undefined {
  const around = dirname(folder);
  const strange = readdirSync(around).filter((name) => !allowed.includes(name));
  // the next input begins anew
  for (const name of strange) rmSync(join(around, name), { recursive: true, force: true });
  if (strange.length > 0) return `files outside the folder: ${strange.join(', ')}`;
  if (!existsSync(join(around, 'secret.png')) || readFileSync(join(around, 'secret.png'), 'utf8') !== SECRET)
    return 'a file outside the folder has changed';
  return undefined;
}

/** Paths below a folder whose content is from outside of it, as a link would bring it. */
export function foreignIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).filter((path) => {
    // a name whose bytes are not UTF-8 leads nowhere
    const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
    return (
      found?.isSymbolicLink() ||
      (found?.isFile() && found.size === SECRET.length && readFileSync(join(folder, path), 'utf8') === SECRET)
    );
  });
}

/** Keys that JSON has put on all objects. */
export function pollution(): string | undefined {
  const strange = [...Object.keys(Object.prototype), ...Object.keys(Array.prototype)];
  for (const key of strange) delete (Object.prototype as Record<string, unknown>)[key];
  return strange.length > 0 ? `all objects have got: ${strange.join(', ')}` : undefined;
}
