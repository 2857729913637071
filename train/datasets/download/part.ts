/**
 * A file that is on its way: NAME.part with the bytes so far, NAME.part.json with what the server said of them. Bytes are
 * only ever added at the end, so that what a killed process leaves is the beginning of the file.
 */
import { readFile, rm, stat } from 'node:fs/promises';
import { isSystemError } from '@alix/infer/io/errors';
import { writeFileAtomic } from '@alix/infer/io/files';

/** Of which file the bytes are. */
export interface Validator {
  readonly address: string;
  /** A strong ETag, or the date of the last change: what If-Range takes. */
  readonly range: string | undefined;
}

export const partOf = (target: string): string => `${target}.part`;
const stateOf = (target: string): string => `${partOf(target)}.json`;

/** Bytes that are there; 0 where there are none. */
export async function partSize(target: string): Promise<number> {
  const found = await stat(partOf(target)).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found?.size ?? 0;
}

/** Undefined where nothing is known of the bytes. */
export async function readValidator(target: string): Promise<Validator | undefined> {
  try {
    const { address, range } = JSON.parse(await readFile(stateOf(target), 'utf8')) as Validator;
    return typeof address === 'string' ? { address, range: typeof range === 'string' ? range : undefined } : undefined;
  } catch {
    return undefined;
  }
}

/** Before the first byte, so that bytes without it are nobody's. */
export function writeValidator(target: string, validator: Validator): Promise<void> {
  return writeFileAtomic(stateOf(target), `${JSON.stringify(validator)}\n`);
}

export async function removePart(target: string): Promise<void> {
  await rm(partOf(target), { force: true });
  await rm(stateOf(target), { force: true });
}

/** What may stand in If-Range: a strong ETag, else the date. */
export function rangeValidator(headers: {
  readonly etag?: string | undefined;
  readonly 'last-modified'?: string | undefined;
}): string | undefined {
  const { etag } = headers;
  return etag && !etag.startsWith('W/') ? etag : headers['last-modified'];
}
