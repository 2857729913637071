/** The file formats of codes: the table that -o, --format and whatever reads codes go by. */

import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { CodesFile } from '@alix/infer/io/codes-file';
import { AlixError } from '@alix/infer/io/errors';
import { describing, statRegular } from '@alix/infer/io/files';
import type { CodesFormat } from './format.js';
import { jsonl } from './jsonl.js';
import { npy } from './npy.js';
import { parquet } from './parquet.js';
import { safetensors } from './safetensors.js';

/** jsonl last: other formats might begin with a brace by chance. */
export const formats: readonly CodesFormat[] = [npy, safetensors, parquet, jsonl];

/** The format that a path ends in, or that was named. @throws AlixError 'usage' */
export function formatFor(path: string, named?: string): CodesFormat {
  const wanted = named ?? (path === '-' ? npy.name : extname(path).slice(1).toLowerCase());
  const format = formats.find(({ name }) => name === wanted);
  if (format) return format;
  const endings = formats.map(({ name }) => `.${name}`).join(', ');
  throw new AlixError('usage', `-o must end in one of ${endings}, or be - for stdout`, { where: path });
}

/** Opens codes of any of the formats, told by their first bytes. @throws AlixError 'bad-codes', 'not-found', ... */
export async function openAnyCodes(path: string): Promise<CodesFile> {
  await statRegular(path);
  const head = await describing(path, async () => {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(16), 0, 16, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
  // what is none of them is told as NPY, which most codes are
  return (formats.find(({ begins }) => begins(head)) ?? npy).open(path);
}
