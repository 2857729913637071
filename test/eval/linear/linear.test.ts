/** Products, factors and eigenvalues where they are known. */
import { pivotedCholesky } from '@alix/eval/linear/cholesky';
import { congruenceSteps } from '@alix/eval/linear/congruence';
import { symmetricEigenvalues, tridiagonalEigenvalues } from '@alix/eval/linear/eigenvalues';
import { createBlock, sharedBlock } from '@alix/eval/linear/kernel';
import { addProduct, matrix, part, transposed } from '@alix/eval/linear/product';
import { invertPositive, solvePositive } from '@alix/eval/linear/solve';
import { finish, mirrorLower } from '@alix/eval/linear/steps';
import { wasmKernel } from '@alix/eval/linear/wasm-kernel';
import { describe, expect, test } from 'vitest';
import { noise } from '../support.js';

/** L·Lᵀ with L [d,rank]. */
function gram(l: Float64Array, d: number, rank: number): Float64Array {
  const out = new Float64Array(d * d);
  addProduct(matrix(out, d, d), matrix(l, d, rank), transposed(matrix(l, d, rank)));
  return out;
}

const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));

describe('products', () => {
  test.each([
    [1, 1, 1],
    [5, 3, 7],
    [131, 259, 261],
  ])('%i x %i x %i is the sum of products, to rounding', (m, k, n) => {
    const a = noise(m * k, 1);
    const b = noise(k * n, 2);
    const c = noise(m * n, 3);
    const out = c.slice();
    addProduct(matrix(out, m, n), matrix(a, m, k), matrix(b, k, n), { scale: -2 });
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j += 13) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[l * n + j]!;
        expect(Math.abs(out[i * n + j]! - (c[i * n + j]! - 2 * sum))).toBeLessThan(1e-13 * k);
      }
  });

  test('WebAssembly and plain JavaScript give the same bits', () => {
    expect(wasmKernel(1)).toBeDefined();
    const [m, k, n] = [30, 300, 35];
    const results = [sharedBlock(), createBlock(undefined)].map((block) => {
      const out = new Float64Array(m * n);
      addProduct(matrix(out, m, n), matrix(noise(m * k, 1), m, k), matrix(noise(k * n, 2), k, n), { block });
      return out;
    });
    expect(results[0]).toEqual(results[1]);
  });

  test('transposes, parts and float32 are the same numbers', () => {
    const d = 140;
    const a = Float32Array.from(noise(d * d, 4));
    const whole = new Float64Array(d * d);
    addProduct(matrix(whole, d, d), transposed(matrix(a, d, d)), matrix(a, d, d));
    const lower = new Float64Array(d * d);
    const wide = matrix(Float64Array.from(a), d, d);
    addProduct(matrix(lower, d, d), transposed(wide), wide, { lower: true });
    const corner = new Float64Array(9 * 5);
    addProduct(matrix(corner, 9, 5), part(transposed(wide), 130, 139), part(wide, 0, d, 2, 7));
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) expect(lower[i * d + j]).toBe(j <= i ? whole[i * d + j] : 0);
    for (let i = 0; i < 9; i++)
      for (let j = 0; j < 5; j++) expect(corner[i * 5 + j]).toBe(whole[(i + 130) * d + j + 2]);
  });
});

describe('pivoted Cholesky factors', () => {
  test.each([
    [1, 1],
    [90, 90],
    [150, 70],
    [200, 1],
  ])('of a [%i,%i] matrix times its transpose: the rank, and the matrix back', (d, rank) => {
    const original = gram(noise(d * rank, 5), d, rank);
    const found = pivotedCholesky(original, d);
    expect(found.rank).toBe(rank);
    const back = gram(found.factor, d, rank);
    const { order } = found;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) back[i * d + j]! -= original[order[i]! * d + order[j]!]!;
    for (let i = 0; i < rank; i++)
      expect(found.factor.subarray(i * rank + i + 1, (i + 1) * rank).every((value) => value === 0)).toBe(true);
    expect(largest(back)).toBeLessThan(1e-14 * d * largest(original));
  });

  test('of zeros: rank 0', () => {
    expect(pivotedCholesky(new Float64Array(9), 3)).toMatchObject({ factor: new Float64Array(0), rank: 0 });
  });
});

describe('LᵀAL of a pivoted factor', () => {
  test.each([
    [1, 1],
    [300, 300],
    [300, 140],
  ])('of a [%i,%i] matrix times its transpose: the products one after another', (d, rank) => {
    const { factor, order } = pivotedCholesky(gram(noise(d * rank, 5), d, rank), d);
    const symmetric = mirrorLower(noise(d * d, 6), d);
    const found = finish(congruenceSteps(symmetric, factor, order, rank));
    const back = new Float64Array(d * rank);
    for (let i = 0; i < d; i++) back.set(factor.subarray(i * rank, (i + 1) * rank), order[i]! * rank);
    const l = matrix(back, d, rank);
    const [right, wanted] = [new Float64Array(d * rank), new Float64Array(rank * rank)];
    addProduct(matrix(right, d, rank), matrix(symmetric, d, d), l);
    addProduct(matrix(wanted, rank, rank), transposed(l), matrix(right, d, rank));
    for (let i = 0; i < rank; i++) wanted.fill(0, i * rank + i + 1, (i + 1) * rank);
    for (let i = 0; i < rank; i++) found.fill(0, i * rank + i + 1, (i + 1) * rank);
    expect(largest(found.map((value, at) => value - wanted[at]!))).toBeLessThan(1e-14 * largest(wanted));
  });
});

describe('positive definite systems', () => {
  test.each([1, 24, 25, 131])('%i unknowns: solution and inverse', (d) => {
    const a = gram(noise(d * d, 8), d, d);
    for (let i = 0; i < d; i++) a[i * d + i]! += 1;
    const x = noise(d, 9);
    const b = new Float64Array(d);
    addProduct(matrix(b, d, 1), matrix(a, d, d), matrix(x, d, 1));
    const solved = solvePositive(a.slice(), b);
    expect(largest(solved.map((value, i) => value - x[i]!))).toBeLessThan(1e-13 * d);
    const one = new Float64Array(d * d);
    addProduct(matrix(one, d, d), matrix(a, d, d), matrix(invertPositive(a.slice(), d), d, d));
    expect(largest(one.map((value, at) => value - (at % (d + 1) === 0 ? 1 : 0)))).toBeLessThan(1e-13 * d);
  });

  test('one that is not is refused', () => {
    expect(() => solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toThrow(/not positive/);
  });
});

/** Rows from which on a matrix goes by a band in these tests; without it only far larger ones do. */
const BY_A_BAND = 192;

describe('eigenvalues', () => {
  test('of second differences: 2 - 2 cos(pi k / (n+1))', () => {
    const n = 200;
    const found = tridiagonalEigenvalues(new Float64Array(n).fill(2), new Float64Array(n).fill(-1));
    for (let k = 1; k <= n; k++) expect(found[k - 1]).toBeCloseTo(2 - 2 * Math.cos((Math.PI * k) / (n + 1)), 13);
  });

  test.each([1, 2, 3, 33, 130, 192, 225, 250, 290])('of a diagonal of %i seen through reflections', (d) => {
    // (I - 2uu'/u'u) D (I - 2uu'/u'u) has the eigenvalues D; twice, so that no structure is left
    const wanted = Float64Array.from({ length: d }, (_, i) => (i % 5 === 0 ? 0 : i * i - 7));
    const a = new Float64Array(d * d);
    for (let i = 0; i < d; i++) a[i * d + i] = wanted[i]!;
    for (const seed of [6, 7]) {
      const u = noise(d, seed);
      const length = u.reduce((sum, value) => sum + value * value, 0);
      const reflect = (at: (j: number) => number) => {
        let along = 0;
        for (let j = 0; j < d; j++) along += u[j]! * a[at(j)]!;
        for (let j = 0; j < d; j++) a[at(j)]! -= (2 * along * u[j]!) / length;
      };
      for (let i = 0; i < d; i++) reflect((j) => i * d + j);
      for (let i = 0; i < d; i++) reflect((j) => j * d + i);
    }
    wanted.sort();
    for (const found of [symmetricEigenvalues(a, d), symmetricEigenvalues(a, d, BY_A_BAND)])
      expect(largest(found.map((value, i) => value - wanted[i]!))).toBeLessThan(
        2e-15 * d * Math.max(1, largest(wanted)),
      );
  });

  test.each([1e-15, 1e-20])('of numbers from %f to 1, where the first takes very many steps', (least) => {
    const n = 300;
    const diagonal = Float64Array.from({ length: n }, (_, i) => least ** (1 - i / (n - 1)));
    const beside = diagonal.map((value, i) => (i === 0 ? 0 : 0.45 * Math.sqrt(value * diagonal[i - 1]!)));
    const found = tridiagonalEigenvalues(diagonal, beside);
    // Sylvester: as many eigenvalues lie below x as LDL' of the matrix less x has negative pivots
    const below = (x: number) => {
      let [count, pivot] = [0, 1];
      for (let i = 0; i < n; i++) {
        pivot = diagonal[i]! - x - beside[i]! ** 2 / pivot;
        if (pivot < 0) count++;
      }
      return count;
    };
    const reach = 8 * Number.EPSILON * found[n - 1]!;
    found.forEach((value, k) => {
      expect(below(value - reach)).toBeLessThanOrEqual(k);
      expect(below(value + reach)).toBeGreaterThan(k);
    });
  });

  test('of what is not finite: an error at once', () => {
    expect(() => symmetricEigenvalues(Float64Array.of(1, 0, Number.NaN, 1), 2)).toThrow(/not finite/);
  });

  test('of a large matrix that is not finite, of zeros, and of one whose rows fall apart', () => {
    const d = 260;
    const a = new Float64Array(d * d);
    expect(symmetricEigenvalues(a, d, BY_A_BAND)).toEqual(new Float64Array(d));
    const wanted = Float64Array.from({ length: d }, (_, i) => (i - 100) * 1e-170).sort();
    for (let i = 0; i < d; i++) a[i * (d + 1)] = wanted[d - 1 - i]!;
    expect(symmetricEigenvalues(a, d, BY_A_BAND)).toEqual(wanted);
    // beside 1, what is below 1e-160 has no digits: pairs of it are ±1e-165
    a[0] = 1;
    for (let i = 40; i < d; i++) a[i * d + i - 40] = 1e-165;
    const found = symmetricEigenvalues(a, d, BY_A_BAND);
    expect(found[d - 1]).toBe(1);
    expect(largest(found.subarray(0, d - 1))).toBeLessThan(1e-139);
    a[259 * d + 3] = Number.NaN;
    expect(() => symmetricEigenvalues(a, d, BY_A_BAND)).toThrow(/not finite/);
  });

  test('of zeros, and of a matrix whose numbers are very large or very small', () => {
    expect(symmetricEigenvalues(new Float64Array(16), 4)).toEqual(new Float64Array(4));
    for (const scale of [1e-160, 1e150]) {
      const [low, high] = symmetricEigenvalues(
        Float64Array.of(2, 1, 1, 2).map((v) => v * scale),
        2,
      );
      expect([low! / scale, high! / scale].map((v) => Math.round(v * 1e12) / 1e12)).toEqual([1, 3]);
    }
  });
});
