/** Large products that let the event loop turn on their way: the same sums as `addProduct`, to the bit. */
import { BLOCK } from './kernel.js';
import { addProduct, type Matrix, type ProductOptions, part } from './product.js';

/** Awaited between pieces of work; may reject, which ends the work. */
export type Turn = () => Promise<void>;

/** c += scale·a·b, a block of rows at a time. */
export async function addProductInTurns(
  c: Matrix,
  a: Matrix,
  b: Matrix,
  turn: Turn,
  options: ProductOptions = {},
): Promise<void> {
  for (let top = 0; top < c.rows; top += BLOCK.rows) {
    await turn();
    const bottom = Math.min(c.rows, top + BLOCK.rows);
    const rows = part(a, top, bottom);
    const full = options.lower ? top : c.columns;
    if (full > 0)
      addProduct(part(c, top, bottom, 0, full), rows, part(b, 0, b.rows, 0, full), { ...options, lower: false });
    if (options.lower) addProduct(part(c, top, bottom, top, bottom), rows, part(b, 0, b.rows, top, bottom), options);
  }
}

/** Copies the lower triangle over the upper one. @param square [d,d] */
export function mirrorLower(square: Float64Array, d: number): Float64Array {
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) square[j * d + i] = square[i * d + j]!;
  return square;
}
