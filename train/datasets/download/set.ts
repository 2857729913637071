/** Fetches a published data set into a folder that `--data` takes: each file checked, archives unpacked, a record of it all. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { describing, makeFolder, removeEmptyFolders, writeFileAtomic } from '@alix/infer/io/files';
import { holdLock, type Owner } from '../../tensorflow/lock.js';
import { type Downloaded, type DownloadOptions, downloadFile } from './file.js';
import { isThere } from './is-there.js';
import type { PublishedFile, PublishedSet } from './published.js';
import { unpackInto } from './unpack-set.js';

/** Names what a folder got, from where, with which checksum. */
export const RECORD = 'alix-download.json';
const LOCK = '.alix-download.lock';

export interface SetOptions extends Omit<DownloadOptions, 'onProgress'> {
  /** The address of a folder with files of the published names, in place of the authors'. */
  readonly mirror?: string | undefined;
  /** Names of files; all unless given. */
  readonly only?: readonly string[] | undefined;
  /** @param stage the file, or what is done with it */
  readonly onProgress?: ((stage: string, done: number, total: number | undefined) => void) | undefined;
}

export interface FetchedFile {
  readonly name: string;
  /** 'present': nothing had to be done. */
  readonly status: Downloaded['status'];
  readonly address?: string | undefined;
  readonly bytes: number;
  readonly sha256: string;
  readonly verified: Downloaded['verified'];
  /** How many files came out of it; it is gone then. */
  readonly unpacked?: number;
}

/** What the record keeps of one file. */
interface Kept extends Omit<FetchedFile, 'status' | 'unpacked'> {
  /** Bytes by name. */
  readonly members?: Readonly<Record<string, number>>;
}

/**
 * What is there and whole is not fetched again. A file that the user has put there is checked and unpacked like one that was fetched.
 *
 * @throws AlixError 'by-hand' where a file has no direct address and is not there, 'bad-option', and those of `downloadFile`
 */
export async function downloadSet(set: PublishedSet, folder: string, options: SetOptions = {}): Promise<FetchedFile[]> {
  const { only, signal } = options;
  const strange = only?.find((name) => !set.files.some((file) => file.name === name));
  if (strange !== undefined)
    throw new AlixError('bad-option', `${set.name} has no such file`, {
      where: strange,
      remedy: `its files are: ${set.files.map(({ name }) => name).join(', ')}`,
    });
  const files = set.files.filter(({ name }) => only?.includes(name) ?? true);
  const kept = async () => new Map((await readRecord(folder)).map((file) => [file.name, file]));
  await requirePlaced(set, files, await kept(), folder, options.mirror);
  const made = await describing(folder, () => makeFolder(folder));
  // two that unpack into one folder would undo each other's work
  const onWait = ({ pid }: Owner) => options.onMessage?.(`waiting for process ${pid}, which fetches into ${folder}`);
  const { release } = await describing(folder, () => holdLock(join(folder, LOCK), { signal, onWait }));
  try {
    return await fetchAll(set, files, await kept(), folder, options);
  } finally {
    await release();
    await removeEmptyFolders(folder, made);
  }
}

async function fetchAll(
  set: PublishedSet,
  files: readonly PublishedFile[],
  kept: Map<string, Kept>,
  folder: string,
  options: SetOptions,
): Promise<FetchedFile[]> {
  const fetched: FetchedFile[] = [];
  for (const file of files) {
    throwIfAborted(options.signal);
    const known = kept.get(file.name);
    if (file.unpack && known && (await areThere(known, file, folder))) {
      fetched.push(reported(known, 'present'));
      continue;
    }
    const { status, ...done } = await fetchOne(file, folder, options);
    kept.set(file.name, done);
    await writeFileAtomic(
      join(folder, RECORD),
      `${JSON.stringify({ set: set.name, page: set.page, licence: set.licence, files: [...kept.values()] }, null, 2)}\n`,
    );
    // only now: without the record nothing would say that it had been there
    if (file.unpack) await rm(join(folder, file.name), { force: true });
    fetched.push(reported(done, status));
  }
  return fetched;
}

function reported({ members, ...file }: Kept, status: Downloaded['status']): FetchedFile {
  return { ...file, status, ...(members && { unpacked: Object.keys(members).length }) };
}

async function fetchOne(
  file: PublishedFile,
  folder: string,
  { mirror, onProgress, ...options }: SetOptions,
): Promise<Kept & { readonly status: Downloaded['status'] }> {
  const target = join(folder, file.name);
  const {
    path: _,
    status,
    address,
    ...checked
  } = await downloadFile(addressesOf(file, mirror), target, file, {
    ...options,
    onProgress: (done, total) => onProgress?.(file.name, done, total ?? file.bytes),
  });
  const base = { name: file.name, status, ...(address !== undefined && { address }), ...checked };
  if (!file.unpack) return base;
  const members = await unpackInto(target, folder, file.unpack, {
    signal: options.signal,
    onProgress: (done) => onProgress?.(`unpacking ${file.name}`, done, undefined),
  });
  return { ...base, members };
}

function addressesOf({ name, addresses }: PublishedFile, mirror: string | undefined): readonly string[] {
  return mirror === undefined ? addresses : [`${mirror.replace(/\/*$/, '')}/${name}`];
}

/** Told before anything is fetched. */
async function requirePlaced(
  set: PublishedSet,
  files: readonly PublishedFile[],
  kept: ReadonlyMap<string, Kept>,
  folder: string,
  mirror: string | undefined,
): Promise<void> {
  const missing: string[] = [];
  for (const file of files) {
    const known = kept.get(file.name);
    const has = (await isThere(join(folder, file.name))) || (known && (await areThere(known, file, folder)));
    if (addressesOf(file, mirror).length === 0 && !has) missing.push(file.name);
  }
  if (missing.length === 0) return;
  throw new AlixError('by-hand', `${missing.join(', ')} cannot be fetched`, {
    where: folder,
    remedy: `${set.byHand ?? 'get them by hand'} (${set.page})`,
  });
}

/** Whether what came out of an archive is all there, of the archive that is published now. */
async function areThere(known: Kept, file: PublishedFile, folder: string): Promise<boolean> {
  if (!known.members || (file.sha256 !== undefined && known.sha256 !== file.sha256)) return false;
  try {
    for (const [name, bytes] of Object.entries(known.members))
      if ((await stat(join(folder, name))).size !== bytes) return false;
    return Object.keys(known.members).length > 0;
  } catch {
    return false;
  }
}

async function readRecord(folder: string): Promise<readonly Kept[]> {
  const path = join(folder, RECORD);
  if (!(await isThere(path))) return [];
  const text = await describing(path, () => readFile(path, 'utf8'));
  try {
    const { files } = JSON.parse(text) as { files?: unknown };
    return Array.isArray(files) ? (files as Kept[]).filter((file) => typeof file?.name === 'string') : [];
  } catch {
    // the archive is then fetched again, which repairs it
    return [];
  }
}
