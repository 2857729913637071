/** Distances of one code to many: flat loops, four rows at a time, sums in float64. */

/** 'cosine': 1 - a·b / (|a| |b|), which is 1 where one of them is zero; 'l2': |a - b|, the Euclidean distance. */
export const distances = ['cosine', 'l2'] as const;
/** How far codes are from each other is measured: one of `distances`. */
export type Distance = (typeof distances)[number];

/** A code that others are compared with. */
export interface Query {
  /** [d] */
  readonly code: Float64Array;
  /** |code| */
  readonly norm: number;
}

/** Rows first .. first + n - 1 of float32 [?,d]. */
export interface Rows {
  readonly codes: Float32Array;
  readonly d: number;
  readonly first: number;
  readonly n: number;
}

/** Fills `out` with the distance of each row to the query. `norms` are those of the rows, the first at 0. */
export type Measure = (rows: Rows, norms: Float64Array, query: Query, out: Float64Array) => void;

export const measures: Readonly<Record<Distance, Measure>> = {
  cosine(rows, norms, { code, norm }, out) {
    dots(rows, code, out);
    for (let i = 0; i < rows.n; i++) {
      const length = norms[i]! * norm;
      // a zero code points nowhere; rounding may leave [0,2] by a last digit
      out[i] = length === 0 ? 1 : Math.max(0, Math.min(2, 1 - out[i]! / length));
    }
  },
  l2(rows, _norms, { code }, out) {
    squares(rows, code, out);
    for (let i = 0; i < rows.n; i++) out[i] = Math.sqrt(out[i]!);
  },
};

/** |row| of each; not a finite number where one of its values is none. */
export function normsOf(rows: Rows, out: Float64Array): void {
  measures.l2(rows, out, { code: new Float64Array(rows.d), norm: 0 }, out);
}

// four sums side by side keep the adder busy: twice as fast as one, on the loops that everything here is
function dots({ codes, d, first, n }: Rows, code: Float64Array, out: Float64Array): void {
  const whole = n - (n % 4);
  for (let row = 0; row < whole; row += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    const p0 = (first + row) * d;
    const [p1, p2, p3] = [p0 + d, p0 + 2 * d, p0 + 3 * d];
    for (let j = 0; j < d; j++) {
      const value = code[j]!;
      s0 += codes[p0 + j]! * value;
      s1 += codes[p1 + j]! * value;
      s2 += codes[p2 + j]! * value;
      s3 += codes[p3 + j]! * value;
    }
    out[row] = s0;
    out[row + 1] = s1;
    out[row + 2] = s2;
    out[row + 3] = s3;
  }
  for (let row = whole; row < n; row++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += codes[(first + row) * d + j]! * code[j]!;
    out[row] = sum;
  }
}

function squares({ codes, d, first, n }: Rows, code: Float64Array, out: Float64Array): void {
  const whole = n - (n % 4);
  for (let row = 0; row < whole; row += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    const p0 = (first + row) * d;
    const [p1, p2, p3] = [p0 + d, p0 + 2 * d, p0 + 3 * d];
    for (let j = 0; j < d; j++) {
      const value = code[j]!;
      const e0 = codes[p0 + j]! - value;
      const e1 = codes[p1 + j]! - value;
      const e2 = codes[p2 + j]! - value;
      const e3 = codes[p3 + j]! - value;
      s0 += e0 * e0;
      s1 += e1 * e1;
      s2 += e2 * e2;
      s3 += e3 * e3;
    }
    out[row] = s0;
    out[row + 1] = s1;
    out[row + 2] = s2;
    out[row + 3] = s3;
  }
  for (let row = whole; row < n; row++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (codes[(first + row) * d + j]! - code[j]!) ** 2;
    out[row] = sum;
  }
}
