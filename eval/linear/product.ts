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
        // one block deep, the operand from before is still the one
        if (top === start || a.columns > BLOCK.depth)
          pack(block.b, part(bByColumns, left, left + columns, first, last));
        for (let j = 0; j < columns; j += TILE) {
          const i = lower ? Math.max(0, left + j - top) : 0;
          if (i < rows) block.tiles(i, rows, j, depth);
        }
      }
      unpack(part(c, top, top + rows, left, left + columns), block.c, scale, lower ? left - top : undefined);
    }
  }
}

/** Lays rows out as the kernel reads them, zeros where they end; returns the depth, rounded up. */
function pack(to: Float64Array, m: Matrix): number {
  const { data, rows, columns, offset, rowStride, columnStride } = widened(m);
  const depth = Math.ceil(columns / TILE) * TILE;
  let i = 0;
  // where rows are neighbours, a line of the cache has two panels' numbers: it is read once
  if (rowStride === 1)
    for (; i + 2 * TILE <= rows; i += 2 * TILE)
      packPair(to, i * depth, (i + TILE) * depth, data, offset + i, columnStride, columns);
  for (; i + TILE <= rows; i += TILE)
    packPanel(to, i * depth, data, offset + i * rowStride, rowStride, columnStride, columns);
  if (i < rows) {
    to.fill(0, i * depth, (i + TILE) * depth);
    for (let at = i * depth; i < rows; i++, at++)
      for (let k = 0; k < columns; k++) to[at + TILE * k] = data[offset + i * rowStride + k * columnStride]!;
  }
  if (columns < depth)
    for (let start = 0; start < rows; start += TILE) to.fill(0, start * depth + TILE * columns, (start + TILE) * depth);
  return depth;
}

function packPanel(
  to: Float64Array,
  start: number,
  data: Float64Array,
  first: number,
  rowStride: number,
  columnStride: number,
  columns: number,
): void {
  let from = first;
  for (let at = start; at < start + TILE * columns; at += TILE, from += columnStride) {
    to[at] = data[from]!;
    to[at + 1] = data[from + rowStride]!;
    to[at + 2] = data[from + 2 * rowStride]!;
    to[at + 3] = data[from + 3 * rowStride]!;
  }
}

function packPair(
  to: Float64Array,
  first: number,
  second: number,
  data: Float64Array,
  start: number,
  columnStride: number,
  columns: number,
): void {
  let from = start;
  for (let k = 0; k < TILE * columns; k += TILE, from += columnStride) {
    to[first + k] = data[from]!;
    to[first + k + 1] = data[from + 1]!;
    to[first + k + 2] = data[from + 2]!;
    to[first + k + 3] = data[from + 3]!;
    to[second + k] = data[from + 4]!;
    to[second + k + 1] = data[from + 5]!;
    to[second + k + 2] = data[from + 6]!;
    to[second + k + 3] = data[from + 7]!;
  }
}

let scratch: Float64Array | undefined;

/** A part of at most a block, in float64: the loops above see one kind of array alone. */
function widened(m: Matrix): Matrix & { readonly data: Float64Array } {
  if (m.data instanceof Float64Array) return { ...m, data: m.data };
  scratch ??= new Float64Array(BLOCK.columns * BLOCK.depth);
  const byRows = m.columnStride === 1;
  const [lines, length, stride] = byRows ? [m.rows, m.columns, m.rowStride] : [m.columns, m.rows, m.columnStride];
  const between = byRows ? 1 : m.rowStride;
  for (let line = 0; line < lines; line++) {
    const from = m.offset + line * stride;
    if (between === 1) scratch.set(m.data.subarray(from, from + length), line * length);
    else for (let k = 0; k < length; k++) scratch[line * length + k] = m.data[from + k * between]!;
  }
  const strides = byRows ? { rowStride: length, columnStride: 1 } : { rowStride: 1, columnStride: length };
  return { ...m, ...strides, data: scratch, offset: 0 };
}

/** @param diagonal column minus row of the diagonal's start in this part; undefined for all elements */
function unpack(c: Matrix, from: Float64Array, scale: number, diagonal: number | undefined): void {
  for (let i = 0; i < c.rows; i++) {
    const row = c.offset + i * c.rowStride;
    const end = diagonal === undefined ? c.columns : Math.min(c.columns, i - diagonal + 1);
    addScaled(c.data, row, c.columnStride, from, i * BLOCK.columns, end, scale);
  }
}

function addScaled(
  to: Matrix['data'],
  start: number,
  stride: number,
  from: Float64Array,
  first: number,
  count: number,
  scale: number,
): void {
  let at = start;
  for (let j = 0; j < count; j++, at += stride) to[at]! += scale * from[first + j]!;
}
