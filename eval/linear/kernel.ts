/** The block in which products are computed: memory for packed operands, and the loops over 4x4 tiles. */
import { type WasmKernel, wasmKernel } from './wasm-kernel.js';

/** Rows of A, columns of B and the length of the sums in one block; the packed A stays in the second-level cache. */
export const BLOCK = { rows: 128, columns: 256, depth: 256 } as const;
/** Rows and columns of a tile, whose sums stay in registers; the depth is a multiple of it too. */
export const TILE = 4;

/** One block's operands and result. */
export interface Block {
  /** Panels of 4 rows; in a panel, the 4 numbers of each column one after another. */
  readonly a: Float64Array;
  /** Panels of 4 columns; in a panel, the 4 numbers of each row one after another. */
  readonly b: Float64Array;
  /** [BLOCK.rows, BLOCK.columns] */
  readonly c: Float64Array;
  /** c[i..end, j..j+3] += panels i/4.. of a · panel j/4 of b. @param end over i, rounded up to a tile @param depth over 0 */
  tiles(i: number, end: number, j: number, depth: number): void;
}

const A_AT = 0;
const B_AT = A_AT + 8 * BLOCK.rows * BLOCK.depth;
const C_AT = B_AT + 8 * BLOCK.depth * BLOCK.columns;
const BYTES = C_AT + 8 * BLOCK.rows * BLOCK.columns;
const PAGE = 65536;

let shared: Block | undefined;

/** The block that this thread's products share: they are synchronous, so no two use it at once. */
export function sharedBlock(): Block {
  shared ??= createBlock(wasmKernel(Math.ceil(BYTES / PAGE)));
  return shared;
}

/** A block over the WebAssembly kernel, or over the plain one where there is none. */
export function createBlock(wasm: WasmKernel | undefined): Block {
  const buffer = wasm ? wasm.memory.buffer : new ArrayBuffer(BYTES);
  const view = (at: number, length: number) => new Float64Array(buffer, at, length);
  const a = view(A_AT, BLOCK.rows * BLOCK.depth);
  const b = view(B_AT, BLOCK.depth * BLOCK.columns);
  const c = view(C_AT, BLOCK.rows * BLOCK.columns);
  const tiles = wasm
    ? (i: number, end: number, j: number, depth: number) =>
        wasm.kernel(
          A_AT + 8 * i * depth,
          B_AT + 8 * j * depth,
          C_AT + 8 * (i * BLOCK.columns + j),
          depth,
          8 * BLOCK.columns,
          Math.ceil((end - i) / TILE),
        )
    : (start: number, end: number, j: number, depth: number) => {
        for (let i = start; i < end; i += TILE)
          plainKernel(a, i * depth, b, j * depth, c, i * BLOCK.columns + j, depth);
      };
  return { a, b, c, tiles };
}

/** The kernel in plain JavaScript: places in the arrays instead of addresses. */
function plainKernel(
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  c: Float64Array,
  cAt: number,
  depth: number,
): void {
  for (let i = 0; i < TILE; i++) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = 0; k < depth; k++) {
      const value = a[aAt + TILE * k + i]!;
      const at = bAt + TILE * k;
      s0 += value * b[at]!;
      s1 += value * b[at + 1]!;
      s2 += value * b[at + 2]!;
      s3 += value * b[at + 3]!;
    }
    const at = cAt + i * BLOCK.columns;
    c[at]! += s0;
    c[at + 1]! += s1;
    c[at + 2]! += s2;
    c[at + 3]! += s3;
  }
}
