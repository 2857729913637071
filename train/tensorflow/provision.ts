/**
 * Brings TensorFlow to this machine, once per user, and links it into node_modules. Every stage ends with a rename, so what
 * has a final name is whole, and a run that was cut short goes on where it stopped.
 */
import { existsSync } from 'node:fs';
import { realpath, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlixError, isSystemError, throwIfAborted } from '@alix/infer/io/errors';
import { addonKey } from './addon.js';
import { cacheFolder, isUnpacked, makeFolder, Places } from './cache.js';
import { chooseBuild, type Device } from './choose.js';
import { type Host, thisHost } from './host.js';
import { addonLink, linkAddon, readAddonLink } from './link.js';
import { type LockOptions, type Owner, takeLock } from './lock.js';
import { noSpace, prepare } from './stages.js';
import type { Build } from './wheels.js';

export type { Device } from './choose.js';

export interface ProvisionOptions {
  readonly device: Device;
  /** The cache's folder, if not the one that ALIX_CACHE or the platform's custom says. */
  readonly cache?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `done` and `total` are in bytes; a stage without bytes goes from 0 to 1. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
  /** One line for the person: that another process is being waited for. */
  readonly onMessage?: ((line: string) => void) | undefined;
}

export interface Provisioned {
  /** present: there was nothing to do; official: tfjs-node's own install works; linked: only the link was missing. */
  readonly status: 'present' | 'official' | 'linked' | 'provisioned';
  /** The build's folder in the cache; the package's own for 'official'. */
  readonly folder: string;
  /** E.g. "2.21.0-cpu-linux-x64". */
  readonly build: string;
  readonly device: 'cpu' | 'cuda';
  /** False if nobody has run this build on such a machine yet. */
  readonly tried: boolean;
  readonly seconds: number;
}

/**
 * Makes `loadTensorflow` work. Throws AlixError: before anything is downloaded 'unsupported-platform', 'no-pip',
 * 'no-compiler', 'no-space', 'cache-not-writable', 'cannot-link'; later 'download-failed', 'bad-hash', 'bad-archive',
 * 'compile-failed', 'load-failed'; at any time 'interrupted'.
 */
export async function provisionTensorflow(
  options: ProvisionOptions,
  host: Host = thisHost(),
  lockOptions: Pick<LockOptions, 'every' | 'patience'> = {},
): Promise<Provisioned> {
  const { device, signal } = options;
  const start = performance.now();
  throwIfAborted(signal);
  const packageFolder = host.packageFolder();
  const seconds = () => (performance.now() - start) / 1000;

  const official = await officialInstall(packageFolder, device, host, signal);
  if (official) return { status: 'official', folder: packageFolder, ...official, tried: true, seconds: seconds() };

  const build = await chooseBuild(host, device);
  const places = new Places(options.cache ?? cacheFolder(host), build);
  const addon = places.addon(await addonKey(packageFolder, host.headersFolder(), build));
  const status =
    (await linkIfReady(places, build, addon, packageFolder)) ??
    (await provisionLocked(places, build, addon, packageFolder, host, options, lockOptions));
  const { name, tried } = build;
  return { status, folder: places.tree, build: name, device: build.device, tried, seconds: seconds() };
}

async function provisionLocked(
  places: Places,
  build: Build,
  addon: string,
  packageFolder: string,
  host: Host,
  { signal, onProgress, onMessage }: ProvisionOptions,
  lockOptions: Pick<LockOptions, 'every' | 'patience'>,
): Promise<Provisioned['status']> {
  await makeFolder(places.root);
  const onWait = (owner: Owner) => onMessage?.(waitingFor(owner, places.lock));
  const release = await takeLock(places.lock, { ...lockOptions, signal, onWait });
  try {
    // Whoever held the lock may have done it all.
    const status = await linkIfReady(places, build, addon, packageFolder);
    if (status) return status;
    await prepare(places, build, addon, host, { signal, onProgress });
    await linkAddon(packageFolder, addon);
    await requireLoading(addon, host, signal);
    return 'provisioned';
  } catch (error) {
    throwIfAborted(signal);
    if (isSystemError(error) && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      throw noSpace(places.root, { found: error.code, cause: error });
    }
    throw error;
  } finally {
    await rm(places.temporary, { recursive: true, force: true }).catch(() => {});
    await release();
  }
}

/** Undefined if the cache lacks something. */
async function linkIfReady(
  places: Places,
  build: Build,
  addon: string,
  packageFolder: string,
): Promise<'present' | 'linked' | undefined> {
  if (!existsSync(addon)) return undefined;
  for (const wheel of build.wheels) if (!(await isUnpacked(places, wheel))) return undefined;
  const link = addonLink(packageFolder);
  if (existsSync(link) && (await realpath(link)) === (await realpath(addon))) return 'present';
  await linkAddon(packageFolder, addon);
  return 'linked';
}

/** An addon that does not load is removed, so that the next run does not take it for done. */
async function requireLoading(addon: string, host: Host, signal: AbortSignal | undefined): Promise<void> {
  const report = await host.tryLoad(signal);
  if (report.ok) return;
  await rm(dirname(addon), { recursive: true, force: true });
  throw new AlixError('load-failed', 'TensorFlow was set up but does not load here', {
    where: addon,
    found: report.reason,
    remedy: '`alix doctor` shows what this machine lacks; running models needs no TensorFlow',
  });
}

/** tfjs-node's own install script puts a file, not a link, in the addon's place. */
async function officialInstall(
  packageFolder: string,
  device: Device,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<{ build: string; device: 'cpu' | 'cuda' } | undefined> {
  if ((await readAddonLink(packageFolder)).kind !== 'file') return undefined;
  const report = await host.tryLoad(signal);
  if (!report.ok) return undefined;
  const wantsGpu = device === 'cuda' || (device === 'auto' && (await host.hasGpu()));
  if (wantsGpu && !report.gpu) return undefined;
  return { build: `${report.version}-official`, device: report.gpu ? 'cuda' : 'cpu' };
}

function waitingFor(owner: Owner, lock: string): string {
  const host = owner.host.split(' ', 1)[0] || 'this host';
  return `waiting for process ${owner.pid} on ${host}, which has been setting up TensorFlow since ${owner.since} (${lock})`;
}
