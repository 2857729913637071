/** Whether a file is the one that is wanted: its length and its checksums. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';

/** What is known of a file; nothing where nobody says it. */
export interface Expected {
  readonly bytes?: number | undefined;
  /** Hexadecimal. */
  readonly sha256?: string | undefined;
  readonly md5?: string | undefined;
}

export interface Checked {
  readonly bytes: number;
  readonly sha256: string;
  /** By what it is known to be the right one; undefined: nothing is known of its content. */
  readonly verified: 'sha256' | 'md5' | undefined;
}

/** True where there is a checksum. */
export const isCheckable = ({ sha256, md5 }: Expected): boolean => sha256 !== undefined || md5 !== undefined;

/**
 * Reads a file whole.
 *
 * @param where for the error
 * @throws AlixError 'bad-hash' where length or checksum are others, 'interrupted'
 */
export async function checkFile(
  path: string,
  expected: Expected,
  where: string,
  signal?: AbortSignal,
): Promise<Checked> {
  const { size } = await describing(path, () => stat(path));
  const bad = (what: string, wanted: string, found: string): AlixError =>
    new AlixError('bad-hash', what, {
      where,
      expected: wanted,
      found,
      remedy: 'try again later, or another source with --mirror',
    });
  if (expected.bytes !== undefined && size !== expected.bytes)
    throw bad('the file has another length than the published one', `${expected.bytes} bytes`, `${size}`);
  const kinds = ['sha256', 'md5'] as const;
  const hashes = kinds
    .filter((kind) => kind === 'sha256' || expected.md5)
    .map((kind) => ({ kind, hash: createHash(kind) }));
  await describing(path, async () => {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
      throwIfAborted(signal);
      for (const { hash } of hashes) hash.update(piece as Buffer);
    }
  });
  const found = Object.fromEntries(hashes.map(({ kind, hash }) => [kind, hash.digest('hex')]));
  for (const kind of kinds) {
    const wanted = expected[kind]?.toLowerCase();
    if (wanted !== undefined && found[kind] !== wanted)
      throw bad(`the file's ${kind} is another than the published one`, wanted, found[kind] ?? '');
  }
  return { bytes: size, sha256: found.sha256 ?? '', verified: kinds.find((kind) => expected[kind]) };
}
