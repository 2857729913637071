/** Codes into their file, or to stdout. */
import { writeFileAtomic } from '@alix/infer/io/files';
import { bytesToStdout } from '../stdout-bytes.js';
import type { CodesFormat, CodesSource } from './format.js';

/**
 * Writes the file and what stands beside it, each whole or not at all. What is beside gets its name when all codes are on the disk, just
 * before they get theirs: where there are codes, there are names, and codes that cannot be written leave an older file its own.
 */
export function writeCodes(format: CodesFormat, path: string, source: CodesSource): Promise<void> {
  async function* bytes() {
    yield* format.write(source);
    if (format.beside) await writeFileAtomic(`${path}.json`, descriptionOf(source, format.beside === 'all'));
  }
  return writeFileAtomic(path, bytes());
}

/** @throws the system's error 'EPIPE' for a reader that went away */
export async function codesToStdout(format: CodesFormat, source: CodesSource): Promise<void> {
  for await (const bytes of format.write(source)) await bytesToStdout(bytes);
}

/** The description as JSON of two spaces, its last field the names: a line each, a block of them at a time in memory. */
async function* descriptionOf({ description, blocks, n }: CodesSource, withNames: boolean): AsyncGenerator<Uint8Array> {
  const text = JSON.stringify(description, null, 2);
  if (!withNames || n === 0) return yield Buffer.from(`${text}\n`);
  yield Buffer.from(`${text.slice(0, -2)},\n  "names": [\n`);
  let isFirst = true;
  for await (const { names } of blocks()) {
    if (names.length === 0) continue;
    const lines = names.map((name) => `    ${JSON.stringify(name)}`).join(',\n');
    yield Buffer.from(isFirst ? lines : `,\n${lines}`);
    isFirst = false;
  }
  yield Buffer.from('\n  ]\n}\n');
}
