/**
 * The leading principal components of features, from statistics that merge: directions of the largest variance, to look at
 * features in a plane. The same for any cut of the images, to rounding.
 */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import type { FeatureStatistics } from './feature-statistics.js';
import { checkEnough, checkFinite, checkRows, checkSameWidth, type Features } from './features.js';
import { symmetricEigenvectors } from './linear/eigenvectors.js';
import { addProduct, matrix, transposed } from './linear/product.js';

/** The directions in which features vary most. */
export interface PrincipalComponents {
  /** Of how many images. */
  readonly n: number;
  readonly d: number;
  /** How many components: the number asked for, or d where that is smaller. */
  readonly k: number;
  /** [d] */
  readonly mean: Float64Array;
  /** [k,d], orthonormal rows, by descending variance; of each the largest loading is positive, of equally large ones the first. */
  readonly components: Float64Array;
  /** [k], the variances (ddof 1) along them. */
  readonly variances: Float64Array;
  /** [k], their shares of the variance of all d features. */
  readonly shares: Float64Array;
}

/** Up to here all components are computed at once. */
const SMALL = 64;
/** Directions beyond the asked ones in a block: what their variances are above no longer slows convergence. */
const EXTRA = 6;
/** Blocks of a Krylov space before it is begun anew from its best directions. */
const BLOCKS = 12;
const RESTARTS = 300;
/** |Av - lambda v| as a share of the largest lambda; the error of a variance is the square of it over the gap, or less than it. */
const RESIDUAL = 1e-10;

/**
 * The eigenvectors of the covariance matrix with the largest eigenvalues: all of them by Jacobi's method where d is small, else by a
 * block Krylov space from a fixed random start with Rayleigh-Ritz and restarts (Saad 2011, "Numerical Methods for Large
 * Eigenvalue Problems", sections 6.4 and 7.2). Where variances are equal, any directions that span the same space.
 *
 * @param k at least 1
 * @throws AlixError 'bad-option', 'too-few' (fewer than 2 images), 'not-finite', 'constant-features'
 */
export function principalComponents({ n, d, mean, scatter }: FeatureStatistics, k = 2): PrincipalComponents {
  if (!Number.isInteger(k) || k < 1)
    throw new AlixError('bad-option', 'a number of components is whole, from 1 on', { found: `${k}` });
  checkEnough(n, 'image', 2);
  checkFinite(mean, 'mean');
  checkFinite(scatter, 'scatter of the');
  let total = 0;
  for (let j = 0; j < d; j++) total += scatter[j * d + j]!;
  if (!(total > 0))
    throw new AlixError('constant-features', 'features that are all equal have no principal components', {
      remedy: 'check the extractor, its output and the range of its input',
    });
  const few = Math.min(k, d);
  // shares of the total, so that no square overflows or vanishes
  const shared = scatter.map((value) => value / total);
  const { values, vectors } = d <= SMALL ? symmetricEigenvectors(shared, d) : leading(shared, d, few);
  const components = vectors.slice(0, few * d);
  for (let i = 0; i < few; i++) fixSign(components.subarray(i * d, (i + 1) * d));
  const shares = values.slice(0, few).map((value) => Math.max(0, value));
  const variances = shares.map((share) => (share * total) / (n - 1));
  return { n, d, k: few, mean: mean.slice(), components, variances, shares };
}

/** Rows in the coordinates of the components: (x - mean)·components. @returns [n,k] @throws AlixError 'bad-shape', 'not-finite' */
export function project(rows: Features, { d, k, mean, components }: PrincipalComponents): Float64Array {
  checkSameWidth({ d }, rows);
  const n = checkRows(rows, 'these', 0);
  const centred = Float64Array.from(rows.data, (value, at) => value - mean[at % d]!);
  const out = new Float64Array(n * k);
  addProduct(matrix(out, n, k), matrix(centred, n, d), transposed(matrix(components, k, d)));
  return out;
}

function fixSign(v: Float64Array): void {
  const largest = v.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
  // rounding does not decide between loadings that are equal
  const first = v.findIndex((value) => Math.abs(value) >= largest * (1 - 1e-9));
  if (v[first]! < 0) for (let j = 0; j < v.length; j++) v[j] = -v[j]!;
}

interface Ritz {
  readonly values: Float64Array;
  /** [count,d] */
  readonly vectors: Float64Array;
  /** [count,d], the matrix times each. */
  readonly images: Float64Array;
}

/** The k largest eigenvalues, below or at 1, of a positive semi-definite matrix, and vectors. */
function leading(a: Float64Array, d: number, k: number): { values: Float64Array; vectors: Float64Array } {
  const width = Math.min(d, k + EXTRA);
  const random = createRandom(1);
  let start: Float64Array = Float64Array.from(random.normal(width * d));
  let before: Float64Array | undefined;
  for (let restart = 0; restart < RESTARTS; restart++) {
    const found = rayleighRitz(krylov(a, d, start, width), d, width);
    if (residual(found, d, k) <= RESIDUAL * found.values[0]! || stands(found.values, before, k)) return found;
    start = found.vectors;
    before = found.values;
  }
  throw new AlixError('no-convergence', 'the principal components of these features were not found', {
    found: `${RESTARTS} restarts`,
    remedy: 'ask for fewer components',
  });
}

/** Whether the values no longer move: in a cluster of nearly equal ones vectors turn long after that. */
function stands(values: Float64Array, before: Float64Array | undefined, k: number): boolean {
  if (!before) return false;
  return before.subarray(0, k).every((value, i) => Math.abs(value - values[i]!) <= 4 * Number.EPSILON * values[0]!);
}

/** An orthonormal basis of the start, A times it, A² times it, ..., and A times each of its vectors. */
function krylov(a: Float64Array, d: number, start: Float64Array, width: number) {
  const most = Math.min(d, BLOCKS * width);
  const basis = new Float64Array(most * d);
  const images = new Float64Array(most * d);
  let count = 0;
  let next: Float64Array = start;
  while (next.length > 0) {
    const from = count;
    for (let i = 0; i < next.length / d && count < most; i++)
      if (addOrthogonal(basis, count, d, next.subarray(i * d, (i + 1) * d))) count++;
    const added = count - from;
    if (added === 0) break;
    const block = matrix(basis.subarray(from * d, count * d), added, d);
    addProduct(matrix(images.subarray(from * d, count * d), added, d), block, matrix(a, d, d));
    next = count < most ? images.slice(from * d, count * d) : new Float64Array(0);
  }
  return { count, basis, images };
}

/** Puts what of a vector is orthogonal to `count` rows after them, of length 1; false where nothing is left. */
function addOrthogonal(basis: Float64Array, count: number, d: number, vector: Float64Array): boolean {
  const v = basis.subarray(count * d, (count + 1) * d);
  v.set(vector);
  const whole = norm(v);
  if (whole === 0) return false;
  for (let j = 0; j < d; j++) v[j]! /= whole;
  // the second time takes what rounding left of the first
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < count; i++) {
      const other = basis.subarray(i * d, (i + 1) * d);
      let along = 0;
      for (let j = 0; j < d; j++) along += v[j]! * other[j]!;
      for (let j = 0; j < d; j++) v[j]! -= along * other[j]!;
    }
    const left = norm(v);
    if (left < 1e-12) {
      v.fill(0);
      return false;
    }
    for (let j = 0; j < d; j++) v[j]! /= left;
  }
  return true;
}

/** The best directions within a space. */
function rayleighRitz({ count, basis, images }: ReturnType<typeof krylov>, d: number, width: number): Ritz {
  const inside = new Float64Array(count * count);
  addProduct(matrix(inside, count, count), matrix(images, count, d), transposed(matrix(basis, count, d)));
  const { values, vectors } = symmetricEigenvectors(inside, count);
  const few = Math.min(width, count);
  const combine = (rows: Float64Array) => {
    const out = new Float64Array(few * d);
    addProduct(matrix(out, few, d), matrix(vectors, few, count), matrix(rows, count, d));
    return out;
  };
  return { values: values.subarray(0, few), vectors: combine(basis), images: combine(images) };
}

/** The largest |Av - lambda v| of the first k. */
function residual({ values, vectors, images }: Ritz, d: number, k: number): number {
  let worst = 0;
  for (let i = 0; i < k; i++) {
    let sum = 0;
    for (let at = i * d; at < (i + 1) * d; at++) sum += (images[at]! - values[i]! * vectors[at]!) ** 2;
    worst = Math.max(worst, Math.sqrt(sum));
  }
  return worst;
}

function norm(v: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < v.length; j++) sum += v[j]! ** 2;
  return Math.sqrt(sum);
}
