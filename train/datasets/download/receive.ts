/** One connection's share of a file: asks for what is missing, and adds what comes to NAME.part. */
import { open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { Expected } from './check.js';
import { type Answer, get, reason, retryAfter, Transient } from './http.js';
import { partOf, partSize, rangeValidator, readValidator, removePart, writeValidator } from './part.js';

export interface ReceiveOptions {
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
  readonly isChecked: boolean;
  readonly onProgress: (done: number, total: number | undefined) => void;
}

/** Statuses after which the same question may be answered. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524]);

/**
 * Leaves NAME.part whole, as far as the server says.
 *
 * @returns how many bytes were there before
 * @throws Transient; AlixError 'download-failed', 'not-the-file', 'no-space', 'disk-full', 'interrupted', ...
 */
export async function receive(
  address: string,
  target: string,
  expected: Expected,
  options: ReceiveOptions,
): Promise<number> {
  const { patience, signal, isChecked } = options;
  const { there, condition } = await beginning(address, target, expected, isChecked);
  if (there > 0 && there === expected.bytes) return there;
  const headers: Record<string, string> = {};
  if (there > 0) headers.range = `bytes=${there}-`;
  if (there > 0 && condition !== undefined) headers['if-range'] = condition;
  const answer = await get(address, { headers, patience, signal, isChecked });
  try {
    const from = await startOf(answer, target, there);
    if (from === undefined) return there;
    const total = totalOf(answer, from);
    if (expected.bytes !== undefined && total !== undefined && total !== expected.bytes)
      throw new AlixError('not-the-file', 'the server has a file of another length than the published one', {
        where: answer.address,
        expected: `${expected.bytes} bytes`,
        found: `${total}`,
        remedy: 'try another source with --mirror',
      });
    refuseEncoded(answer);
    await requireSpace(target, (total ?? 0) - from);
    if (from === 0) {
      await removePart(target);
      await writeValidator(target, { address, range: rangeValidator(answer.headers) });
    }
    await append(answer, target, from, total, options);
    return from;
  } finally {
    answer.body.destroy();
  }
}

/** The bytes that can be gone on with, and on which condition. Where nothing could tell a wrong end, they are dropped. */
async function beginning(address: string, target: string, { bytes }: Expected, isChecked: boolean) {
  const there = await partSize(target);
  if (there === 0) return { there, condition: undefined };
  const known = await readValidator(target);
  const condition = known?.address === address ? known.range : undefined;
  const fits = (isChecked || condition !== undefined) && (bytes === undefined || there <= bytes);
  if (fits) return { there, condition };
  await removePart(target);
  return { there: 0, condition: undefined };
}

/** Where the answer's bytes belong; undefined where all are there already. */
async function startOf(answer: Answer, target: string, there: number): Promise<number | undefined> {
  const { status, headers, address } = answer;
  if (status === 200) return 0;
  if (status === 206 && there > 0) {
    const start = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
    if (Number(start) === there) return there;
    await removePart(target);
    throw new Transient('the server gave another part than was asked for');
  }
  if (status === 416 && there > 0) {
    if (/\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] === `${there}`) return undefined;
    await removePart(target);
    throw new Transient('the server has a shorter file than what an earlier run left');
  }
  if (PASSING.has(status)) throw new Transient(`the server answered ${status}`, retryAfter(headers['retry-after']));
  throw new AlixError('download-failed', `the server answered ${status}`, {
    where: address,
    remedy: STATUS[status] ?? 'check the address, or name another source with --mirror',
  });
}

const STATUS: Readonly<Record<number, string>> = {
  401: 'it asks for a login: get the file by hand',
  403: 'it does not give the file to everyone: get it by hand, or name another source with --mirror',
  404: 'the file is not there (any more): check the address, or name another source with --mirror',
  410: 'the file is gone: name another source with --mirror',
};

/** Bytes of the whole file. */
function totalOf({ headers }: Answer, from: number): number | undefined {
  const range = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  if (range !== undefined) return Number(range);
  const length = headers['content-length'];
  return length === undefined ? undefined : from + Number(length);
}

/** Sites of packed files often say "gzip" of a .gz file, which is then the file itself; of others it would not be. */
function refuseEncoded({ headers, address }: Answer): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity' || /\.t?gz$/i.test(new URL(address).pathname)) return;
  throw new AlixError('not-the-file', 'the server sends the file compressed, though it was asked not to', {
    where: address,
    found: encoding,
    remedy: 'get it by hand, or name another source with --mirror',
  });
}

async function requireSpace(target: string, needed: number): Promise<void> {
  const folder = dirname(target);
  const { bavail, bsize } = await describing(folder, () => statfs(folder));
  if (needed <= bavail * bsize) return;
  throw new AlixError('no-space', 'there is too little disk space for the file', {
    where: folder,
    expected: `${needed} bytes more`,
    found: `${bavail * bsize} free`,
    remedy: 'free some, or choose a folder on a larger disk',
  });
}

async function append(
  { body, headers, address }: Answer,
  target: string,
  from: number,
  total: number | undefined,
  { onProgress, signal }: ReceiveOptions,
): Promise<void> {
  const part = partOf(target);
  const file = await describing(part, () => open(part, 'a'));
  let done = from;
  try {
    for await (const piece of pieces(body, signal)) {
      if (done === 0) refusePage(piece, headers['content-type'], target, address);
      if (total !== undefined && done + piece.length > total) throw new Transient('the server sent more than it said');
      await describing(part, () => file.appendFile(piece));
      done += piece.length;
      onProgress(done, total);
    }
    await describing(part, () => file.sync());
  } finally {
    await file.close();
  }
  if (!body.complete || (total !== undefined && done < total))
    throw new Transient(`the connection ended after ${done} of ${total ?? 'unknown'} bytes`);
}

/** What comes over the wire; errors of the network are worth another try. */
async function* pieces(body: Answer['body'], signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const parts = body[Symbol.asyncIterator]();
  for (;;) {
    throwIfAborted(signal);
    const next = await parts.next().catch((cause: unknown) => {
      throwIfAborted(signal);
      throw new Transient(reason(cause));
    });
    if (next.done) return;
    yield next.value as Buffer;
  }
}

/** Many sites answer 200 with a page where the file is no more, or a log-in is wanted. */
function refusePage(head: Buffer, type: string | undefined, target: string, where: string): void {
  if (/\.html?$/i.test(target)) return;
  const isPage =
    /^\s*text\/html/i.test(type ?? '') ||
    /^(\ufeff|\s)*<(!doctype html|html|head)/i.test(head.toString('utf8', 0, 200));
  if (!isPage) return;
  throw new AlixError('not-the-file', 'the server sent a web page in place of the file', {
    where,
    ...(type && { found: type }),
    remedy: 'open the address in a browser to see why, or name another source with --mirror',
  });
}
