/** What comes through a pipe, put into a file, so that every reader can go to any place in it. Node only. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AlixError, throwIfAborted } from './errors.js';
import { describing } from './files.js';
import { restated } from './restated.js';

/** A format that may come, told by its first bytes. */
export interface StreamKind {
  readonly name: string;
  readonly begins: (head: Uint8Array) => boolean;
  /** Bytes that such a stream may have; what is longer is refused before it is read. */
  readonly most: number;
}

/** What is asked of a stream. */
export interface SpoolOptions {
  readonly kinds: readonly StreamKind[];
  /** Of the error for what is none of the kinds. */
  readonly code: 'bad-image' | 'bad-codes';
  /** What it may be, for the same error. */
  readonly expected: string;
  readonly signal?: AbortSignal | undefined;
}

/** A stream that has been read to its end. */
export interface Spooled {
  /** A file called `stdin` in a temporary folder, which goes when the process ends. */
  readonly path: string;
  /** Of all its bytes. */
  readonly sha256: string;
}

/** What messages call it. */
export const STDIN = 'stdin';
/** The first bytes that kinds are told by; "ustar" ends at 262. */
const HEAD = 512;

/**
 * Reads a stream into a temporary file; memory holds a piece of it at a time. What is none of the kinds is refused by its first bytes:
 * it may have no end.
 *
 * @throws AlixError 'usage' for a terminal and for a stream that was read already, `options.code` for nothing or another kind, 'too-large',
 *   'disk-full', 'interrupted'
 */
export async function spool(
  stream: Readable & { readonly isTTY?: boolean },
  { kinds, code, expected, signal }: SpoolOptions,
): Promise<Spooled> {
  if (stream.isTTY)
    throw new AlixError('usage', '- reads stdin, and stdin is a terminal', {
      remedy: 'pipe or redirect a file into it, as in `alix ... - < FILE`',
    });
  if (stream.destroyed || stream.readableEnded)
    throw new AlixError('usage', 'stdin can be read once only, and - was given twice', { remedy: 'name one of them' });
  throwIfAborted(signal);
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop);
  try {
    return await describing(tmpdir(), async () => {
      const pieces = told(stream, { kinds, code, expected });
      const first = await pieces.next();
      const folder = await mkdtemp(join(tmpdir(), 'alix-stdin-'));
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      const path = join(folder, STDIN);
      const hash = createHash('sha256');
      const file = await open(path, 'wx');
      try {
        for (let piece = first; !piece.done; piece = await pieces.next()) {
          hash.update(piece.value);
          await file.writeFile(piece.value);
        }
      } finally {
        await file.close();
        await pieces.return();
      }
      return { path, sha256: hash.digest('hex') };
    });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The pieces of the stream, the first long enough to tell its kind, with an error where they become too many. */
async function* told(
  stream: Readable,
  { kinds, code, expected }: Omit<SpoolOptions, 'signal'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head = Buffer.alloc(0);
  let kind: StreamKind | undefined;
  let total = 0;
  const choose = () => {
    kind = kinds.find(({ begins }) => begins(head));
    if (kind) return;
    throw new AlixError(code, head.length === 0 ? 'nothing came through the pipe' : 'of no kind that is read', {
      where: STDIN,
      expected,
      ...(head.length > 0 && { found: `bytes that begin with ${head.subarray(0, 8).toString('hex')}` }),
      remedy: 'check the command before the pipe',
    });
  };
  for await (const chunk of stream) {
    const piece = chunk as Uint8Array;
    total += piece.length;
    if (kind && total > kind.most)
      throw new AlixError('too-large', 'more than is read from such a stream', {
        where: STDIN,
        expected: `at most ${kind.most} bytes of ${kind.name}`,
        remedy: 'check the command before the pipe, or write it to a file and name that',
      });
    if (kind) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < HEAD) continue;
    choose();
    yield head;
  }
  if (kind) return;
  choose();
  yield head;
}

/** An error about the temporary file as one about the stream. */
export function aboutStdin<T>(error: T, { path }: Pick<Spooled, 'path'>): T | AlixError {
  if (!(error instanceof AlixError) || !error.message.includes(path)) return error;
  const say = (text: string | undefined) => text?.replaceAll(path, STDIN);
  const said = (['what', 'where', 'expected', 'found', 'remedy'] as const).map((key) => [key, say(error[key])]);
  return restated(error, Object.fromEntries(said));
}
