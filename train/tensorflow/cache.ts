/**
 * The per-user cache:
 *   <cache>/tensorflow/lock                          held by the one process that provisions
 *   <cache>/tensorflow/temporary/                    half-done work; whoever holds the lock may empty it
 *   <cache>/tensorflow/wheels/<package>-<sha>.whl    downloaded and verified, gone once unpacked
 *   <cache>/tensorflow/<build>/tensorflow, nvidia/*  unpacked, each with its receipt
 *   <cache>/tensorflow/<build>/addon-<key>/tfjs_binding.node
 */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AlixError, isSystemError } from '@alix/infer/io/errors';
import { makeFolder as makeMissing } from '@alix/infer/io/files';
import type { Host } from './host.js';
import type { Build, Wheel } from './wheels.js';

/** What an unpacked wheel's folder says of itself; written last, before the folder gets its name. */
export interface Receipt {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
  /** Bytes by path. */
  readonly files: Readonly<Record<string, number>>;
}

export const RECEIPT = 'receipt.json';

/** ALIX_CACHE, else XDG_CACHE_HOME/alix, else ~/Library/Caches/alix on macOS and ~/.cache/alix elsewhere. */
export function cacheFolder({ env, platform, home }: Pick<Host, 'env' | 'platform' | 'home'>): string {
  if (env.ALIX_CACHE) return env.ALIX_CACHE;
  // The XDG specification has relative paths ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'alix');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'alix') : join(home, '.cache', 'alix');
}

/** The paths of one build in the cache. */
export class Places {
  readonly root: string;
  readonly lock: string;
  readonly temporary: string;
  readonly tree: string;

  constructor(cache: string, build: Build) {
    this.root = join(cache, 'tensorflow');
    this.lock = join(this.root, 'lock');
    this.temporary = join(this.root, 'temporary');
    this.tree = join(this.root, build.name);
  }

  wheel(wheel: Wheel): string {
    return join(this.root, 'wheels', `${wheel.package}-${wheel.version}-${wheel.sha256.slice(0, 12)}.whl`);
  }

  unpacked(wheel: Wheel): string {
    return join(this.tree, wheel.root);
  }

  addon(key: string): string {
    return join(this.tree, `addon-${key}`, 'tfjs_binding.node');
  }
}

/** True if the wheel is unpacked, is the pinned one, and each file is there in full length. */
export async function isUnpacked(places: Places, wheel: Wheel): Promise<boolean> {
  const folder = places.unpacked(wheel);
  try {
    const receipt = JSON.parse(await readFile(join(folder, RECEIPT), 'utf8')) as Receipt;
    if (receipt.sha256 !== wheel.sha256) return false;
    const sizes = Object.entries(receipt.files);
    const same = await Promise.all(sizes.map(async ([path, size]) => (await stat(join(folder, path))).size === size));
    return sizes.length > 0 && same.every(Boolean);
  } catch {
    return false;
  }
}

/** Makes the cache's folder. Throws AlixError 'cache-not-writable'. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeMissing(folder);
  } catch (cause) {
    throw new AlixError('cache-not-writable', 'cannot make the cache folder', {
      where: folder,
      ...(isSystemError(cause) && cause.code ? { found: cause.code } : {}),
      remedy: 'set ALIX_CACHE to a folder that this user can write',
      cause,
    });
  }
}
