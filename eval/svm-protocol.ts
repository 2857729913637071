/**
 * The semi-supervised protocol of DCGAN and ALI (Dumoulin et al. 2017, arXiv:1606.00704, section 4.1): few labels, a linear support
 * vector machine on the encoder's features, C by a validation set, and the test error over many draws of the labels.
 */
import { AlixError } from '@alix/infer/io/errors';
import type { Random } from '@alix/infer/io/random';
import { count, type Features, rowsAt } from './features.js';
import { type Interval, meanInterval } from './intervals.js';
import { classify, type SvmProblem, svmProblem, trainLinearSvm } from './linear-svm.js';
import { turnsUntil } from './turns.js';

/** Features and the class of each row. */
export interface Labelled {
  readonly features: Features;
  readonly labels: ArrayLike<number>;
}

/** Settings of ALI's protocol of few labels. */
export interface SvmProtocolOptions {
  /** A stream of its own: it draws the labels. */
  readonly random: Random;
  readonly classes: number;
  /** 100 where it is not given. */
  readonly draws?: number;
  /** Labels in a draw; 1000 where it is not given. */
  readonly size?: number;
  /** As many of each class in a draw (the default), or as they come. */
  readonly balanced?: boolean;
  /** Penalties to choose from; powers of ten from 1e-4 to 10 where it is not given. */
  readonly penalties?: readonly number[];
  /** Draws by which C is chosen; 5 where it is not given. */
  readonly tuning?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What the protocol gives. */
export interface SvmProtocolResult {
  /** Test errors, 0..1, of each draw. */
  readonly errors: Float64Array;
  readonly mean: number;
  /** Over draws, ddof 0. */
  readonly std: number;
  /** Of the mean over draws; the test set counts as it is. */
  readonly interval: Interval;
  readonly c: number;
  /** Validation errors, the mean over tuning draws, for each penalty. */
  readonly validation: readonly { readonly c: number; readonly error: number }[];
  readonly draws: number;
  readonly size: number;
  readonly balanced: boolean;
  readonly n: { readonly pool: number; readonly validation: number; readonly test: number };
}

/**
 * @param pool from which labels are drawn @param validation disjoint from it @param test
 * @throws AlixError 'too-few' (a class with too few rows), 'bad-shape', 'not-finite', 'bad-labels', 'interrupted' between two machines
 */
export async function svmProtocol(
  pool: Labelled,
  validation: Labelled,
  test: Labelled,
  options: SvmProtocolOptions,
): Promise<SvmProtocolResult> {
  const { random, classes, draws = 100, size = 1000, balanced = true, tuning = 5, signal } = options;
  const turn = turnsUntil(signal);
  const penalties = options.penalties ?? [1e-4, 1e-3, 1e-2, 0.1, 1, 10];
  for (const set of [pool, validation, test]) checkLabelled(set);
  const draw = (i: number): SvmProblem => {
    const rows = drawRows(pool.labels, random.split(`draw ${i}`), classes, size, balanced);
    return svmProblem(
      rowsAt(pool.features, rows),
      Array.from(rows, (row) => pool.labels[row]!),
      classes,
    );
  };
  const totals = penalties.map(() => 0);
  for (let i = 0; i < Math.min(tuning, draws); i++) {
    const problem = draw(i);
    for (const [p, c] of penalties.entries()) {
      await turn();
      totals[p]! += errorOf(problem, c, validation) / Math.min(tuning, draws);
    }
  }
  // of equal ones the first, which is the simplest machine where penalties ascend
  const c = penalties[totals.indexOf(Math.min(...totals))]!;
  const errors = new Float64Array(draws);
  for (let i = 0; i < draws; i++) {
    await turn();
    errors[i] = errorOf(draw(i), c, test);
  }
  const mean = errors.reduce((sum, value) => sum + value, 0) / draws;
  const std = Math.sqrt(errors.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws);
  return {
    errors,
    mean,
    std,
    interval: meanInterval(errors),
    c,
    validation: penalties.map((penalty, p) => ({ c: penalty, error: totals[p]! })),
    draws,
    size,
    balanced,
    n: { pool: count(pool.features), validation: count(validation.features), test: count(test.features) },
  };
}

function errorOf(problem: SvmProblem, c: number, { features, labels }: Labelled): number {
  const found = classify(trainLinearSvm(problem, c), features);
  return found.filter((label, i) => label !== labels[i]).length / found.length;
}

function drawRows(
  labels: ArrayLike<number>,
  random: Random,
  classes: number,
  size: number,
  balanced: boolean,
): number[] {
  const order = random.permutation(labels.length);
  const quota = (label: number) =>
    balanced ? Math.floor(size / classes) + (label < size % classes ? 1 : 0) : Number.POSITIVE_INFINITY;
  const taken = new Map<number, number>();
  const rows: number[] = [];
  for (const row of order) {
    const label = labels[row]!;
    const had = taken.get(label) ?? 0;
    if (rows.length === size || had >= quota(label)) continue;
    taken.set(label, had + 1);
    rows.push(row);
  }
  if (rows.length < size)
    throw new AlixError('too-few', 'too few labelled samples to draw from', {
      expected: `${size}${balanced ? `, as many of each of ${classes} classes` : ''}`,
      found: `${rows.length}`,
    });
  return rows;
}

function checkLabelled({ features, labels }: Labelled): void {
  if (labels.length === count(features)) return;
  throw new AlixError('bad-shape', 'a label for each row is needed', {
    expected: `${count(features)}`,
    found: `${labels.length}`,
  });
}
