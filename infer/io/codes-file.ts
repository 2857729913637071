/** Codes on disk: float32 [n,d] in an .npy file, and beside it as <file>.json what they are of. Node only. */
import { type FileHandle, open } from 'node:fs/promises';
import { AlixError } from './errors.js';
import { describing, readRegular, statRegular } from './files.js';
import { readNpyHead } from './npy.js';

/** A file of codes whose head was read. */
export interface CodesFile {
  readonly path: string;
  readonly n: number;
  readonly d: number;
  /** The n images that they are of, where that was written down. */
  readonly names: readonly string[] | undefined;
  /** The model that made them, where that was written down. */
  readonly model: { readonly name: string; readonly sha256: string } | undefined;
  /** All codes, float32 [n,d], read straight into one array. */
  all(): Promise<Float32Array>;
  /** The codes from row `first` (0) on in runs of at most `rows` (16,384 unless told), float32 [?,d]; each an array of its own. */
  blocks(rows?: number, first?: number): AsyncGenerator<Float32Array>;
}

/** The longest head that NPY files have here. */
const MAX_HEAD = (1 << 20) + 12;
/** Bytes of the longest text that V8 holds. */
const MAX_TEXT = 2 ** 29 - 24;
/** A system reads at most 2 GiB at a time. */
const AT_ONCE = 1 << 28;

/**
 * Opens a file of codes as `alix encode` writes it; float64 is read as float32.
 *
 * ```ts
 * const file = await openCodes('codes.npy');
 * const index = new CodeIndex(await file.all(), file.d, file.model);
 * ```
 * @throws AlixError 'bad-codes' for an array of another kind, or a description that does not fit it; 'bad-npy', 'not-found', ...
 */
export async function openCodes(path: string): Promise<CodesFile> {
  await statRegular(path);
  const head = await withFile(path, async (file) => {
    const { size } = await file.stat();
    return readNpyHead(await bytesAt(file, 0, Math.min(size, MAX_HEAD), path), path, size);
  });
  const [n = 0, d = 0] = head.shape;
  if (head.shape.length !== 2 || d < 1 || !['<f4', '<f8'].includes(head.dtype))
    throw new AlixError('bad-codes', 'not codes', {
      where: path,
      expected: 'float32 [N,d]',
      found: `${head.dtype} [${head.shape.join(',')}]`,
      remedy: 'name a file that `alix encode` wrote',
    });
  const { names, model } = await readDescription(`${path}.json`, n);
  return { path, n, d, names, model, ...rowsOf(path, { n, d, start: head.start, isDouble: head.dtype === '<f8' }) };
}

/** Where rows lie in a file. */
export interface RowsPlace {
  readonly n: number;
  readonly d: number;
  /** Of the first value, in bytes. */
  readonly start: number;
  /** float64, or float32. */
  readonly isDouble: boolean;
}

/** The readers of rows of numbers that lie behind each other in a file. */
export function rowsOf(path: string, { n, d, start, isDouble }: RowsPlace): Pick<CodesFile, 'all' | 'blocks'> {
  const width = isDouble ? 8 : 4;
  async function rowsAt(file: FileHandle, first: number, rows: number): Promise<Float32Array> {
    const { buffer } = await bytesAt(file, start + first * d * width, rows * d * width, path);
    return isDouble ? Float32Array.from(new Float64Array(buffer)) : new Float32Array(buffer);
  }
  return {
    all: () => withFile(path, (file) => rowsAt(file, 0, n)),
    async *blocks(rows = 16_384, from = 0) {
      const file = await describing(path, () => open(path));
      try {
        for (let first = from; first < n; first += rows)
          yield await describing(path, () => rowsAt(file, first, Math.min(rows, n - first)));
      } finally {
        await file.close();
      }
    },
  };
}

function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  return describing(path, async () => {
    const file = await open(path);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  });
}

async function bytesAt(file: FileHandle, from: number, size: number, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(AT_ONCE, size - at), from + at);
    if (bytesRead === 0) throw new AlixError('bad-npy', 'the file became shorter while it was read', { where: path });
    at += bytesRead;
  }
  return bytes;
}

type Description = Pick<CodesFile, 'names' | 'model'>;

async function readDescription(path: string, n: number): Promise<Description> {
  const content = await readRegular(path, MAX_TEXT).catch((error: unknown) => {
    if (error instanceof AlixError && error.code === 'not-found') return undefined;
    throw error;
  });
  if (content === undefined) return { names: undefined, model: undefined };
  const bad = (what: string, details = {}) =>
    new AlixError('bad-codes', what, {
      where: path,
      ...details,
      remedy: 'encode the images again, or remove this file',
    });
  const { names, model } = parsed(new TextDecoder().decode(content)) ?? { names: null, model: null };
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === 'string')))
    throw bad('not what alix writes beside codes');
  if (model !== undefined && !isIdentity(model)) throw bad('"model" does not name a model');
  if (names && names.length !== n)
    throw bad('the names are not those of these codes', { expected: `${n} names`, found: `${names.length}` });
  return { names, model };
}

function parsed(content: string): { readonly names?: unknown; readonly model?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(content);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is NonNullable<CodesFile['model']> {
  const { name, sha256 } = (value ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof sha256 === 'string';
}
