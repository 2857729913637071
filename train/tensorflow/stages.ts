/** The stages of provisioning: each leaves its result under its final name, whole, or nothing. */
import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AlixError, isSystemError } from '@alix/infer/io/errors';
import { compileAddon, findCompiler } from './addon.js';
import { isUnpacked, type Places, RECEIPT, type Receipt } from './cache.js';
import type { Host } from './host.js';
import { downloadWheel, findPip, sha256Of } from './pip.js';
import { unpack } from './unpack.js';
import type { Build, Wheel } from './wheels.js';

export interface StageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** What must stay free beside the files themselves, in bytes. */
const MARGIN = 200e6;

/**
 * Fills the build's tree with what it lacks. Tools, permissions and space are looked at before anything is downloaded. The
 * caller holds the lock.
 */
export async function prepare(
  places: Places,
  build: Build,
  addon: string,
  host: Host,
  { signal, onProgress }: StageOptions,
): Promise<void> {
  const { env } = host;
  await rm(places.temporary, { recursive: true, force: true });
  await mkdir(places.temporary, { recursive: true });
  await requireWritable(host.packageFolder());
  const compiler = existsSync(addon) ? undefined : await findCompiler(env, signal);

  const missing: { wheel: Wheel; downloaded: boolean }[] = [];
  for (const wheel of build.wheels) {
    if (!(await isUnpacked(places, wheel)))
      missing.push({ wheel, downloaded: await isDownloaded(places, wheel, signal) });
  }
  const pip = missing.some(({ downloaded }) => !downloaded) ? await findPip(env, signal) : undefined;
  await requireSpace(places, missing, host);

  for (const { wheel, downloaded } of missing) {
    const file = places.wheel(wheel);
    if (pip && !downloaded) {
      const stage = `download ${wheel.package} ${wheel.version}`;
      onProgress?.(stage, 0, wheel.size);
      await downloadWheel(pip, wheel, file, {
        env,
        temporary: await newFolder(places),
        signal,
        onProgress: (done) => onProgress?.(stage, Math.min(done, wheel.size), wheel.size),
      });
      onProgress?.(stage, wheel.size, wheel.size);
    }
    await unpackWheel(places, wheel, file, { signal, onProgress });
    await rm(file, { force: true });
  }
  if (compiler) {
    onProgress?.('build the addon', 0, 1);
    const { tree } = places;
    const [temporary, packageFolder, headers] = [await newFolder(places), host.packageFolder(), host.headersFolder()];
    await compileAddon(addon, { compiler, packageFolder, headers, build, tree, temporary, env, signal });
    onProgress?.('build the addon', 1, 1);
  }
}

async function unpackWheel(
  places: Places,
  wheel: Wheel,
  file: string,
  { signal, onProgress }: StageOptions,
): Promise<void> {
  const stage = `unpack ${wheel.package} ${wheel.version}`;
  const folder = await newFolder(places);
  const files = await unpack(file, folder, {
    keep: wheel.keep,
    signal,
    onProgress: (done) => onProgress?.(stage, Math.min(done, wheel.unpacked), wheel.unpacked),
  });
  const { package: name, version, sha256 } = wheel;
  const receipt: Receipt = { package: name, version, sha256, files };
  await writeFile(join(folder, RECEIPT), `${JSON.stringify(receipt, undefined, 2)}\n`);
  const destination = places.unpacked(wheel);
  await mkdir(dirname(destination), { recursive: true });
  await rm(destination, { recursive: true, force: true });
  await rename(folder, destination);
  onProgress?.(stage, wheel.unpacked, wheel.unpacked);
}

/** A wheel that an earlier run left; one that is not the pinned one is thrown away. */
async function isDownloaded(places: Places, wheel: Wheel, signal: AbortSignal | undefined): Promise<boolean> {
  const file = places.wheel(wheel);
  if (!existsSync(file)) return false;
  if ((await sha256Of(file, signal)) === wheel.sha256) return true;
  await rm(file, { force: true });
  return false;
}

/** pip holds a wheel twice for a moment; unpacking holds the wheel and its members. */
export function bytesNeeded(missing: readonly { wheel: Wheel; downloaded: boolean }[]): number {
  let kept = 0;
  let peak = 0;
  for (const { wheel, downloaded } of missing) {
    const before = downloaded ? 0 : wheel.size;
    peak = Math.max(peak, kept + 2 * before, kept + before + wheel.unpacked);
    kept += wheel.unpacked;
  }
  return peak + MARGIN;
}

async function requireSpace(
  places: Places,
  missing: readonly { wheel: Wheel; downloaded: boolean }[],
  host: Host,
): Promise<void> {
  const [needed, free] = [bytesNeeded(missing), await host.freeBytes(places.root)];
  if (free >= needed) return;
  throw noSpace(places.root, { expected: `${gigabytes(needed)} free`, found: gigabytes(free) });
}

/** The disk is too small, or filled up on the way. */
export function noSpace(where: string, details: { expected?: string; found?: string; cause?: unknown }): AlixError {
  return new AlixError('no-space', 'there is too little disk space for TensorFlow', {
    where,
    ...details,
    remedy: 'free some, or set ALIX_CACHE to a folder on a larger disk',
  });
}

async function requireWritable(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch((cause) => {
    throw new AlixError('cannot-link', 'TensorFlow cannot be linked into this folder', {
      where: folder,
      ...(isSystemError(cause) && cause.code ? { found: cause.code } : {}),
      remedy: 'make node_modules writable for this user',
      cause,
    });
  });
}

/** Unlike mkdtemp's, readable by others: a cache may be shared. */
async function newFolder(places: Places): Promise<string> {
  const folder = join(places.temporary, randomBytes(6).toString('hex'));
  await mkdir(folder);
  return folder;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
