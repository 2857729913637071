/** Which files an input names: files, folders, globs. Nothing is opened here. Node only. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { AlixError } from './errors.js';
import { describeSystemError, describing } from './files.js';
import { turns } from './turn.js';

/** A file to read images from. */
export interface ImageEntry {
  /** As the user would write it: the input, or the input's folder with the rest of the path. */
  readonly path: string;
  /** Path below the input's folder (or below a glob's fixed part), with '/'; a file's own name if it was named itself. */
  readonly name: string;
}

/** Files of these kinds are taken from folders; a file that is named itself may be called anything. */
const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.gif', '.tif', '.tiff', '.avif']);

/**
 * The files that `inputs` name, each once, sorted by name (by code unit). Folders are searched to any depth for files
 * with an image's extension or, where there are none, for .tar files; hidden files and folders are passed over, links to folders
 * are not followed. In a glob,
 * `*` and `?` stay within a folder and `**` crosses folders.
 *
 * @throws AlixError 'no-images' when an input names none, 'not-found', 'not-a-file', 'same-name' when two files would share a name
 */
export async function listImages(inputs: readonly string[]): Promise<ImageEntry[]> {
  const byPath = new Map<string, ImageEntry>();
  const turn = turns();
  for (const input of inputs)
    for (const entry of await expand(input)) {
      await turn();
      const key = resolve(entry.path);
      if (!byPath.has(key)) byPath.set(key, entry);
    }
  const entries = [...byPath.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (entries.length === 0) throw new AlixError('no-images', 'no input was named', { remedy: 'name files or folders' });
  entries.forEach((entry, i) => {
    const next = entries[i + 1];
    if (next?.name === entry.name)
      throw new AlixError('same-name', `two inputs with the name "${entry.name}"`, {
        where: `${entry.path} and ${next.path}`,
        remedy: 'name the folder that holds both, so that their names differ',
      });
  });
  return entries;
}

async function expand(input: string): Promise<ImageEntry[]> {
  const found = await stat(input).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw describeSystemError(error, input);
  });
  if (found?.isDirectory()) return expandFolder(input);
  // a pipe would be waited for without end, a device may give bytes without end
  if (found && !found.isFile())
    throw new AlixError('not-a-file', 'neither a file nor a folder, but a pipe or a device', {
      where: input,
      remedy: 'save the images to a file first',
    });
  if (found) return [{ path: input, name: basename(input) }];
  if (/[*?]/.test(input)) return expandGlob(input);
  throw new AlixError('not-found', 'no such file or folder', { where: input, remedy: 'check the path' });
}

async function expandFolder(folder: string): Promise<ImageEntry[]> {
  const names = await walk(folder, Number.POSITIVE_INFINITY);
  const images = names.filter(isImageName);
  // shards are often all that a folder holds
  const found = images.length > 0 ? images : names.filter((name) => name.toLowerCase().endsWith('.tar'));
  if (found.length > 0) return found.map((name) => ({ path: join(folder, name), name }));
  const holdsArrays = names.some((name) => /(\.npy|ubyte(\.gz)?)$/.test(name));
  throw new AlixError('no-images', names.length === 0 ? 'an empty folder' : 'a folder without images', {
    where: folder,
    expected: 'PNG, JPEG, WebP, GIF, TIFF or AVIF files, or .tar files of them',
    remedy: holdsArrays ? 'name the .npy or IDX file itself' : 'name another folder, or a file',
  });
}

async function expandGlob(input: string): Promise<ImageEntry[]> {
  const pattern = process.platform === 'win32' ? input.replaceAll('\\', '/') : input;
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => /[*?]/.test(part));
  const rest = parts.slice(first);
  const base = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
  const matches = globToRegExp(rest.join('/'));
  const depth = rest.includes('**') ? Number.POSITIVE_INFINITY : rest.length;
  const anyKind = (rest.at(-1) ?? '').includes('.');
  const names = (await walk(base, depth)).filter((name) => matches.test(name) && (anyKind || isImageName(name)));
  if (names.length > 0) return names.map((name) => ({ path: base === '.' ? name : join(base, name), name }));
  throw new AlixError('no-images', 'the pattern matches no image', { where: input, remedy: 'check the pattern' });
}

/** A pattern of `*`, `?` and `**` over paths with '/'; every other character stands for itself. */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[\\^$.|+()[\]{}]/g, (token) => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  return new RegExp(`^${source}$`, 'su');
}

/**
 * Names of all files below `folder`, relative to it, with '/', to `depth` levels, in no order. Hidden files and folders are
 * passed over, links to folders are not followed.
 */
export async function walk(folder: string, depth: number): Promise<string[]> {
  const names: string[] = [];
  const turn = turns();
  for (const entry of await describing(folder, () => readdir(folder, { withFileTypes: true }))) {
    await turn();
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth > 1) for (const name of await walk(path, depth - 1)) names.push(`${entry.name}/${name}`);
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) names.push(entry.name);
  }
  return names;
}

/** A link that leads nowhere is listed too, so that reading it says so. */
async function isFile(link: string): Promise<boolean> {
  return stat(link).then(
    (found) => found.isFile(),
    () => true,
  );
}

/** Whether a name ends as an image's does. */
export function isImageName(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase());
}
