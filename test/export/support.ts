/** Random weights, and ONNX Runtime on graphs in memory. */
import { type Graph, onnxBytes } from '@alix/export';
import { networkGraph } from '@alix/export/graph';
import type { Weight, Weights } from '@alix/export/weights';
import { type ArchitectureSpec, type NetworkSpec, plan, size } from '@alix/train/spec';
import ort from 'onnxruntime-node';
import { reference, type Tensor } from './reference.js';

/** Numbers in [0,1) that are the same everywhere (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ranges that are far from what a fresh network has: no scale is 1, no shift or mean 0, no variance 1. */
const ranges = {
  bias: [-0.7, 0.9],
  'output-bias': [-0.7, 0.9],
  'singular-vector': [-1, 1],
  scale: [1.3, 2.2],
  shift: [-0.8, -0.2],
  'running-mean': [0.1, 0.6],
  'running-variance': [0.2, 0.7],
} as const;

/** Every parameter and running statistic of these networks, at random. */
export function randomWeights(networks: Readonly<Record<string, NetworkSpec>>, seed = 1): Map<string, Weight> {
  const next = numbers(seed);
  const weights = new Map<string, Weight>();
  for (const [name, spec] of Object.entries(networks))
    for (const { name: parameter, shape, role, fanIn } of plan(name, spec).parameters) {
      const reach = 1.5 / Math.sqrt(fanIn);
      const [low, high] = role === 'weight' ? [-reach, reach] : ranges[role];
      weights.set(parameter, {
        shape,
        data: Float32Array.from({ length: size(shape) }, () => low + (high - low) * next()),
      });
    }
  return weights;
}

/** A session on the CPU. */
export const session = (graph: Graph): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(onnxBytes(graph), { executionProviders: ['cpu'], logSeverityLevel: 3 });

/** Runs a graph once; the tensors go in and come out as they are. */
export async function run(graph: Graph, feeds: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> {
  const runner = await session(graph);
  const results = await runner.run(feeds);
  await runner.release();
  return results as Record<string, ort.Tensor>;
}

export const floats = (data: ArrayLike<number>, shape: readonly number[]) =>
  new ort.Tensor('float32', Float32Array.from(data), [...shape]);

export const bytes = (data: Uint8Array, shape: readonly number[]) => new ort.Tensor('uint8', data, [...shape]);

/** The numbers of a result that must be there and be of this type. */
export function f32(tensor: ort.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`no float32 but ${tensor?.type}`);
  return tensor.data;
}

export function u8(tensor: ort.Tensor | undefined): Uint8Array {
  if (!(tensor?.data instanceof Uint8Array)) throw new Error(`no uint8 but ${tensor?.type}`);
  return tensor.data;
}

/** Largest difference, relative to numbers larger than 1. */
export function apart(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Array.from(wanted).reduce((most, w, i) => {
    const difference = Math.abs(w - (found[i] ?? Number.NaN)) / Math.max(1, Math.abs(w));
    return Math.max(most, difference);
  }, 0);
}

/** Runs a network in ONNX and in the reference on `n` random examples; the largest difference of any output, and the graph. */
export async function compare(spec: NetworkSpec, { seed = 1, n = 2 } = {}): Promise<{ error: number; graph: Graph }> {
  const weights: Weights = randomWeights({ net: spec }, seed);
  const next = numbers(seed + 1000);
  const inputs = Object.fromEntries(
    Object.entries(spec.inputs).map(([name, shape]) => [
      name,
      Float32Array.from({ length: n * size(shape) }, () => 4 * next() - 2),
    ]),
  );
  const graph = networkGraph('net', spec, weights);
  const feeds = Object.entries(spec.inputs).map(([name, shape]) => [name, floats(inputs[name]!, [n, ...shape])]);
  const found = await run(graph, Object.fromEntries(feeds));
  let error = 0;
  for (let i = 0; i < n; i++) {
    const example = (shape: readonly number[], data: Float32Array): Tensor => ({
      shape,
      data: Float64Array.from(data.subarray(i * size(shape), (i + 1) * size(shape))),
    });
    const entries = Object.entries(spec.inputs).map(([name, shape]) => [name, example(shape, inputs[name]!)]);
    for (const [name, { shape, data }] of Object.entries(
      reference('net', spec, weights, Object.fromEntries(entries)),
    )) {
      const output = found[name]!;
      const sameShape = output.dims.join() === [n, ...shape].join();
      const part = f32(output).subarray(i * data.length, (i + 1) * data.length);
      error = Math.max(error, sameShape ? apart(part, data) : Number.POSITIVE_INFINITY);
    }
  }
  return { error, graph };
}

/** How many nodes of a graph are this operator. */
export const count = (graph: Graph, op: string): number => graph.nodes.filter((node) => node.op === op).length;

/** An architecture of images from its networks. */
export function imageArchitecture(
  shape: readonly [number, number, number],
  latent: number,
  networks: Readonly<Record<string, NetworkSpec>>,
  range: readonly [number, number] = [0, 1],
): ArchitectureSpec {
  return { data: { kind: 'image', shape, range }, latent: { size: latent, prior: 'normal' }, networks };
}

/** A form of an architecture's options that plain loops run in seconds; they take minutes for the tables' own widths. */
export function narrow(options: Readonly<Record<string, number | string>>) {
  const narrower = (name: string, value: number) => {
    if (name === 'width' || name === 'classifierWidth') return value === 1 ? 1 / 16 : Math.min(value, 24);
    return name === 'features' ? Math.min(value, 40) : value;
  };
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, typeof value === 'number' ? narrower(name, value) : value]),
  );
}
