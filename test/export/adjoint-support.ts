/** refine.onnx against the definition: the loss in plain loops and float64, and its central differences along directions. */
import type { Graph } from '@alix/export';
import { refineGraph } from '@alix/export/refine';
import type { Weights } from '@alix/export/weights';
import type { ArchitectureSpec } from '@alix/train/spec';
import { reference, type Tensor } from './reference.js';
import { bytes, f32, floats, numbers, randomWeights, run } from './support.js';

/** Small enough that hardly a unit changes sides within it, large enough that float64 tells the losses apart. */
const STEP = 1e-6;

/** Random weights without the offsets that leave a deep decoder's units all on one side, its image the same for every code. */
export function livelyWeights(networks: Parameters<typeof randomWeights>[0], seed: number): Weights {
  const middle = { shift: -0.5, running_mean: 0.35 };
  return new Map(
    [...randomWeights(networks, seed)].map(([name, { shape, data }]) => {
      const centre = middle[name.split('.').at(-1) as keyof typeof middle] ?? 0;
      return [name, { shape, data: data.map((v) => v - centre) }];
    }),
  );
}

/** One example: what is refined towards what. */
export interface Example {
  readonly latent: Float32Array;
  readonly target: Uint8Array;
  readonly weight: Float32Array;
}

/** The image in [0,1] that a chain of networks makes of a code. */
export function decoded(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights, z: Float64Array) {
  const [low, high] = architecture.data.range;
  let value: Tensor = { shape: [z.length], data: z };
  for (const name of chain) {
    const spec = architecture.networks[name]!;
    const [input] = Object.keys(spec.inputs);
    const inputs = { [input!]: { shape: spec.inputs[input!]!, data: value.data } };
    const outputs = reference(name, spec, weights, inputs);
    value = outputs.mean ?? outputs[spec.outputs[0]!]!;
  }
  return value.data.map((v) => Math.min(Math.max((v - low) / (high - low), 0), 1));
}

/** sum w (x - t)^2 / sum w C, and 0 where nothing counts. */
export function lossOf(image: Float64Array, { target, weight }: Example): number {
  const channels = image.length / weight.length;
  let squares = 0;
  let count = 0;
  image.forEach((x, i) => {
    const w = weight[Math.floor(i / channels)]!;
    squares += w * (x - target[i]! / 255) ** 2;
    count += w;
  });
  return count === 0 ? 0 : squares / count;
}

/** How fast a loss changes along a direction. */
export function slope(loss: (z: Float64Array) => number, at: Float32Array, direction: Float64Array): number {
  const moved = (by: number) => loss(Float64Array.from(at, (z, i) => z + by * direction[i]!));
  return (moved(STEP) - moved(-STEP)) / (2 * STEP);
}

/** Codes, targets and weights at random; about a third of the weights are 0, of the last example all. */
export function randomExamples({ data, latent }: ArchitectureSpec, n: number, seed: number): Example[] {
  const next = numbers(seed);
  const [height = 0, width = 0, channels = 0] = data.shape;
  return Array.from({ length: n }, (_, example) => ({
    latent: Float32Array.from({ length: latent.size }, () => 3 * next() - 1.5),
    target: Uint8Array.from({ length: height * width * channels }, () => Math.floor(256 * next())),
    weight: Float32Array.from({ length: height * width }, () =>
      n > 1 && example === n - 1 ? 0 : Math.max(0, 1.5 * next() - 0.5),
    ),
  }));
}

/** Runs a graph of refinement once on all examples. */
export async function refined(graph: Graph, { data }: ArchitectureSpec, examples: readonly Example[]) {
  const n = examples.length;
  const all = (name: keyof Example) => examples.flatMap((example) => [...example[name]]);
  const { loss, gradient } = await run(graph, {
    latent: floats(all('latent'), [n, all('latent').length / n]),
    target: bytes(Uint8Array.from(all('target')), [n, ...data.shape]),
    weight: floats(all('weight'), [n, ...data.shape.slice(0, 2), 1]),
  });
  return { loss: f32(loss), gradient: f32(gradient) };
}

export interface Checked {
  readonly graph: Graph;
  /** Largest relative error of a loss, and of a slope along a direction. */
  readonly loss: number;
  readonly slope: number;
}

/**
 * Compares refine.onnx with the definition, example by example, along the gradient and directions beside it.
 *
 * @param n examples, of which the last has no weight if there are several
 * @param directions how many beside the gradient's own
 */
export async function checkRefine(
  architecture: ArchitectureSpec,
  chain: readonly string[] = ['G'],
  { n = 3, directions = 4, seed = 1 } = {},
): Promise<Checked> {
  const networks = Object.fromEntries(chain.map((name) => [name, architecture.networks[name]!]));
  const weights = livelyWeights(networks, seed);
  const graph = refineGraph(architecture, chain, weights);
  const examples = randomExamples(architecture, n, seed);
  const found = await refined(graph, architecture, examples);
  const d = architecture.latent.size;
  const next = numbers(seed + 7);
  let [lossError, slopeError] = [0, 0];
  for (const [i, example] of examples.entries()) {
    const gradient = found.gradient.subarray(i * d, (i + 1) * d);
    const loss = (z: Float64Array) => lossOf(decoded(architecture, chain, weights, z), example);
    const wanted = loss(Float64Array.from(example.latent));
    lossError = Math.max(lossError, Math.abs(found.loss[i]! - wanted) / (wanted || 1));
    if (example.weight.every((w) => w === 0)) {
      if (found.loss[i] !== 0 || gradient.some((v) => v !== 0)) return { graph, loss: Infinity, slope: Infinity };
      continue;
    }
    // the gradient's own, and others not far from it: across it there is no slope to be relative to
    const own = unit(Float64Array.from(gradient));
    const random = Array.from({ length: directions }, () => unit(own.map(() => next() - 0.5)));
    for (const direction of [own, ...random.map((other) => unit(own.map((v, k) => v + other[k]!)))]) {
      const known = slope(loss, example.latent, direction);
      const along = direction.reduce((sum, v, k) => sum + v * gradient[k]!, 0);
      slopeError = Math.max(slopeError, Math.abs(along - known) / Math.abs(known));
    }
  }
  return { graph, loss: lossError, slope: slopeError };
}

/** NaN where the direction is none, and then the check fails. */
const unit = (direction: Float64Array): Float64Array => {
  const length = Math.hypot(...direction);
  return direction.map((v) => v / length);
};

/** The networks from a code to an image, by their names in the registry. */
export const decoderOf = ({ networks }: ArchitectureSpec): string[] => ['G2', 'G'].filter((name) => name in networks);
