/**
 * Linear support vector machines with the squared hinge loss, one class against the rest: what liblinear solves and
 * scikit-learn's LinearSVC gives, to rounding, because Newton's method on this loss ends at the minimum itself after finitely many
 * steps (Chapelle 2007, "Training a support vector machine in the primal"; Keerthi & DeCoste 2005).
 */
import { AlixError } from '@alix/infer/io/errors';
import { checkFeatures, count, type Features } from './features.js';
import { addProduct, matrix, transposed } from './linear/product.js';
import { newtonBySamples, sharedInverse } from './svm-dual.js';
import { newtonByFeatures } from './svm-newton.js';

/** A trained linear classifier. */
export interface LinearSvm {
  readonly d: number;
  readonly classes: number;
  /** [classes,d] */
  readonly weights: Float64Array;
  /** [classes] */
  readonly bias: Float64Array;
  /** [classes], |w|²/2 + b²/2 + C Σ max(0, 1 - y(w·x + b))². The bias is regularised, as liblinear's is. */
  readonly objective: Float64Array;
}

/** What every C and every class share. */
export interface SvmProblem {
  readonly n: number;
  readonly features: Features;
  /** [n,n] inner products and 1 for the bias, where the samples are no more than the features; undefined otherwise. */
  readonly gram: Float64Array | undefined;
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/**
 * @param labels [n], whole numbers 0..classes-1
 * @throws AlixError 'too-few', 'bad-shape', 'not-finite', 'constant-features', 'bad-labels' (outside, or a class without samples)
 */
export function svmProblem(features: Features, labels: ArrayLike<number>, classes: number): SvmProblem {
  const n = checkFeatures(features, 'training', 2);
  const { data, d } = features;
  checkLabels(labels, n, classes);
  if (n > d) return { n, features, gram: undefined, labels, classes };
  const gram = new Float64Array(n * n).fill(1);
  addProduct(matrix(gram, n, n), matrix(data, n, d), transposed(matrix(data, n, d)), { lower: true });
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) gram[j * n + i] = gram[i * n + j]!;
  return { n, features, gram, labels, classes };
}

function checkLabels(labels: ArrayLike<number>, n: number, classes: number): void {
  if (labels.length !== n)
    throw new AlixError('bad-shape', 'a label for each row is needed', { expected: `${n}`, found: `${labels.length}` });
  const seen = new Set(Array.from(labels));
  for (const label of seen)
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new AlixError('bad-labels', 'a label outside the classes', {
        expected: `0..${classes - 1}`,
        found: `${label}`,
      });
  for (let c = 0; c < classes; c++)
    if (!seen.has(c))
      throw new AlixError('bad-labels', `no training sample of class ${c}`, {
        remedy: 'draw more samples, or as many of each class',
      });
}

/** The machine for one C, the penalty of the loss. @throws AlixError 'bad-option' where C is not above 0 */
export function trainLinearSvm(problem: SvmProblem, c: number): LinearSvm {
  if (!(c > 0 && Number.isFinite(c))) throw new AlixError('bad-option', 'C is a number above 0', { found: `${c}` });
  const { n, features, classes, labels } = problem;
  const { d } = features;
  const weights = new Float64Array(classes * d);
  const bias = new Float64Array(classes);
  const objective = new Float64Array(classes);
  const inverse = problem.gram && sharedInverse(problem, c);
  const rows = problem.gram ? undefined : withBias(features, n);
  for (let k = 0; k < classes; k++) {
    const signs = Float64Array.from({ length: n }, (_, i) => (labels[i] === k ? 1 : -1));
    const solution = rows ? newtonByFeatures(rows, signs, c) : newtonBySamples(problem, signs, c, inverse);
    weights.set(solution.w.subarray(0, d), k * d);
    bias[k] = solution.w[d]!;
    objective[k] = solution.objective;
  }
  return { d, classes, weights, bias, objective };
}

/** The rows with a 1 after each. */
function withBias({ data, d }: Features, n: number): Float64Array {
  const rows = new Float64Array(n * (d + 1)).fill(1);
  for (let i = 0; i < n; i++) rows.set(data.subarray(i * d, (i + 1) * d), i * (d + 1));
  return rows;
}

/** The class with the highest w·x + b of each row; of equal ones the first. @throws AlixError 'bad-shape' */
export function classify(svm: LinearSvm, features: Features): Uint32Array {
  if (features.d !== svm.d)
    throw new AlixError('bad-shape', 'features of another length than in training', {
      expected: `${svm.d}`,
      found: `${features.d}`,
    });
  const n = count(features);
  const scores = new Float64Array(n * svm.classes);
  addProduct(
    matrix(scores, n, svm.classes),
    matrix(features.data, n, svm.d),
    transposed(matrix(svm.weights, svm.classes, svm.d)),
  );
  return Uint32Array.from({ length: n }, (_, i) => {
    const score = (k: number) => scores[i * svm.classes + k]! + svm.bias[k]!;
    let best = 0;
    for (let k = 1; k < svm.classes; k++) if (score(k) > score(best)) best = k;
    return best;
  });
}
