/** Does the exported model compute what the trained one does? Every export asks it of every graph, and fails where it does not. */
import type { GraphName } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';

/** Largest absolute difference allowed in float32, of codes, features, logits, points, and images on the [0,1] scale. */
export const PARITY_TOLERANCE = 1e-4;

/**
 * Largest distance allowed of the losses and gradients of refinement, as a part of their own length over all examples. A ReLU
 * at the point where it bends may fall to one side here and to the other there, so that single numbers prove nothing.
 */
export const GRADIENT_TOLERANCE = 1e-3;

/** Rows of numbers by the names of inputs or outputs. */
export type Arrays = Readonly<Record<string, Float32Array | Uint8Array>>;

/** A model's graphs, whatever runs them: the trained networks in evaluation mode, or a runtime with the bundle. */
export interface Forward {
  /**
   * @param inputs n rows of each of the graph's inputs by name
   * @returns its outputs by name; the trained networks leave `pixels` out
   */
  run(graph: GraphName, inputs: Arrays, n: number): Promise<Arrays>;
}

/** Largest absolute differences over n examples. */
export interface Parity {
  readonly n: number;
  /** Of codes, features, logits and codes of masked images; absent where no graph gives any. */
  readonly codes?: number;
  /** Of what the decoder puts out, from the trained encoder's means or draws from the prior. */
  readonly images?: number;
  /** Of each graph by itself; of `refine` relative, as GRADIENT_TOLERANCE says. */
  readonly graphs: Readonly<Partial<Record<GraphName, number>>>;
  readonly tolerance: number;
}

/** What graphs are asked: n examples of data, codes and masks. */
export interface Questions {
  readonly n: number;
  /** `image` uint8 [n,H,W,C] or `points` float32 [n,d]. */
  readonly data: Arrays;
  /** float32 [n,d]: codes where there is no encoder to make some. */
  readonly latent: Float32Array;
  /** float32 [n,H,W,1] */
  readonly mask: Float32Array;
  /** float32 [n,H,W,1]: how much each pixel counts in refinement, 0 under the mask. */
  readonly weight: Float32Array;
}

/** A graph, what it was asked, and what the trained networks answered. */
export interface Answer {
  readonly graph: GraphName;
  readonly inputs: Arrays;
  readonly outputs: Arrays;
}

/**
 * Asks the trained networks for their answers; where there is an encoder, decoder, critic and refinement get its means.
 *
 * @param graphs with the names of each one's inputs
 */
export async function answersOf(
  trained: Forward,
  graphs: ReadonlyMap<GraphName, readonly string[]>,
  { n, data, latent, mask, weight }: Questions,
): Promise<readonly Answer[]> {
  const answer = async (graph: GraphName, names: readonly string[], given: Arrays): Promise<Answer> => {
    const inputs = Object.fromEntries(names.map((name) => [name, given[name]!]));
    return { graph, inputs, outputs: await trained.run(graph, inputs, n) };
  };
  const names = graphs.get('encoder');
  const encoded = names && (await answer('encoder', names, data));
  const target = data.image ? { target: data.image } : {};
  const given: Arrays = { ...data, ...target, mask, weight, latent: encoded?.outputs.mean ?? latent };
  const answers = encoded ? [encoded] : [];
  for (const [graph, inputs] of graphs) if (graph !== 'encoder') answers.push(await answer(graph, inputs, given));
  return answers;
}

/** What the numbers of a graph are called. */
const words: Readonly<Record<GraphName, string>> = {
  encoder: 'codes',
  decoder: 'images',
  critic: "the critic's logits",
  features: 'features',
  masked_encoder: 'codes of masked images',
  classifier: "the classifier's logits",
  refine: 'the loss of codes and its gradient',
};

/**
 * Compares an exported model with what the trained one answered.
 *
 * @throws AlixError 'parity' where they differ by more than the tolerance, in shape, or by a NaN
 */
export async function checkParity(answers: readonly Answer[], exported: Forward, n: number): Promise<Parity> {
  const graphs: Partial<Record<GraphName, number>> = {};
  for (const { graph, inputs, outputs } of answers) {
    const found = await exported.run(graph, inputs, n);
    const names = new Set([...Object.keys(outputs), ...Object.keys(found)].filter((name) => name !== 'pixels'));
    const compare = graph === 'refine' ? distance : difference;
    graphs[graph] = largest([...names].map((name) => compare(...sameSize(name, outputs[name], found[name]))));
  }
  const entries = Object.entries(graphs) as [GraphName, number][];
  // written so that a NaN fails
  if (!entries.every(([graph, value]) => value <= toleranceOf(graph)))
    throw new AlixError('parity', 'the exported model does not compute what the trained one does', {
      expected: `differences of at most ${PARITY_TOLERANCE}${graphs.refine === undefined ? '' : ` (of gradients ${GRADIENT_TOLERANCE} of their length)`}`,
      found: `${entries.map(([graph, value]) => `${value.toExponential(1)} in ${words[graph]}`).join(', ')} over ${n} examples`,
      remedy: 'nothing was written; please report this with the run folder',
    });
  const others = entries.filter(([graph]) => hasCodes(graph)).map(([, value]) => value);
  return {
    n,
    ...(others.length > 0 ? { codes: largest(others) } : {}),
    ...(graphs.decoder === undefined ? {} : { images: graphs.decoder }),
    graphs,
    tolerance: PARITY_TOLERANCE,
  };
}

const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);

/** Whether a graph's numbers are among those that model.json records as parity's `codes`. */
export const hasCodes = (graph: GraphName): boolean => graph !== 'decoder' && graph !== 'refine';

const toleranceOf = (graph: GraphName) => (graph === 'refine' ? GRADIENT_TOLERANCE : PARITY_TOLERANCE);

type Numbers = Float32Array | Uint8Array;

function sameSize(name: string, a: Numbers | undefined, b: Numbers | undefined): readonly [Numbers, Numbers] {
  if (a && a.length === b?.length) return [a, b];
  throw new AlixError('parity', `the exported model's "${name}" has another size than the trained one's`, {
    expected: `${a?.length ?? 'no'} numbers`,
    found: `${b?.length ?? 'no'}`,
    remedy: 'nothing was written; please report this with the run folder',
  });
}

/** The largest absolute difference; NaN if any number is. */
function difference(a: Numbers, b: Numbers): number {
  let most = 0;
  a.forEach((x, i) => {
    most = Math.max(most, Math.abs(x - (b[i] ?? Number.NaN)));
  });
  return most;
}

/** How long the difference of two vectors is, in lengths of the first; a first one of next to nothing counts as 1e-5 a number. */
function distance(a: Numbers, b: Numbers): number {
  let squares = 0;
  let apart = 0;
  a.forEach((x, i) => {
    squares += x * x;
    apart += (x - (b[i] ?? Number.NaN)) ** 2;
  });
  return Math.sqrt(apart / Math.max(squares, 1e-10 * a.length));
}
