/** Lists that come with data sets: a line for each image. */
import { AlixError } from '@alix/infer/io/errors';
import { readRegular } from '@alix/infer/io/files';

/** Ten times the longest list of CelebA, and ten times its lines: what is longer is no such list. */
const MAX_BYTES = 256 << 20;
const MAX_LINES = 2_000_000;

/** The lines of a file, the last with or without its end. */
export async function readLines(path: string): Promise<string[]> {
  const bytes = await readRegular(path, MAX_BYTES);
  let ends = 0;
  for (const byte of bytes) if (byte === 0x0a) ends++;
  if (ends > MAX_LINES)
    throw new AlixError('too-large', 'a list of too many lines', {
      where: path,
      expected: `at most ${MAX_LINES}`,
      found: `${ends}`,
      remedy: 'check that it is the right file',
    });
  const lines = Buffer.from(bytes).toString('utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > 0) return lines;
  throw new AlixError('bad-data', 'an empty file', { where: path, remedy: 'get it again' });
}

/** @param first line of the first name, from 0 */
export function checkOnce(names: readonly string[], path: string, first: number): void {
  if (new Set(names).size === names.length) return;
  const seen = new Set<string>();
  const doubled = names.findIndex((name) => seen.size === seen.add(name).size);
  throw badLine(path, first + doubled, 'an image that is named twice', 'each once', names[doubled] as string);
}

/** @param line from 0 */
export function badLine(path: string, line: number, what: string, expected: string, found: string): AlixError {
  const cut = found.length > 60 ? `${found.slice(0, 60)}...` : found;
  return new AlixError('bad-data', what, {
    where: `${path}, line ${line + 1}`,
    expected,
    found: JSON.stringify(cut),
    remedy: 'get the file again',
  });
}
