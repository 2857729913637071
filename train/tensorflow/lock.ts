/**
 * A lock between processes, without help from the kernel. The lock is a file that names its owner; whoever finds the owner
 * dead succeeds it by creating `lock.<owner's id>`, which only one process can. So the owner is the end of the chain
 * lock -> lock.<id> -> lock.<id>..., and unlinking the first file releases it all.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError, throwIfAborted } from '@alix/infer/io/errors';
import { hostIdentity, startOf } from './process-identity.js';

export interface Owner {
  /** Of this taking of the lock; never used again. */
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the process started. */
  readonly started: string;
  /** When it took the lock, ISO 8601. */
  readonly since: string;
}

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, when the lock turns out to be another's; `alive` is undefined where that cannot be seen from here. */
  readonly onWait?: (owner: Owner, alive: true | undefined) => void;
  /** Called when an owner whose life cannot be seen has given a sign of it. */
  readonly onSign?: (owner: Owner) => void;
  /** Milliseconds between looks. */
  readonly every?: number;
  /** Milliseconds after which an owner on another host that gives no sign of life is taken for dead. */
  readonly patience?: number;
}

type Chain = readonly { readonly owner: Owner; readonly file: string }[];

const HEARTBEAT = 5_000;

/** A lock that is held. */
export interface HeldLock {
  release(): Promise<void>;
  /** False once somebody has removed it, or taken it over. */
  isHeld(): Promise<boolean>;
}

/**
 * Takes the lock at `path`, in a folder that exists, and waits for it as long as its owner lives. Returns what releases it.
 * Throws AlixError 'interrupted'.
 */
export async function takeLock(path: string, options: LockOptions = {}): Promise<() => Promise<void>> {
  const { release } = await holdLock(path, options);
  return release;
}

/** The same, for one who wants to know whether it is still theirs. */
export async function holdLock(path: string, options: LockOptions = {}): Promise<HeldLock> {
  const { signal, onWait, onSign, every = 300, patience = 120_000 } = options;
  const self = await newOwner();
  let waited = false;
  let sign = { of: '', at: performance.now() };
  while (true) {
    throwIfAborted(signal);
    const last = (await readChain(path)).at(-1);
    if (!last) {
      if (await createExclusively(path, self)) return held(path, path, self);
      continue;
    }
    const of = `${last.owner.id} ${await modified(last.file)}`;
    if (of !== sign.of) {
      if (sign.of.startsWith(`${last.owner.id} `)) onSign?.(last.owner);
      sign = { of, at: performance.now() };
    }
    const alive = await isAlive(last.owner, self.host);
    if (alive === false || (alive === undefined && performance.now() - sign.at > patience)) {
      const mine = `${path}.${last.owner.id}`;
      if (await createExclusively(mine, self)) {
        // If the first file went in between, that chain is released and what was created hangs on nothing.
        if ((await readChain(path)).at(-1)?.owner.id === self.id) return held(path, mine, self);
        await rm(mine, { force: true });
      }
      continue;
    }
    if (!waited) onWait?.(last.owner, alive);
    waited = true;
    await sleep(every, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Who holds the lock at `path`; `alive` is undefined where that cannot be seen from here. Undefined if nobody does. */
export async function lockOwner(path: string): Promise<{ owner: Owner; alive: boolean | undefined } | undefined> {
  const owner = (await readChain(path)).at(-1)?.owner;
  return owner && { owner, alive: await isAlive(owner, await hostIdentity()) };
}

function held(path: string, mine: string, self: Owner): HeldLock {
  // counted, not read from the clock: one that is set back must not make a beat look like the one before
  let beat = Date.now();
  const heart = setInterval(() => {
    beat += HEARTBEAT;
    void utimes(mine, new Date(beat), new Date(beat)).catch(() => {});
  }, HEARTBEAT);
  heart.unref();
  const isHeld = async () => (await readChain(path)).at(-1)?.owner.id === self.id;
  return {
    isHeld,
    async release() {
      clearInterval(heart);
      // where the folder was removed and made again, the lock there is another's
      if (!(await isHeld())) return;
      // The first file first: without it the others mean nothing.
      for (const { file } of await readChain(path)) await rm(file, { force: true });
    },
  };
}

async function newOwner(): Promise<Owner> {
  return {
    id: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: await hostIdentity(),
    started: (await startOf(process.pid)) ?? '',
    since: new Date().toISOString(),
  };
}

/** Undefined for a process of another host. */
async function isAlive(owner: Owner, here: string): Promise<boolean | undefined> {
  if (owner.host === '') return false;
  if (owner.host !== here) return undefined;
  return (await startOf(owner.pid)) === owner.started;
}

async function readChain(path: string): Promise<Chain> {
  const chain: { owner: Owner; file: string }[] = [];
  let file = path;
  while (true) {
    const owner = await readOwner(file);
    if (!owner) return chain;
    chain.push({ owner, file });
    file = `${path}.${owner.id}`;
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Owner;
  } catch {
    // Live owners' files are whole from the start, so this one is what a power cut left.
    const inode = await stat(file).then(
      ({ ino }) => ino,
      () => 0,
    );
    return { id: `torn-${inode}`, pid: 0, host: '', started: '', since: '' };
  }
}

/** The file appears with its content in it, or not at all. False if it exists. */
async function createExclusively(path: string, owner: Owner): Promise<boolean> {
  const draft = join(dirname(path), `.${basename(path)}-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, JSON.stringify(owner));
    await link(draft, path);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function modified(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
