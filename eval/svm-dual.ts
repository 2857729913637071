/** Newton's method for one class of a linear support vector machine, over samples: for fewer samples than features. */
import { invertPositive, solvePositive } from './linear/solve.js';
import type { SvmProblem } from './linear-svm.js';
import {
  activeSamples,
  addScaled,
  half,
  MAX_STEPS,
  move,
  multiply,
  penalty,
  type SvmSolution,
  same,
} from './svm-newton.js';

/** Above this the inverse has too few digits, and each system is solved for itself. */
const WELL_CONDITIONED = 1e10;

/** (K + 1/(2C))⁻¹ for all samples, which all classes share; undefined where it would be inexact. */
export function sharedInverse({ n, gram }: SvmProblem, c: number): Float64Array | undefined {
  const system = gram!.slice();
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram![i * n + i]!;
  if (2 * c * trace > WELL_CONDITIONED) return undefined;
  for (let i = 0; i < n; i++) system[i * n + i]! += 1 / (2 * c);
  return invertPositive(system, n);
}

/**
 * w = Xᵀβ with β = (K + 1/(2C))⁻¹ y on the active samples, those with y f < 1, and 0 elsewhere.
 *
 * @param inverse what `sharedInverse` gives for this C
 */
export function newtonBySamples(
  { n, features, gram }: SvmProblem,
  signs: Float64Array,
  c: number,
  inverse: Float64Array | undefined,
): SvmSolution {
  const k = gram!;
  let f: Float64Array = new Float64Array(n);
  let beta: Float64Array = new Float64Array(n);
  const free = inverse && multiply(inverse, n, n, signs);
  let value = penalty(f, signs, c);
  for (let step = 0; step < MAX_STEPS; step++) {
    const active = activeSamples(f, signs);
    const next =
      inverse && free && 2 * active.length > n
        ? byExclusion(inverse, free, active)
        : onActive(k, signs, active, 1 / (2 * c));
    const nextF = multiply(k, n, n, next);
    const moved = move([beta, f], [next, nextF], value, ([b, g]) => half(b, g) + penalty(g, signs, c));
    if (!moved) break;
    [beta, f] = moved.point;
    value = moved.value;
    if (moved.whole && same(active, activeSamples(f, signs))) break;
  }
  const { data, d } = features;
  const w = new Float64Array(d + 1);
  for (let i = 0; i < n; i++) {
    if (beta[i] === 0) continue;
    addScaled(w, data.subarray(i * d, (i + 1) * d), beta[i]!);
    w[d]! += beta[i]!;
  }
  return { w, objective: value };
}

function onActive(k: Float64Array, signs: Float64Array, active: readonly number[], ridge: number): Float64Array {
  const size = active.length;
  const system = block(k, signs.length, active);
  for (let a = 0; a < size; a++) system[a * size + a]! += ridge;
  const solved = solvePositive(
    system,
    Float64Array.from(active, (i) => signs[i]!),
  );
  const next = new Float64Array(signs.length);
  active.forEach((i, a) => {
    next[i] = solved[a]!;
  });
  return next;
}

/** The same from the solution for all samples: forces on the others hold them at 0. Cheaper where these are fewer. */
function byExclusion(inverse: Float64Array, free: Float64Array, active: readonly number[]): Float64Array {
  const n = free.length;
  const next = free.slice();
  const kept = new Set(active);
  const others = Array.from({ length: n }, (_, i) => i).filter((i) => !kept.has(i));
  const forces = solvePositive(
    block(inverse, n, others),
    Float64Array.from(others, (i) => free[i]!),
  );
  others.forEach((i, a) => {
    addScaled(next, inverse.subarray(i * n, (i + 1) * n), -forces[a]!);
  });
  for (const i of others) next[i] = 0;
  return next;
}

/** The lower triangle of the rows and columns with these indices. */
function block(m: Float64Array, n: number, indices: readonly number[]): Float64Array {
  const size = indices.length;
  const out = new Float64Array(size * size);
  for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) out[a * size + b] = m[indices[a]! * n + indices[b]!]!;
  return out;
}
