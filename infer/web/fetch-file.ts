/** One file whose sha256 is known: from the cache, or downloaded, checked and kept. */
import { AlixError, throwIfAborted } from '../io/errors.js';
import { sha256 } from '../io/sha256.js';
import type { FileCache } from './cache.js';
import { type DownloadOptions, download, looksLikePage, refusal, type Wanted } from './download.js';

/** A file that is known exactly. */
export interface KnownFile extends Wanted {
  readonly bytes: number;
  readonly sha256: string;
}

/** What every download of a model takes. */
export interface FetchOptions extends Omit<DownloadOptions, 'cacheMode'> {
  readonly cache?: FileCache | undefined;
}

/**
 * The bytes of a file, as its sha256 says.
 *
 * @throws AlixError 'unreachable', 'interrupted', and `file.code` where the server sends something else
 */
export async function fetchFile(file: KnownFile, options: FetchOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  throwIfAborted(options.signal);
  const kept = await options.cache?.get(file.sha256);
  if (kept && (await sha256(kept)) === file.sha256) return kept;
  const bytes = await fetchChecked(file, options).catch((error: unknown) => {
    if (!(error instanceof AlixError) || error.code !== file.code) throw error;
    // the browser's own HTTP cache may hold an older file of that name
    return fetchChecked(file, { ...options, cacheMode: 'reload' });
  });
  await options.cache?.put(file.sha256, bytes);
  return bytes;
}

async function fetchChecked(file: KnownFile, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await download(file, options);
  const found = await sha256(bytes);
  if (found === file.sha256) return bytes;
  const what = looksLikePage(bytes)
    ? 'the server sends a web page in place of this file'
    : 'the file was altered: its checksum is not the one that was promised';
  throw refusal(file, what, `sha256 ${file.sha256}`, `sha256 ${found}`);
}
