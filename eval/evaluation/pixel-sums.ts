/** Sums over images of each pixel and of its square: whole numbers, hence exact in any order. */
import type { NamedTensor } from '@alix/infer/io/safetensors';
import { badPart, type Store } from './store.js';

export interface PixelSums {
  readonly n: number;
  /** [H·W·C], of stored values 0..255. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** @param size H·W·C */
export function pixelSumsStore(size: number): Store<Uint8Array, PixelSums> {
  return {
    start() {
      let n = 0;
      const sums = new Float64Array(size);
      const squares = new Float64Array(size);
      return {
        add(pixels, keys) {
          for (let at = 0; at < pixels.length; at++) {
            const value = pixels[at]!;
            sums[at % size]! += value;
            squares[at % size]! += value * value;
          }
          n += keys.length;
        },
        state: () => ({ n, sums, squares }),
      };
    },
    merge: (a, b) => ({
      n: a.n + b.n,
      sums: a.sums.map((sum, i) => sum + b.sums[i]!),
      squares: a.squares.map((sum, i) => sum + b.squares[i]!),
    }),
    encode: ({ n, sums, squares }) =>
      new Map<string, NamedTensor>([
        ['n', { shape: [1], data: Float64Array.of(n) }],
        ['sums', { shape: [size], data: sums }],
        ['squares', { shape: [size], data: squares }],
      ]),
    decode(tensors, where) {
      const [n, sums, squares] = ['n', 'sums', 'squares'].map((name) => tensors.get(name)?.data);
      const isWhole = (data: unknown, length: number): data is Float64Array =>
        data instanceof Float64Array && data.length === length;
      if (!isWhole(n, 1) || !isWhole(sums, size) || !isWhole(squares, size)) throw badPart(where);
      return { n: n[0]!, sums, squares };
    },
  };
}
