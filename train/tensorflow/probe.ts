/** What training needs of this machine, looked at without changing anything. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { addonKey, findCompiler } from './addon.js';
import { cacheFolder, isUnpacked, Places } from './cache.js';
import { chooseBuild } from './choose.js';
import { type Host, thisHost } from './host.js';
import { readAddonLink } from './link.js';
import { lockOwner } from './lock.js';
import { findPip } from './pip.js';
import { bytesNeeded } from './stages.js';
import type { LoadReport } from './try-load.js';
import type { Build } from './wheels.js';

export interface ProbeRow {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string | undefined;
}

/** One row per thing that training depends on. Training works if `tensorflow` is true; the rest says how to get there. */
export async function probeTraining(
  host: Host = thisHost(),
  signal?: AbortSignal,
): Promise<{ tensorflow: boolean; rows: ProbeRow[] }> {
  const gpu = await host.hasGpu();
  const load = await tryLoad(host, signal);
  // What only an installation needs is no fault once TensorFlow is there.
  const optional = (row: ProbeRow): ProbeRow =>
    load.ok && !row.ok ? { name: row.name, ok: true, detail: `${row.detail} (not needed now)` } : row;
  const rows: ProbeRow[] = [tensorflowRow(load)];
  const build = await attempt('TensorFlow build', async () => {
    const chosen = await chooseBuild(host, 'auto');
    return { value: chosen, detail: `${chosen.name}${chosen.tried ? '' : ', which nobody has tried yet'}` };
  });
  rows.push(build.row);
  if (build.value) rows.push(...(await cacheRows(host, build.value)).map(optional));
  const pip = attempt('pip', async () => {
    const { command, version } = await findPip(host.env, signal);
    return { value: true, detail: `${version} (${command.join(' ')})` };
  });
  const compiler = attempt('C++ compiler', async () => {
    const command = await findCompiler(host.env, signal);
    return { value: true, detail: command.join(' ') };
  });
  rows.push(optional((await pip).row), optional((await compiler).row));
  rows.push({
    name: 'NVIDIA GPU',
    ok: true,
    detail: gpu ? 'seen' : 'none seen; training runs on the CPU',
    ...(gpu && load.ok && !load.gpu
      ? { ok: false, detail: 'seen, and not used by TensorFlow', remedy: 'run `alix setup --device cuda`' }
      : {}),
  });
  return { tensorflow: load.ok, rows };
}

async function tryLoad(host: Host, signal: AbortSignal | undefined): Promise<LoadReport> {
  try {
    const { kind } = await readAddonLink(host.packageFolder());
    if (kind === 'nothing') return { ok: false, reason: 'not set up' };
  } catch (error) {
    if (error instanceof AlixError) return { ok: false, reason: error.message };
    throw error;
  }
  return host.tryLoad(signal);
}

function tensorflowRow(load: LoadReport): ProbeRow {
  const name = 'TensorFlow';
  if (!load.ok) return { name, ok: false, detail: load.reason, remedy: 'run `alix setup`' };
  return {
    name,
    ok: true,
    detail: `${load.version} on ${load.gpu ? 'CUDA' : 'the CPU'}, loads in ${load.milliseconds} ms`,
  };
}

async function cacheRows(host: Host, build: Build): Promise<ProbeRow[]> {
  const places = new Places(cacheFolder(host), build);
  const missing = [];
  for (const wheel of build.wheels) {
    if (!(await isUnpacked(places, wheel))) missing.push({ wheel, downloaded: existsSync(places.wheel(wheel)) });
  }
  const holder = await lockOwner(places.lock).catch(() => undefined);
  const rows: ProbeRow[] = [];
  if (missing.length === 0) {
    const addon = places.addon(await addonKey(host.packageFolder(), host.headersFolder(), build));
    const detail = existsSync(addon) ? places.tree : `${places.tree}, without the addon`;
    rows.push({ name: 'cache', ok: true, detail });
  } else {
    const [needed, free] = [bytesNeeded(missing), await host.freeBytes(existingAncestor(places.root))];
    const detail = `${places.root} lacks ${missing.length} of ${build.wheels.length} parts`;
    rows.push({ name: 'cache', ok: false, detail, remedy: 'run `alix setup`' });
    rows.push({
      name: 'disk',
      ok: free >= needed,
      detail: `${(free / 1e9).toFixed(1)} GB free, setting up takes ${(needed / 1e9).toFixed(1)} GB`,
      ...(free < needed ? { remedy: 'free some, or set ALIX_CACHE to a folder on a larger disk' } : {}),
    });
  }
  if (holder && holder.alive !== false) {
    rows.push({ name: 'lock', ok: true, detail: `process ${holder.owner.pid} is setting up TensorFlow` });
  }
  return rows;
}

/** A check that fails by throwing an AlixError, as a row. */
async function attempt<T>(
  name: string,
  check: () => Promise<{ value: T; detail: string }>,
): Promise<{ value?: T; row: ProbeRow }> {
  try {
    const { value, detail } = await check();
    return { value, row: { name, ok: true, detail } };
  } catch (error) {
    if (!(error instanceof AlixError) || error.code === 'interrupted') throw error;
    return { row: { name, ok: false, detail: withoutRemedy(error), remedy: error.remedy } };
  }
}

function withoutRemedy({ message, remedy }: AlixError): string {
  return remedy ? message.replace(`; ${remedy}`, '') : message;
}

function existingAncestor(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingAncestor(dirname(folder));
}
