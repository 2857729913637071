/** Eigenvalues and eigenvectors of small symmetric matrices: slower than values alone, exact for every spectrum. */

export interface Eigenvectors {
  /** [d], descending */
  readonly values: Float64Array;
  /** [d,d], row i belongs to values[i]; the rows are orthonormal. */
  readonly vectors: Float64Array;
}

/** Cyclic sweeps converge quadratically; ten are enough for any matrix met. */
const MAX_SWEEPS = 60;

/**
 * By Jacobi's rotations, cyclic by rows (Golub & Van Loan 2013, "Matrix Computations", section 8.5).
 *
 * @param symmetric [d,d], finite, of which the lower triangle is read
 */
export function symmetricEigenvectors(symmetric: Float64Array, d: number): Eigenvectors {
  const a = symmetric.slice();
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) a[j * d + i] = a[i * d + j]!;
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  for (let sweep = 0; rotateAll(a, v, d); sweep++)
    if (sweep === MAX_SWEEPS) throw new Error('the eigenvectors of a matrix that is not finite were asked for');
  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => a[j * d + j]! - a[i * d + i]!);
  const vectors = new Float64Array(d * d);
  order.forEach((from, to) => {
    vectors.set(v.subarray(from * d, (from + 1) * d), to * d);
  });
  return { values: Float64Array.from(order, (i) => a[i * d + i]!), vectors };
}

/** One sweep over all pairs; false where nothing was left to rotate. */
function rotateAll(a: Float64Array, v: Float64Array, d: number): boolean {
  const negligible = (Number.EPSILON / 4) * a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let rotated = false;
  for (let p = 0; p < d - 1; p++)
    for (let q = p + 1; q < d; q++) {
      const apq = a[p * d + q]!;
      if (Math.abs(apq) <= negligible) continue;
      rotated = true;
      const theta = (a[q * d + q]! - a[p * d + p]!) / (2 * apq);
      // the smaller of the two angles
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      for (let j = 0; j < d; j++) {
        const [jp, jq] = [a[j * d + p]!, a[j * d + q]!];
        a[j * d + p] = c * jp - s * jq;
        a[j * d + q] = s * jp + c * jq;
      }
      rotateRows(a, d, p, q, c, s);
      rotateRows(v, d, p, q, c, s);
      a[p * d + q] = 0;
      a[q * d + p] = 0;
    }
  return rotated;
}

function rotateRows(m: Float64Array, d: number, p: number, q: number, c: number, s: number): void {
  for (let j = 0; j < d; j++) {
    const [pj, qj] = [m[p * d + j]!, m[q * d + j]!];
    m[p * d + j] = c * pj - s * qj;
    m[q * d + j] = s * pj + c * qj;
  }
}
