/**
 * The inner loop of matrix products as WebAssembly with 128-bit SIMD, assembled here from its instructions: no binary in
 * the tree, no compiler in the build. It does what `plainKernel` of kernel.ts does, in the same order, so both give the
 * same bits; WebAssembly is several times as fast.
 */

/** WebAssembly's opcodes that the kernel uses (WebAssembly core specification 2.0, section 5.4). */
const op = {
  loop: 0x03,
  end: 0x0b,
  brIf: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  i32Const: 0x41,
  i32Add: 0x6a,
  i32Sub: 0x6b,
} as const;
const load = [0xfd, 0x00];
const store = [0xfd, 0x0b];
const zero = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];

/** Numbers of 8 bytes in tiles of 4x4, or of 4 bytes in tiles of 4x8: two vectors in a row of a tile either way. */
const formats = {
  float64: { bytes: 8, alignment: 3, splat: [0xfd, 0x0a], add: [0xfd, 0xf0, 0x01], mul: [0xfd, 0xf2, 0x01] },
  float32: { bytes: 4, alignment: 2, splat: [0xfd, 0x09], add: [0xfd, 0xe4, 0x01], mul: [0xfd, 0xe6, 0x01] },
} as const;
type Format = keyof typeof formats;

const I32 = 0x7f;
const V128 = 0x7b;
const EMPTY = 0x40;

/** The parameters' places among the locals, the pointer into B and what is left of k, then the accumulators (4 rows of 2 vectors). */
const A = 0;
const B = 1;
const C = 2;
const K = 3;
const STRIDE = 4;
const TILES = 5;
const B_NEXT = 6;
const K_LEFT = 7;
const ACCUMULATOR = 8;
/** What is loaded. */
const B_LEFT = 16;
const B_RIGHT = 17;
const A_SPLAT = 18;

/**
 * What the compiled module gives: `kernel(a, b, c, k, stride, tiles)`, byte addresses in its memory. Tiles are one below the other:
 * their panels of A lie one after another, the panel of B is the same. k and tiles are over 0.
 */
export interface WasmKernel {
  readonly memory: WebAssembly.Memory;
  readonly kernel: (a: number, b: number, c: number, k: number, stride: number, tiles: number) => void;
}

/**
 * Compiles the kernel.
 *
 * @param pages of 64 KiB of the module's memory, which never grows
 * @returns undefined where WebAssembly or its SIMD is missing, or a page's policy forbids it
 */
export function wasmKernel(pages: number, format: Format = 'float64'): WasmKernel | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(pages, format)));
    return { memory: exports.m as WebAssembly.Memory, kernel: exports.f as WasmKernel['kernel'] };
  } catch {
    // the plain kernel gives the same numbers, more slowly
    return undefined;
  }
}

function moduleBytes(pages: number, format: Format): Uint8Array<ArrayBuffer> {
  const type = [1, 0x60, ...counted([I32, I32, I32, I32, I32, I32]), 0];
  const memory = [1, 0x01, ...leb(pages), ...leb(pages)];
  const name = (letter: string) => counted([letter.charCodeAt(0)]);
  const exported = [2, ...name('m'), 0x02, 0, ...name('f'), 0x00, 0];
  const code = [1, ...counted([2, 2, I32, ...leb(11), V128, ...body(format), op.end])];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, type),
    ...section(3, [1, 0]),
    ...section(5, memory),
    ...section(7, exported),
    ...section(10, code),
  ]);
}

/** C += A·B, tile by tile; A's columns and B's rows lie one after another, a tile's worth each; C's rows `stride` bytes apart. */
function body(format: Format): number[] {
  const advance = (pointer: number, by: number) => [
    ...[op.get, pointer, op.i32Const, ...signedLeb(by), op.i32Add, op.set, pointer],
  ];
  const again = (counter: number) => [
    ...[op.get, counter, op.i32Const, ...signedLeb(1), op.i32Sub, op.tee, counter, op.brIf, 0, op.end],
  ];
  const start = [op.get, B, op.set, B_NEXT, op.get, K, op.set, K_LEFT];
  const clear = Array.from({ length: 8 }, (_, i) => [...zero, op.set, ACCUMULATOR + i]).flat();
  // one step at a time: unrolled, V8 runs out of registers, and four steps take 1.7 times as long
  const sums = [op.loop, EMPTY, ...step(format), ...advance(A, 4 * formats[format].bytes), ...advance(B_NEXT, 32)];
  const rows = [0, 1, 2, 3].map((row) => [...addRow(format, row), op.get, C, op.get, STRIDE, op.i32Add, op.set, C]);
  return [op.loop, EMPTY, ...start, ...clear, ...sums, ...again(K_LEFT), ...rows.flat(), ...again(TILES)];
}

function step(format: Format): number[] {
  const { bytes, alignment, splat, add, mul } = formats[format];
  const fetch = (pointer: number, how: readonly number[], at: number, aligned: number, to: number) => [
    ...[op.get, pointer, ...how, aligned, ...leb(at), op.set, to],
  ];
  const multiplyAdd = (accumulator: number, vector: number) => [
    ...[op.get, accumulator, op.get, A_SPLAT, op.get, vector, ...mul, ...add, op.set, accumulator],
  ];
  const rows = [0, 1, 2, 3].map((row) => [
    ...fetch(A, splat, row * bytes, alignment, A_SPLAT),
    ...multiplyAdd(ACCUMULATOR + 2 * row, B_LEFT),
    ...multiplyAdd(ACCUMULATOR + 2 * row + 1, B_RIGHT),
  ]);
  return [...fetch(B_NEXT, load, 0, 4, B_LEFT), ...fetch(B_NEXT, load, 16, 4, B_RIGHT), ...rows.flat()];
}

function addRow(format: Format, row: number): number[] {
  return [0, 1].flatMap((half) => [
    ...[op.get, C, op.get, C, ...load, 4, ...leb(16 * half)],
    ...[op.get, ACCUMULATOR + 2 * row + half, ...formats[format].add, ...store, 4, ...leb(16 * half)],
  ]);
}

function section(id: number, content: number[]): number[] {
  return [id, ...counted(content)];
}

function counted(bytes: number[]): number[] {
  return [...leb(bytes.length), ...bytes];
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function signedLeb(value: number): number[] {
  // of numbers from 0 on; bit 6 of the last byte is the sign
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)];
}
