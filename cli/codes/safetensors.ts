/**
 * Codes as .safetensors: the array "codes", float32 [n,d], and in the metadata "names", a JSON list, "model" and "sha256" of the model,
 * and "alix", all else that is known, as JSON.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { type CodesFile, rowsOf } from '@alix/infer/io/codes-file';
import { AlixError } from '@alix/infer/io/errors';
import { describing, statRegular } from '@alix/infer/io/files';
import { headerLength, layOut, readLayout, refusing } from '@alix/infer/io/safetensors-layout';
import { bytesOf, type CodesFormat, type CodesSource, parsed } from './format.js';

/** What safetensors' own reader takes at most. */
const MAX_HEAD = 100_000_000;

export const safetensors: CodesFormat = {
  name: 'safetensors',
  async *write(source) {
    const { n, d, description, blocks } = source;
    const { name, sha256 } = description.model;
    const metadata = { alix: JSON.stringify(description), model: name, sha256, names: await namesOf(source) };
    const { head } = layOut([{ name: 'codes', shape: [n, d], dtype: 'F32' }], metadata);
    if (head.length > MAX_HEAD)
      throw new AlixError('too-large', 'more names than the head of a safetensors file has room for', {
        expected: `at most ${MAX_HEAD} bytes`,
        found: `${head.length}`,
        remedy: 'write them as .parquet or .npy',
      });
    yield head;
    for await (const { codes } of blocks()) yield bytesOf(codes);
  },
  // a length of eight bytes, then JSON
  begins: (head) => head[8] === 0x7b && head[6] === 0 && head[7] === 0,
  async open(path): Promise<CodesFile> {
    await statRegular(path);
    return describing(path, async () => {
      const file = await open(path);
      try {
        return await opened(file, path);
      } finally {
        await file.close();
      }
    });
  },
};

/** The names as a JSON list in one text: the head of the file holds it whole. */
async function namesOf({ blocks }: CodesSource): Promise<string> {
  const parts: string[] = [];
  for await (const { names } of blocks()) parts.push(names.map((name) => JSON.stringify(name)).join(','));
  return `[${parts.filter((part) => part !== '').join(',')}]`;
}

async function opened(file: FileHandle, path: string): Promise<CodesFile> {
  const refuse = refusing(path);
  const { size } = await file.stat();
  const start = 8 + headerLength(await read(file, 0, Math.min(8, size)), size, refuse);
  const { entries, metadata } = readLayout(await read(file, 8, start - 8), size - start, refuse);
  const fitting = entries.filter(({ shape, dtype }) => shape.length === 2 && (shape[1] ?? 0) > 0 && dtype === 'F32');
  const entry = fitting.find(({ name }) => name === 'codes') ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (!entry)
    throw new AlixError('bad-codes', 'no array of codes', {
      where: path,
      expected: '"codes", F32 [N,d]',
      found: entries.map(({ name, dtype, shape }) => `"${name}" ${dtype} [${shape.join(',')}]`).join(', ') || 'none',
      remedy: 'name a file that `alix encode` wrote',
    });
  const [n = 0, d = 0] = entry.shape;
  const { model: name, sha256, names: text } = metadata;
  const names = parsed(text);
  if (text !== undefined && !(isTexts(names) && names.length === n))
    throw new AlixError('bad-codes', 'the names are not those of these codes', {
      where: path,
      expected: `${n} names`,
      found: isTexts(names) ? `${names.length}` : 'no list of texts',
      remedy: 'encode the images again',
    });
  return {
    path,
    n,
    d,
    names: isTexts(names) ? names : undefined,
    model: name !== undefined && sha256 !== undefined ? { name, sha256 } : undefined,
    ...rowsOf(path, { n, d, start: start + entry.begin, isDouble: false }),
  };
}

async function read(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
