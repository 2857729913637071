/** Inner products of all rows with all rows, on which kernels and distances rest. */
import { count, type Features } from './features.js';
import { gram32, gram32Error } from './linear/gram32.js';
import { addProduct, matrix, transposed } from './linear/product.js';

/** What computes inner products: the float64 kernel of this package, or a faster one that a caller has (a runtime, a GPU). */
export interface InnerProducts {
  /** [n,m], row i of a with row j of b. */
  of(a: Features, b: Features): Float64Array | Float32Array | Promise<Float64Array | Float32Array>;
  /** A bound on the error of x·y of d numbers, as a share of |x||y|. */
  error(d: number): number;
}

/** In float64 on this thread, a dozen GFLOP/s or more. */
export const innerProducts: InnerProducts = {
  of(a, b) {
    const [n, m] = [count(a), count(b)];
    const out = new Float64Array(n * m);
    addProduct(matrix(out, n, m), matrix(a.data, n, a.d), transposed(matrix(b.data, m, b.d)), { lower: a === b });
    if (a === b) for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
    return out;
  },
  error: (d) => d * 2 ** -52,
};

/** In float32 where WebAssembly has SIMD, twice as fast; for those who look again where the error matters. */
export const roughProducts: InnerProducts = {
  of(a, b) {
    if (!(a.data instanceof Float32Array && b.data instanceof Float32Array)) return innerProducts.of(a, b);
    return gram32(a.data, b.data, a.d) ?? innerProducts.of(a, b);
  },
  error: gram32Error,
};

/** Rows from..to. */
export function rows({ data, d }: Features, from: number, to: number): Features {
  return { data: data.subarray(from * d, to * d), d };
}
