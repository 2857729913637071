/** Classification of codes or features by their nearest neighbours: how classes lie in a space, without training anything. */
import { AlixError } from '@alix/infer/io/errors';
import { checkRows, checkSameWidth, type Features } from './features.js';
import { type InnerProducts, roughProducts } from './inner-products.js';
import { eachBlock, screened, squaredDistance } from './nearest-rows.js';
import { turnsUntil } from './turns.js';

/** Settings of the classifier by nearest neighbours. */
export interface NeighbourOptions {
  /** 1 where it is not given. */
  readonly k?: number;
  readonly products?: InnerProducts;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The class that most of the k nearest training rows (Euclidean) have; of equally many the one with the nearest row.
 *
 * @param labels [train] whole numbers
 * @returns [test]
 * @throws AlixError 'too-few' (fewer training rows than k), 'bad-shape', 'not-finite', 'bad-option', 'interrupted'
 */
export async function classifyByNeighbours(
  train: Features,
  labels: ArrayLike<number>,
  test: Features,
  { k = 1, products = roughProducts, signal }: NeighbourOptions = {},
): Promise<Int32Array> {
  if (!Number.isInteger(k) || k < 1)
    throw new AlixError('bad-option', 'k is a whole number from 1 on', { found: `${k}` });
  checkSameWidth(train, test);
  const n = checkRows(train, 'training', k);
  const m = checkRows(test, 'test', 1);
  if (labels.length !== n)
    throw new AlixError('bad-shape', 'a label for each row is needed', { expected: `${n}`, found: `${labels.length}` });
  const sets = screened([train, test], products);
  const [ofTrain, ofTest] = [sets[0]!, sets[1]!];
  const distances = new Float64Array(m * k).fill(Number.POSITIVE_INFINITY);
  const nearest = new Int32Array(m * k).fill(-1);
  // blocks come with the training rows ascending, so that of equally near rows the first stays
  await eachBlock(ofTest, ofTrain, products, turnsUntil(signal), ({ i0, j0, n: height, m: width, squared }) => {
    for (let i = 0; i < height; i++) {
      const row = i0 + i;
      for (let j = 0; j < width; j++) {
        const other = j0 + j;
        const doubt = ofTest.error * (ofTest.norms[row]! + ofTrain.norms[other]!);
        if (squared[i * width + j]! - doubt >= distances[row * k + k - 1]!) continue;
        insert(distances, nearest, row * k, k, squaredDistance(test, row, train, other), other);
      }
    }
  });
  return Int32Array.from({ length: m }, (_, i) => vote(nearest.subarray(i * k, (i + 1) * k), labels));
}

function insert(distances: Float64Array, rows: Int32Array, start: number, k: number, value: number, row: number): void {
  let at = start + k - 1;
  if (value >= distances[at]!) return;
  for (; at > start && distances[at - 1]! > value; at--) {
    distances[at] = distances[at - 1]!;
    rows[at] = rows[at - 1]!;
  }
  distances[at] = value;
  rows[at] = row;
}

/** Map keeps the order of first insertion, which is that of the distances. */
function vote(rows: Int32Array, labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
  const most = Math.max(...counts.values());
  for (const [label, votes] of counts) if (votes === most) return label;
  return -1;
}
