/** How far the graphs of a precision are from those of float32: measured at every export, refused where a model breaks. */
import type { Drift, GraphName, Precision } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import type { Answer, Arrays, Forward } from '../parity.js';

/** A reconstruction error of more than this times that of float32 means that the precision breaks the model. */
export const BROKEN_MSE = 2;
/** So does a mean drift of codes, images or logits of more than this times their standard deviation. */
export const BROKEN_DRIFT = 0.5;
/** Errors below this are not compared: they are as good as none. */
const NO_MSE = 1e-6;

/** The graphs whose drift can break a model; of others it is told. */
const vital: ReadonlySet<string> = new Set<GraphName>(['encoder', 'decoder', 'classifier']);

/** What a graph's drift is measured on: its first output, and of refinement the gradient. */
const measured = (outputs: Arrays): Float32Array | Uint8Array | undefined =>
  outputs.gradient ?? Object.values(outputs)[0];

/**
 * Runs each graph on the inputs that the float32 ones had.
 *
 * @param answers of the float32 graphs
 * @param n examples that were asked
 * @param count of these, from the first, that are data: the drift is theirs
 * @param ratios bytes of each graph's file over those of the float32 one
 * @throws AlixError of the model, 'not-finite' for one
 */
export async function graphDrifts(
  answers: readonly Answer[],
  model: Forward,
  n: number,
  count: number,
  ratios: ReadonlyMap<GraphName, number>,
): Promise<Drift['graphs']> {
  const graphs: Drift['graphs'] = {};
  for (const { graph, inputs, outputs } of answers) {
    const [before, after] = [measured(outputs), measured(await model.run(graph, inputs, n))];
    if (!before || before.length !== after?.length) throw new Error(`${graph} has other outputs`);
    const size = before.length / n;
    const ratio = ratios.get(graph) ?? 1;
    graphs[graph] = { ...difference(before, after, count * size), deviation: deviation(before, count, size), ratio };
  }
  return graphs;
}

/** Largest and mean absolute difference of the first numbers. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>, numbers: number) {
  let [largest, sum] = [0, 0];
  for (let i = 0; i < numbers; i++) {
    const off = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    largest = Math.max(largest, off);
    sum += off;
  }
  return { largest, mean: sum / numbers };
}

/** The standard deviation over rows, pooled over columns: the root of the mean variance. */
function deviation(values: ArrayLike<number>, rows: number, size: number): number {
  let squares = 0;
  for (let column = 0; column < size; column++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += (values[row * size + column] ?? 0) / rows;
    for (let row = 0; row < rows; row++) squares += ((values[row * size + column] ?? 0) - mean) ** 2;
  }
  return Math.sqrt(squares / (rows * size));
}

/**
 * The reconstruction error of the first `count` examples, where the decoder read what the encoder made of them.
 *
 * @returns undefined where there is no encoder or no decoder
 */
export function reconstructionError(answers: readonly Answer[], n: number, count: number): number | undefined {
  const [encoder, decoder] = ['encoder', 'decoder'].map((name) => answers.find(({ graph }) => graph === name));
  if (!encoder || !decoder) return undefined;
  const { image, points } = encoder.inputs;
  const [data, unit] = image ? [image, 255] : [points, 1];
  const made = decoder.outputs.image ?? decoder.outputs.points;
  if (!data || data.length !== made?.length) return undefined;
  const numbers = (count * data.length) / n;
  let sum = 0;
  for (let i = 0; i < numbers; i++) sum += ((data[i] ?? 0) / unit - (made[i] ?? 0)) ** 2;
  return sum / numbers;
}

/** @throws AlixError 'drift' where this precision breaks the model: nothing should be written then */
export function refuseBroken(precision: Precision, { n, graphs, mse }: Drift): void {
  const broken = (found: string, expected: string) =>
    new AlixError('drift', `the model breaks in ${precision}`, {
      expected,
      found: `${found}, over ${n} examples`,
      remedy: `nothing was written; leave ${precision} out of --precision`,
    });
  // written so that a NaN is refused
  if (mse && !(mse.own <= BROKEN_MSE * Math.max(mse.float32, NO_MSE)))
    throw broken(
      `${mse.own.toPrecision(3)}`,
      `a reconstruction MSE of at most ${BROKEN_MSE} times that of float32, ${mse.float32.toPrecision(3)}`,
    );
  for (const [graph, { mean, deviation }] of Object.entries(graphs))
    if (Number.isNaN(mean) || (vital.has(graph) && deviation > 0 && !(mean <= BROKEN_DRIFT * deviation)))
      throw broken(
        `${mean.toPrecision(3)}, standard deviation ${deviation.toPrecision(3)}`,
        `what the ${graph} puts out to move by at most ${BROKEN_DRIFT} of its standard deviation`,
      );
}
