/** What a file format of codes is: the contract of the table in formats.ts. */
import type { CodesFile } from '@alix/infer/io/codes-file';

/** Some codes and the images that they are of. */
export interface CodesBlock {
  /** As many as rows. */
  readonly names: readonly string[];
  /** float32 [n,d] */
  readonly codes: Float32Array;
}

/** What is said of codes beside their names: the model above all, and how they were made. Plain JSON. */
export interface CodesDescription {
  readonly model: { readonly name: string; readonly sha256: string; readonly precision?: string };
  readonly [key: string]: unknown;
}

/** Codes that are to be written, more of them than need be in memory. */
export interface CodesSource {
  readonly n: number;
  /** Values of a code. */
  readonly d: number;
  readonly description: CodesDescription;
  /** All codes in their order; may be asked for more than once. */
  blocks(): AsyncIterable<CodesBlock>;
}

export interface CodesFormat {
  /** As --format takes it; its files end in a dot and this. */
  readonly name: string;
  /** The bytes of the file, the same for the same codes however they are cut into blocks. */
  write(source: CodesSource): AsyncIterable<Uint8Array>;
  /** What stands beside the file as <file>.json: all that is known, all but the names, or nothing since the file itself has it. */
  readonly beside?: 'all' | 'description';
  /** Whether a file with these first bytes is of this format. */
  readonly begins: (head: Uint8Array) => boolean;
  /** Opens a file. @throws AlixError naming it and what is wrong with it */
  open(path: string): Promise<CodesFile>;
}

/** The memory of codes, not copied. */
export function bytesOf(codes: Float32Array): Uint8Array {
  return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
}

/** Blocks of exactly `rows` rows but for the last, however they come. */
export async function* inBlocksOf(rows: number, source: CodesSource): AsyncGenerator<CodesBlock> {
  const { d } = source;
  let names: string[] = [];
  let codes = new Float32Array(rows * d);
  for await (const block of source.blocks())
    for (let at = 0; at < block.names.length; ) {
      const take = Math.min(rows - names.length, block.names.length - at);
      codes.set(block.codes.subarray(at * d, (at + take) * d), names.length * d);
      for (let i = 0; i < take; i++) names.push(block.names[at + i]!);
      at += take;
      if (names.length < rows) continue;
      yield { names, codes };
      names = [];
      codes = new Float32Array(rows * d);
    }
  if (names.length > 0) yield { names, codes: codes.subarray(0, names.length * d) };
}

/** Blocks in one array of so many values. */
export async function allOf(blocks: AsyncIterable<Float32Array>, values: number): Promise<Float32Array> {
  const codes = new Float32Array(values);
  let at = 0;
  for await (const block of blocks) {
    codes.set(block, at);
    at += block.length;
  }
  return codes;
}

/** Who made the codes, of what a file says in JSON; undefined where it says nothing of the kind. */
export function modelOf(description: unknown): CodesFile['model'] {
  const { model } = (description ?? {}) as { readonly model?: unknown };
  const { name, sha256 } = (model ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof sha256 === 'string' ? { name, sha256 } : undefined;
}

/** JSON, or undefined for what is none. */
export function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
