/**
 * Codes as .parquet: the columns "name" (text) and "code" (a list of float32), and in the file's own metadata "alix", all else that is
 * known, as JSON. Row groups of up to 16,384, plain and not compressed: noise does not shrink, and every reader takes it.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { CodesFile } from '@alix/infer/io/codes-file';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError, describing, statRegular } from '@alix/infer/io/files';
import type { AsyncBuffer, FileMetaData, SchemaElement } from 'hyparquet';
import { allOf, type CodesFormat, inBlocksOf, modelOf, parsed } from './format.js';

const ROWS = 16_384;
/** Values of a row group, which is in memory as lists of numbers, several times over. */
const VALUES = 1 << 19;

const schema: SchemaElement[] = [
  { name: 'root', num_children: 2 },
  { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'code', num_children: 1, converted_type: 'LIST', repetition_type: 'REQUIRED' },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
];

export const parquet: CodesFormat = {
  name: 'parquet',
  async *write(source) {
    const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
    const bytes = new ByteWriter();
    const kvMetadata = [{ key: 'alix', value: JSON.stringify(source.description) }];
    const table = new ParquetWriter({ writer: bytes, schema, codec: 'UNCOMPRESSED', kvMetadata, createdBy: 'alix' });
    const { d } = source;
    const rows = Math.max(1, Math.min(ROWS, Math.floor(VALUES / d)));
    for await (const { names, codes } of inBlocksOf(rows, source)) {
      const code = names.map((_, i) => Array.from(codes.subarray(i * d, (i + 1) * d)));
      const columnData = [
        { name: 'name', data: [...names] },
        { name: 'code', data: code, encoding: 'PLAIN' as const, statistics: false },
      ];
      await table.write({ columnData, rowGroupSize: rows });
      yield bytes.getBytes().slice();
      bytes.index = 0;
    }
    await table.finish();
    yield bytes.getBytes().slice();
  },
  // "PAR1"
  begins: (head) => head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31,
  async open(path): Promise<CodesFile> {
    await statRegular(path);
    const { parquetMetadataAsync } = await import('hyparquet');
    const metadata = await using(path, (file) => parquetMetadataAsync(file));
    checkColumns(metadata, path);
    const n = Number(metadata.num_rows);
    const said = metadata.key_value_metadata?.find(({ key }) => key === 'alix')?.value;
    const hasNames = metadata.schema.some(({ name }) => name === 'name');
    const names = hasNames ? await namesOf(path, metadata, n) : undefined;
    const d = n === 0 ? 0 : ((await codesAt(path, metadata, 0, 1))[0]?.length ?? 0);
    async function* blocks(rows = ROWS, first = 0): AsyncGenerator<Float32Array> {
      for (let at = first; at < n; at += rows)
        yield flat(await codesAt(path, metadata, at, Math.min(n, at + rows)), d, at, path);
    }
    return {
      path,
      n,
      d,
      names,
      model: modelOf(parsed(said)),
      blocks,
      all: () => allOf(blocks(), n * d),
    };
  },
};

function checkColumns({ schema: found, num_rows }: FileMetaData, path: string): void {
  const at = found.findIndex(({ name }) => name === 'code');
  const leaf = found.slice(at).find(({ num_children }) => !num_children);
  if (at > 0 && leaf && ['FLOAT', 'DOUBLE'].includes(leaf.type ?? '') && num_rows <= 2n ** 31n) return;
  throw new AlixError('bad-codes', 'a table without codes', {
    where: path,
    expected: 'a column "code", a list of floats, and "name"',
    found: found
      .slice(1)
      .map(({ name }) => name)
      .join(', '),
    remedy: 'name a file that `alix encode` wrote',
  });
}

async function namesOf(path: string, metadata: FileMetaData, n: number): Promise<string[]> {
  const names: string[] = [];
  for (let at = 0; at < n; at += ROWS)
    for (const name of await columnAt(path, metadata, 'name', at, Math.min(n, at + ROWS))) {
      if (typeof name !== 'string') throw damaged(path, 'a name that is no text');
      names.push(name);
    }
  return names;
}

async function codesAt(path: string, metadata: FileMetaData, first: number, end: number) {
  const rows = await columnAt(path, metadata, 'code', first, end);
  return rows.map((row) => {
    const isCode = Array.isArray(row) && row.length > 0 && row.every((value) => typeof value === 'number');
    if (!isCode) throw damaged(path, 'a code that is no list of numbers');
    return row as readonly number[];
  });
}

/** The values of a column; as many as rows were asked for. */
async function columnAt(path: string, metadata: FileMetaData, column: string, rowStart: number, rowEnd: number) {
  const { parquetReadObjects } = await import('hyparquet');
  const rows = await using(path, (file) =>
    parquetReadObjects({ file, metadata, columns: [column], rowStart, rowEnd, useOffsetIndex: true }),
  );
  if (rows.length === rowEnd - rowStart) return rows.map((row): unknown => row[column]);
  throw damaged(path, `${rows.length} rows where there should be ${rowEnd - rowStart}`);
}

function flat(rows: readonly (readonly number[])[], d: number, first: number, path: string): Float32Array {
  const codes = new Float32Array(rows.length * d);
  for (const [i, row] of rows.entries()) {
    if (row.length !== d)
      throw new AlixError('bad-codes', `code ${first + i} is of another size than the first`, {
        where: path,
        expected: `${d} values`,
        found: `${row.length}`,
        remedy: 'encode the images again',
      });
    codes.set(row, i * d);
  }
  return codes;
}

/**
 * Whatever hyparquet says of a file is about the file. It reads several pieces at once and may leave one unawaited when another fails, so
 * that no reading rejects: what the system said is told at the end.
 */
async function using<T>(path: string, work: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const handle = await describing(path, () => open(path));
  const readings: Promise<ArrayBuffer>[] = [];
  let failed: unknown;
  try {
    const { size } = await describing(path, () => handle.stat());
    const slice = (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - Math.max(0, start)));
      const reading = fill(handle, bytes, Math.max(0, start)).catch((error: unknown) => {
        failed ??= describeSystemError(error, path);
      });
      readings.push(reading.then(() => bytes.buffer));
      return readings.at(-1)!;
    };
    const result = await work({ byteLength: size, slice });
    if (failed) throw failed;
    return result;
  } catch (error) {
    const cause = failed ?? error;
    throw cause instanceof AlixError
      ? cause
      : damaged(path, cause instanceof Error ? cause.message : `${cause}`, cause);
  } finally {
    await Promise.all(readings);
    await handle.close();
  }
}

/** Bytes that the file does not have any more stay 0. */
async function fill(file: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) return;
    at += bytesRead;
  }
}

function damaged(where: string, found: string, cause?: unknown): AlixError {
  return new AlixError('bad-parquet', 'a Parquet file that cannot be read, or a damaged one', {
    where,
    found,
    remedy: 'write it again, plain or with Snappy',
    cause,
  });
}
