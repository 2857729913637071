/** Long work in pieces: it yields between them, and whoever runs it says what happens there. */
import { BLOCK } from './kernel.js';
import { addProduct, type Matrix, type ProductOptions, part } from './product.js';

/** Multiplications that take a few milliseconds: products of fewer are one piece. */
const SMALL = 2 ** 24;

/** Yields after each piece of work, a tenth of a second or so at most where nothing else is said, and returns the result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** The result, with nothing in between. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The result, with a turn awaited between the pieces: `turnsUntil(signal)`. One that rejects ends the work. */
export async function inTurns<T>(steps: Steps<T>, turn: () => Promise<void>): Promise<T> {
  for (;;) {
    await turn();
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Multiplications that take some hundredths of a second: as many are one piece of larger products. */
const PIECE = 2 ** 28;

/** c += scale·a·b, some blocks of rows at a time: the same sums as `addProduct`, to the bit. */
export function* productSteps(c: Matrix, a: Matrix, b: Matrix, options: ProductOptions = {}): Steps<void> {
  if (c.rows * c.columns * a.columns < SMALL) {
    addProduct(c, a, b, options);
    yield;
    return;
  }
  const height = BLOCK.rows * Math.max(1, Math.floor(PIECE / (BLOCK.rows * c.columns * a.columns)));
  for (let top = 0; top < c.rows; top += height) {
    const bottom = Math.min(c.rows, top + height);
    const rows = part(a, top, bottom);
    const full = options.lower ? top : c.columns;
    if (full > 0)
      addProduct(part(c, top, bottom, 0, full), rows, part(b, 0, b.rows, 0, full), { ...options, lower: false });
    if (options.lower) addProduct(part(c, top, bottom, top, bottom), rows, part(b, 0, b.rows, top, bottom), options);
    yield;
  }
}

/** Numbers in a line of the cache: where rows are a power of two apart, no more lines of a column lie in it together. */
const SQUARE = 8;

/** Copies the lower triangle over the upper one, in rows and columns first..last. @param square [d,d] */
export function mirrorLower(square: Float64Array, d: number, first = 0, last = d): Float64Array {
  for (let top = first; top < last; top += SQUARE)
    for (let left = first; left <= top; left += SQUARE)
      for (let j = left; j < Math.min(last, left + SQUARE); j++) {
        const to = j * d;
        const end = Math.min(last, top + SQUARE);
        for (let i = Math.max(top, j + 1); i < end; i++) square[to + i] = square[i * d + j]!;
      }
  return square;
}
