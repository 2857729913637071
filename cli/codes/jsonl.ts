/**
 * Codes as .jsonl, a line of JSON each: {"name":...,"code":[...],"model":...,"sha256":...}. A value has nine digits, which give the same
 * float32 again. What else is known stands in the .json beside it.
 */
import { createReadStream } from 'node:fs';
import type { CodesFile } from '@alix/infer/io/codes-file';
import { AlixError } from '@alix/infer/io/errors';
import { describing, statRegular } from '@alix/infer/io/files';
import { allOf, type CodesFormat } from './format.js';

/** Characters of a line: a code of 100,000 values is a tenth of it. */
const MAX_LINE = 1 << 24;
const ROWS = 16_384;

export const jsonl: CodesFormat = {
  name: 'jsonl',
  async *write({ d, description, blocks }) {
    const { name: model, sha256 } = description.model;
    const end = `,${JSON.stringify({ model, sha256 }).slice(1)}\n`;
    for await (const { names, codes } of blocks()) {
      const lines = names.map((name, i) => {
        const code = Array.from(codes.subarray(i * d, (i + 1) * d), (value) => shown(value, name));
        return `{"name":${JSON.stringify(name)},"code":[${code.join(',')}]${end}`;
      });
      yield Buffer.from(lines.join(''));
    }
  },
  beside: 'description',
  begins: (head) => head[0] === 0x7b,
  open,
};

/** @throws AlixError 'bad-latent' for what JSON has no number for */
function shown(value: number, name: string): number {
  if (Number.isFinite(value)) return Number(value.toPrecision(9));
  throw new AlixError('bad-latent', 'a code holds a value that is not finite, which JSON cannot say', {
    where: name,
    found: `${value}`,
    remedy: 'write the codes as .npy to look at them',
  });
}

interface Row {
  readonly name: string | undefined;
  readonly code: readonly number[];
  readonly model: CodesFile['model'];
}

/** Reads the whole file once, to know that it is whole; codes are read again when they are asked for. */
async function open(path: string): Promise<CodesFile> {
  await statRegular(path);
  const names: string[] = [];
  let n = 0;
  let first: Row | undefined;
  for await (const row of rows(path)) {
    first ??= row;
    const bad = (what: string, expected: string, found: string) => badLine(path, n + 1, what, expected, found);
    if (row.code.length !== first.code.length)
      throw bad('a code of another size', `${first.code.length} values`, `${row.code.length}`);
    if (row.model?.sha256 !== first.model?.sha256)
      throw bad('a code of another model', `${first.model?.sha256}`, `${row.model?.sha256}`);
    if ((row.name === undefined) !== (first.name === undefined)) throw bad('some have names', '"name"', 'none');
    if (row.name !== undefined) names.push(row.name);
    n++;
  }
  const d = first?.code.length ?? 0;
  async function* blocks(size = ROWS, from = 0): AsyncGenerator<Float32Array> {
    // codes may be long, and few
    const most = Math.max(1, Math.min(size, n - from));
    let block = new Float32Array(most * d);
    let [seen, filled] = [0, 0];
    for await (const { code } of rows(path)) {
      if (seen++ < from) continue;
      block.set(code, filled++ * d);
      if (filled < most) continue;
      yield block;
      block = new Float32Array(most * d);
      filled = 0;
    }
    if (filled > 0) yield block.subarray(0, filled * d);
  }
  return {
    path,
    n,
    d,
    names: first?.name === undefined ? undefined : names,
    model: first?.model,
    blocks,
    all: () => allOf(blocks(), n * d),
  };
}

async function* rows(path: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of lines(path)) {
    line++;
    if (text.trim() !== '') yield rowOf(text, path, line);
  }
}

function rowOf(text: string, path: string, line: number): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badLine(path, line, 'not JSON, or cut short', '{"name":...,"code":[...]}', text.slice(0, 40));
  }
  const { name, code, model, sha256 } = (value ?? {}) as Record<string, unknown>;
  const isCode = Array.isArray(code) && code.length > 0 && code.every((item) => typeof item === 'number');
  if (!isCode || (name !== undefined && typeof name !== 'string'))
    throw badLine(path, line, 'no code', '{"name":...,"code":[...]}', text.slice(0, 40));
  return {
    name,
    code: code as number[],
    model: typeof model === 'string' && typeof sha256 === 'string' ? { name: model, sha256 } : undefined,
  };
}

async function* lines(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  const pieces = stream[Symbol.asyncIterator]();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await describing(path, () => pieces.next());
      const text = rest + (done ? decoder.decode() : decoder.decode(value as Uint8Array, { stream: true }));
      const found = text.split('\n');
      rest = found.pop() ?? '';
      yield* found;
      if (done) break;
      if (rest.length > MAX_LINE)
        throw new AlixError('bad-codes', 'a line that is too long for a code', {
          where: path,
          remedy: 'check the file',
        });
    }
  } finally {
    stream.destroy();
  }
  if (rest !== '') yield rest;
}

function badLine(where: string, line: number, what: string, expected: string, found: string): AlixError {
  const remedy = 'encode the images again, or mend that line';
  return new AlixError('bad-codes', `line ${line}: ${what}`, { where, expected, found, remedy });
}
