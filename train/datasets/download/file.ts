/** Fetches one file: from the first address that gives it, as many tries as it takes, whole under its name or not at all. */
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { describeSystemError, describing, makeFolder, removeEmptyFolders } from '@alix/infer/io/files';
import { holdLock, type Owner } from '../../tensorflow/lock.js';
import { type Checked, checkFile, type Expected, isCheckable } from './check.js';
import { parseAddress, reason, Transient } from './http.js';
import { isThere } from './is-there.js';
import { partOf, partSize, removePart } from './part.js';
import { receive } from './receive.js';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are there, those of earlier runs too, and how many there will be; undefined where the server does not say. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** One line for the person: what is waited for, and why it is tried again. */
  readonly onMessage?: ((line: string) => void) | undefined;
  /** How often in a row it is tried again without a byte of gain; default 5. */
  readonly tries?: number;
  /** Milliseconds before the first other try, doubled each time up to a minute; default 1000. */
  readonly wait?: number;
  /** Milliseconds without a byte after which a connection is given up; default 30,000. */
  readonly patience?: number;
}

export interface Downloaded extends Checked {
  readonly path: string;
  /** 'present': it was there already. */
  readonly status: 'downloaded' | 'present';
  /** The address that gave it; undefined where it was present. */
  readonly address?: string;
}

const MAX_WAIT = 60_000;

/**
 * Makes `target` the file that is published at `addresses`. What an interrupted or killed run left in NAME.part is gone on
 * with where it is known to be of the same file. Two processes that want one file wait for each other.
 *
 * @throws AlixError 'download-failed', 'bad-hash', 'not-the-file', 'output-exists', 'disk-full', 'interrupted', ...
 */
export async function downloadFile(
  addresses: readonly string[],
  target: string,
  expected: Expected,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const { signal, onMessage } = options;
  for (const address of addresses) parseAddress(address);
  throwIfAborted(signal);
  const present = async (): Promise<Downloaded | undefined> =>
    (await isThere(target))
      ? { ...(await checkPresent(target, expected, signal)), path: target, status: 'present' }
      : undefined;
  const already = await present();
  if (already) return already;
  const made = await describing(dirname(target), () => makeFolder(dirname(target)));
  const onWait = ({ pid }: Owner) => onMessage?.(`waiting for process ${pid}, which fetches ${target}`);
  const { release } = await describing(target, () => holdLock(`${partOf(target)}.lock`, { signal, onWait }));
  try {
    return (await present()) ?? (await fetchLocked(addresses, target, expected, options));
  } catch (error) {
    throwIfAborted(signal);
    throw describeSystemError(error, target);
  } finally {
    await release();
    await removeEmptyFolders(dirname(target), made);
  }
}

/** A file of that name that is not the one wanted is the user's: it stays. */
async function checkPresent(target: string, expected: Expected, signal?: AbortSignal): Promise<Checked> {
  try {
    return await checkFile(target, expected, target, signal);
  } catch (cause) {
    if (!(cause instanceof AlixError) || cause.code !== 'bad-hash') throw cause;
    throw new AlixError('output-exists', 'there is another file of this name', {
      where: target,
      ...(cause.expected && { expected: cause.expected }),
      ...(cause.found && { found: cause.found }),
      remedy: 'remove it, or choose another folder',
      cause,
    });
  }
}

async function fetchLocked(
  addresses: readonly string[],
  target: string,
  expected: Expected,
  options: DownloadOptions,
): Promise<Downloaded> {
  const { onMessage } = options;
  let failure: unknown;
  for (const [i, address] of addresses.entries()) {
    try {
      return await fromAddress(address, target, expected, options);
    } catch (error) {
      throwIfAborted(options.signal);
      if (!(error instanceof AlixError) || !OF_THE_ADDRESS.has(error.code)) throw error;
      failure = error;
      if (i + 1 < addresses.length) onMessage?.(`${error.message}: trying ${addresses[i + 1]}`);
    }
  }
  throw failure;
}

/** With these another address may still give the file. */
const OF_THE_ADDRESS = new Set(['download-failed', 'bad-hash', 'not-the-file', 'bad-redirect', 'bad-address']);

async function fromAddress(
  address: string,
  target: string,
  expected: Expected,
  options: DownloadOptions,
): Promise<Downloaded> {
  const { signal } = options;
  // what was gone on with may be of another file: once it is known to be wrong all is fetched again
  for (const isLast of [false, true]) {
    const resumed = await received(address, target, expected, options);
    try {
      const checked = await checkFile(partOf(target), expected, address, signal);
      await describing(target, () => rename(partOf(target), target));
      await removePart(target);
      return { ...checked, path: target, status: 'downloaded', address };
    } catch (error) {
      if (!(error instanceof AlixError) || error.code !== 'bad-hash') throw error;
      await removePart(target);
      if (isLast || !resumed) throw error;
      options.onMessage?.(`${target}: what an earlier run left was of another file; it is fetched anew`);
    }
  }
  throw new Error('not reached');
}

/** Brings the whole into NAME.part. @returns whether some of it was of an earlier connection */
async function received(
  address: string,
  target: string,
  expected: Expected,
  { signal, onProgress, onMessage, tries = 5, wait = 1000, patience = 30_000 }: DownloadOptions,
): Promise<boolean> {
  let resumed = false;
  let failed = 0;
  // gain is what was never there before: a server that begins anew each time and breaks off is given up
  let [most, reached] = [await partSize(target), 0];
  for (;;) {
    try {
      const from = await receive(address, target, expected, {
        patience,
        signal,
        isChecked: isCheckable(expected),
        onProgress: (done, total) => {
          reached = done;
          onProgress?.(done, total);
        },
      });
      return resumed || from > 0;
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof Transient)) throw error;
      resumed = true;
      failed = reached > most ? 1 : failed + 1;
      most = Math.max(most, reached);
      if (failed > tries)
        throw new AlixError('download-failed', reason(error), {
          where: address,
          remedy: 'run the same command again later, which goes on from what is there, or name a --mirror',
          cause: error,
        });
      // two that were cut off together should not come back together
      const pause = Math.min(MAX_WAIT, error.wait ?? wait * 2 ** (failed - 1) * (0.75 + 0.5 * Math.random()));
      onMessage?.(`${address}: ${reason(error)}; again in ${(pause / 1000).toFixed(1)} s (${failed} of ${tries})`);
      await sleep(pause, undefined, signal ? { signal } : {}).catch(() => {});
      throwIfAborted(signal);
    }
  }
}
