/** Numbers that test/oracles/metrics_kit.py makes too, to the bit, and its results. */
import { readFileSync } from 'node:fs';
import type { Features } from '@alix/eval';

/** What a script metrics_NAME.py wrote. */
export function oracle<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/eval/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** n multiples of 2^-32 in [0,1). */
export function uniform(n: number, seed: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let h = (Math.imul(i, 0x9e3779b1) + Math.imul(seed, 0x85ebca77)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  });
}

/** Sums of four uniforms less 2: variance 1/3. */
export function noise(n: number, seed: number): Float64Array {
  const u = uniform(4 * n, seed);
  return Float64Array.from({ length: n }, (_, i) => u[4 * i]! + u[4 * i + 1]! + u[4 * i + 2]! + u[4 * i + 3]! - 2);
}

/** Rows with correlated columns of different spread; the last `dead` columns are constant. */
export function features(
  n: number,
  d: number,
  seed: number,
  { shift = 0, scale = 1, dead = 0 }: { shift?: number; scale?: number; dead?: number } = {},
): Features {
  const base = noise(n * d, seed);
  const data = Float32Array.from(base, (value, at) => {
    const j = at % d;
    const next = base[at - j + ((j + 1) % d)]!;
    return j >= d - dead ? 0.25 : (scale * (value + 0.5 * next)) / (1 + (j % 7)) + shift * (j % 3);
  });
  return { data, d };
}

/** |a - b| / |b| */
export function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.abs(b);
}
