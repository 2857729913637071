/**
 * C += scale·A·B in float64, blocked, the one product under all metrics. The order of the sums depends on the depth alone,
 * not on where a row or column lies, so a product of a part equals that part of the product, to the bit.
 */
import { BLOCK, type Block, sharedBlock, TILE } from './kernel.js';

/** A matrix that lies in an array: element (i,j) at offset + i·rowStride + j·columnStride. */
export interface Matrix {
  readonly data: Float64Array | Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A row-major matrix. @param data [rows,columns] */
export function matrix(data: Float64Array | Float32Array, rows: number, columns: number): Matrix {
  return { data, rows, columns, offset: 0, rowStride: columns, columnStride: 1 };
}

/** The transpose, of the same numbers. */
export function transposed(m: Matrix): Matrix {
  return { ...m, rows: m.columns, columns: m.rows, rowStride: m.columnStride, columnStride: m.rowStride };
}

/** Rows from..to and columns left..right of a matrix, of the same numbers. */
export function part(m: Matrix, from: number, to: number, left = 0, right = m.columns): Matrix {
  const offset = m.offset + from * m.rowStride + left * m.columnStride;
  return { ...m, rows: to - from, columns: right - left, offset };
}

export interface ProductOptions {
  /** 1 where it is not given. */
  readonly scale?: number;
  /** Only the elements (i,j) with i >= j; the others stay as they are. */
  readonly lower?: boolean;
  /** For tests of the kernels. */
  readonly block?: Block;
}

/**
 * c += scale·a·b.
 *
 * @param c [m,n] @param a [m,k] @param b [k,n]
 */
export function addProduct(c: Matrix, a: Matrix, b: Matrix, options: ProductOptions = {}): void {
  const { scale = 1, lower = false, block = sharedBlock() } = options;
  const bByColumns = transposed(b);
  for (let left = 0; left < c.columns; left += BLOCK.columns) {
    const columns = Math.min(BLOCK.columns, c.columns - left);
    const start = lower ? left - (left % BLOCK.rows) : 0;
    for (let top = start; top < c.rows; top += BLOCK.rows) {
      const rows = Math.min(BLOCK.rows, c.rows - top);
      block.c.fill(0);
      for (let first = 0; first < a.columns; first += BLOCK.depth) {
        const last = Math.min(first + BLOCK.depth, a.columns);
        const depth = pack(block.a, part(a, top, top + rows, first, last));
        pack(block.b, part(bByColumns, left, left + columns, first, last));
        for (let j = 0; j < columns; j += TILE)
          for (let i = lower ? Math.max(0, left + j - top) : 0; i < rows; i += TILE) block.tile(i, j, depth);
      }
      unpack(part(c, top, top + rows, left, left + columns), block.c, scale, lower ? left - top : undefined);
    }
  }
}

/** Lays rows out as the kernel reads them, zeros where they end; returns the depth, rounded up. */
function pack(to: Float64Array, { data, rows, columns, offset, rowStride, columnStride }: Matrix): number {
  const depth = Math.ceil(columns / TILE) * TILE;
  for (let i = 0; i < rows; i++) {
    let at = (i - (i % TILE)) * depth + (i % TILE);
    let from = offset + i * rowStride;
    for (let k = 0; k < columns; k++, at += TILE, from += columnStride) to[at] = data[from]!;
    for (let k = columns; k < depth; k++, at += TILE) to[at] = 0;
  }
  for (let i = rows; i % TILE !== 0; i++) {
    const start = (i - (i % TILE)) * depth + (i % TILE);
    for (let k = 0; k < depth; k++) to[start + TILE * k] = 0;
  }
  return depth;
}

/** @param diagonal column minus row of the diagonal's start in this part; undefined for all elements */
function unpack(c: Matrix, from: Float64Array, scale: number, diagonal: number | undefined): void {
  for (let i = 0; i < c.rows; i++) {
    const row = c.offset + i * c.rowStride;
    const end = diagonal === undefined ? c.columns : Math.min(c.columns, i - diagonal + 1);
    for (let j = 0; j < end; j++) c.data[row + j * c.columnStride]! += scale * from[i * BLOCK.columns + j]!;
  }
}
