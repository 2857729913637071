/** Which tar files a path names: one file, a folder of them, or braces as WebDataset writes them. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError, describing } from '@alix/infer/io/files';
import type { Split } from './dataset.js';
import { hasSplitFolders } from './held-out.js';

/** Most shards that braces may name: a mistyped range must not fill the memory. */
const MAX_SHARDS = 100_000;

/** A compressed tar is listed too, so that its reader can say what to do. */
const isTarName = (name: string): boolean => /\.(tar|tar\.(gz|bz2|xz|zst)|tgz)$/i.test(name);

export interface NamedShard {
  readonly path: string;
  /** The split that the shard belongs to as a whole; undefined where its samples are divided. */
  readonly split: Split | undefined;
}

/** Whether `--data` speaks of tar files: by a name that ends as theirs do, or as a folder that has some. */
export async function namesShards(path: string): Promise<boolean> {
  if (isTarName(path)) return true;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return false;
  const folders = (await hasSplitFolders(path)) ? [join(path, 'train'), join(path, 'test')] : [path];
  for (const folder of folders) if ((await describing(folder, () => readdir(folder))).some(isTarName)) return true;
  return false;
}

/**
 * The shards in order: of a folder by name, numbers by their value; of braces as written. Where a folder has both a "train" and a
 * "test" sub-folder, these are the splits. Where the words "train" and "test" both occur in the shards' names (set off by
 * what is no letter), they name the splits; the word nearest to the end counts.
 *
 * @throws AlixError 'no-data', 'bad-data', 'bad-path', 'not-found'
 */
export async function listShards(path: string): Promise<NamedShard[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw describeSystemError(error, path);
    return undefined;
  });
  if (!found?.isDirectory()) return byName(found ? [path] : expandBraces(path), path);
  if (!(await hasSplitFolders(path))) return byName(await tarsIn(path), path);
  const parts = await Promise.all(
    (['train', 'test'] as const).map(async (split) =>
      (await tarsIn(join(path, split))).map((shard) => ({ path: shard, split })),
    ),
  );
  return parts.flat();
}

async function tarsIn(folder: string): Promise<string[]> {
  const names = (await describing(folder, () => readdir(folder))).filter((name) => isTarName(name) && name[0] !== '.');
  if (names.length > 0) return names.sort(byNumbers).map((name) => join(folder, name));
  throw new AlixError('no-data', 'a folder without tar files', { where: folder, remedy: 'name another folder' });
}

function byName(paths: readonly string[], where: string): NamedShard[] {
  const seen = new Set<string>();
  const doubled = paths.find((path) => seen.size === seen.add(path).size);
  if (doubled !== undefined)
    throw new AlixError('bad-data', 'a shard is named twice', { where: doubled, remedy: 'name each once' });
  const splits = paths.map(splitOf);
  if (!splits.includes('train') || !splits.includes('test')) return paths.map((path) => ({ path, split: undefined }));
  const neither = paths[splits.indexOf(undefined)];
  if (neither !== undefined)
    throw new AlixError('bad-data', 'a shard of neither split, where others are named "train" and "test"', {
      where: neither,
      remedy: `leave it out of ${where}, or name it for a split`,
    });
  return paths.map((path, i) => ({ path, split: splits[i] }));
}

function splitOf(path: string): Split | undefined {
  const words = basename(path).match(/(?<![A-Za-z])(train|test)(?![A-Za-z])/g);
  return words?.at(-1) as Split | undefined;
}

/** Runs of digits by their value, all else by code unit. */
export function byNumbers(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split(/(\d+)/)) as [string[], string[]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i] as string, right[i] as string];
    if (x === y) continue;
    // every second part is digits; equal numbers of unequal length ("1", "01") are told apart at the end
    const difference = i % 2 === 1 ? compare(BigInt(x), BigInt(y)) : compare(x, y);
    if (difference !== 0) return difference;
  }
  return left.length - right.length || compare(a, b);
}

const compare = <T extends string | bigint>(x: T, y: T): number => (x < y ? -1 : x > y ? 1 : 0);

/**
 * "{000..012}" as numbers with as many digits, "{a,b}" as a choice, several one after the other.
 *
 * @throws AlixError 'bad-path' for a range that falls, or too many
 */
export function expandBraces(pattern: string): string[] {
  const bad = (what: string, expected: string): AlixError =>
    new AlixError('bad-path', what, { where: pattern, expected, remedy: 'correct the braces' });
  let paths = [''];
  // a piece of plain text, or a pair of braces
  for (const piece of pattern.match(/\{[^{}]*\}|[^{]+|\{/g) ?? []) {
    const inside = /^\{(.*)\}$/s.exec(piece)?.[1];
    const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(inside ?? '');
    const [first = '', last = ''] = range?.slice(1) ?? [];
    if (range && Number(first) > Number(last)) throw bad('a range that falls', 'the smaller number first');
    const count = range ? Number(last) - Number(first) + 1 : 1;
    if (count * paths.length > MAX_SHARDS) throw bad('too many shards', `at most ${MAX_SHARDS}`);
    const choices = range
      ? Array.from({ length: count }, (_, i) => `${Number(first) + i}`.padStart(first.length, '0'))
      : inside?.includes(',')
        ? inside.split(',')
        : [piece];
    if (choices.length * paths.length > MAX_SHARDS) throw bad('too many shards', `at most ${MAX_SHARDS}`);
    paths = paths.flatMap((path) => choices.map((choice) => path + choice));
  }
  return paths;
}
