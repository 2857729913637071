/** Rows of features, and what every metric refuses about them before it computes anything. */
import { AlixError } from '@alix/infer/io/errors';

/** n rows of d numbers; n follows from the length. */
export interface Features {
  /** [n,d], row-major */
  readonly data: Float32Array | Float64Array;
  readonly d: number;
}

/** How many rows there are. */
export function count({ data, d }: Features): number {
  return data.length / d;
}

/**
 * Rows that a metric can use, or an error.
 *
 * @param name of these rows in messages, e.g. 'real'
 * @param atLeast rows that the metric needs
 * @returns n
 * @throws AlixError 'bad-shape', 'not-finite', 'too-few', 'constant-features' (all rows equal: an extractor that is broken)
 */
export function checkFeatures(features: Features, name: string, atLeast: number): number {
  const n = checkRows(features, name, atLeast);
  const { data, d } = features;
  for (let i = d; i < data.length; i++) if (data[i] !== data[i % d]) return n;
  throw new AlixError('constant-features', `all ${n} rows of ${name} features are equal`, {
    remedy: 'check the extractor, its output and the range of its input',
  });
}

/** The same for rows that may all be equal. */
export function checkRows({ data, d }: Features, name: string, atLeast: number): number {
  const n = data.length / d;
  if (!Number.isInteger(d) || d < 1 || !Number.isInteger(n))
    throw new AlixError('bad-shape', `${name} features do not make whole rows`, {
      expected: `a multiple of ${d} numbers`,
      found: `${data.length}`,
    });
  checkFinite(data, name, (i) => `row ${Math.floor(i / d)}, feature ${i % d}`);
  checkEnough(n, name, atLeast);
  return n;
}

/** @throws AlixError 'too-few' */
export function checkEnough(n: number, name: string, atLeast: number): void {
  if (n >= atLeast) return;
  throw new AlixError('too-few', `too few ${name} samples`, { expected: `at least ${atLeast}`, found: `${n}` });
}

/** @param place where element i is, in words @param where what made them @throws AlixError 'not-finite' */
export function checkFinite(
  data: ArrayLike<number>,
  name: string,
  place = (i: number) => `element ${i}`,
  where?: string,
): void {
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw new AlixError('not-finite', `${name} features have a value that is no number`, {
        ...(where !== undefined && { where }),
        found: `${data[i]} at ${place(i)}`,
        remedy: 'check the model that made them',
      });
}

/** @throws AlixError 'bad-shape' where the rows of the two have different lengths */
export function checkSameWidth(real: { readonly d: number }, fake: { readonly d: number }): void {
  if (real.d === fake.d) return;
  throw new AlixError('bad-shape', 'real and fake features have different lengths', {
    expected: `${real.d}`,
    found: `${fake.d}`,
    remedy: 'use one extractor for both',
  });
}

/** The rows with these indices, in this order. */
export function rowsAt({ data, d }: Features, indices: ArrayLike<number>): Features {
  const out =
    data instanceof Float32Array ? new Float32Array(indices.length * d) : new Float64Array(indices.length * d);
  for (let i = 0; i < indices.length; i++) out.set(data.subarray(indices[i]! * d, (indices[i]! + 1) * d), i * d);
  return { data: out, d };
}
