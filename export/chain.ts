/** Writes networks into a graph one after another, as the trained system runs them. */
import { AlixError } from '@alix/infer/io/errors';
import { type ArchitectureSpec, type NetworkSpec, type PlannedNetwork, plan, type Shape, size } from '@alix/train/spec';
import type { GraphBuilder } from './builder.js';
import { emitNetwork, type Values } from './network.js';
import { plain, toFlat, toPlain, toShape, type Value } from './value.js';
import type { Weights } from './weights.js';

/**
 * Writes a chain of networks, each of which reads what the one before passes on: its code, or its first output.
 *
 * @param hidden takes what goes into the activations of the hidden layers of all networks, in order
 * @returns the outputs of the last network, and what it passes on
 * @throws AlixError 'bad-architecture' for a network that is not there or does not fit
 */
export function emitChain(
  graph: GraphBuilder,
  architecture: ArchitectureSpec,
  chain: readonly string[],
  entry: Value,
  weights: Weights,
  hidden?: Value[],
): { readonly outputs: Values; readonly last: Value } {
  let last = entry;
  let outputs: Values = new Map();
  for (const name of chain) {
    const network = plan(name, networkOf(architecture, name));
    const [input, ...others] = inputsOf(network);
    if (!input || others.length > 0)
      throw new AlixError('bad-architecture', 'a network of a chain reads one thing, what the one before puts out', {
        where: name,
        found: inputsOf(network).join(', '),
      });
    outputs = emitNetwork(graph, network, reading(graph, network, new Map([[input, last]])), weights, hidden);
    last = passedOn(outputs) ?? last;
  }
  return { outputs, last };
}

/**
 * Writes networks each of which reads, by name, what came in or what an earlier one passes on, under its first output's name.
 *
 * @param passed takes what each of them passes on, in order
 * @returns what the last one passes on
 * @throws AlixError 'bad-architecture' for a network that is not there or does not fit
 */
export function emitNamed(
  graph: GraphBuilder,
  architecture: ArchitectureSpec,
  chain: readonly string[],
  given: Values,
  weights: Weights,
  passed: Value[] = [],
): Value {
  const values = new Map(given);
  for (const name of chain) {
    const network = plan(name, networkOf(architecture, name));
    const made = passedOn(emitNetwork(graph, network, reading(graph, network, values), weights));
    const [output] = Object.keys(network.outputs);
    if (output && made) values.set(output, made);
    if (made) passed.push(made);
  }
  const last = passed.at(-1);
  if (last) return last;
  throw new AlixError('bad-architecture', 'a chain of no networks puts nothing out');
}

/** The spec of a network of a chain. */
export function networkOf(architecture: ArchitectureSpec, name: string): NetworkSpec {
  const spec = architecture.networks[name];
  if (spec) return spec;
  throw new AlixError('bad-architecture', `the architecture has no network "${name}"`, {
    expected: Object.keys(architecture.networks).join(', '),
  });
}

/** What a network is given; noise is filled in. */
export const inputsOf = ({ inputs }: { readonly inputs: Readonly<Record<string, Shape>> }): string[] =>
  Object.keys(inputs).filter((input) => input !== 'noise');

/** A sample's place, a Gaussian's mean, or the first output: what training's networks pass on, noise at zero. */
const passedOn = (outputs: Values): Value | undefined =>
  outputs.get('sample') ?? outputs.get('mean') ?? [...outputs.values()][0];

/** The inputs of a network from the values there are; noise is zero, as in evaluation. */
function reading(graph: GraphBuilder, network: PlannedNetwork, values: Values): Values {
  const { noise } = network.inputs;
  const read = inputsOf(network).map((input): [string, Value] => [
    input,
    fitted(graph, values.get(input), network.inputs[input]!, `${network.name}.${input}`, [...values.keys()]),
  ]);
  const [first] = read;
  if (noise && first) read.push(['noise', zeros(graph, first[1], noise, `${network.name}.noise`)]);
  return new Map(read);
}

/** Zeros, as many rows as `like` has. No operator makes them of N alone and stays on the GPU, so some number times zero it is. */
function zeros(graph: GraphBuilder, like: Value, shape: Shape, name: string): Value {
  const flat = toFlat(graph, like);
  const axes = graph.integers([1]);
  const some = graph.node('ReduceMax', [flat.name, axes], `${name}.rows`, ['N', 1], { keepdims: { int: 1 } });
  const none = graph.floats(`${name}.zeros`, new Float32Array(size(shape)), [1, size(shape)]);
  const row = plain(graph.node('Mul', [some, none], name, ['N', size(shape)]), [size(shape)]);
  return toShape(graph, row, shape);
}

function fitted(
  graph: GraphBuilder,
  value: Value | undefined,
  shape: Shape,
  where: string,
  known: readonly string[],
): Value {
  if (!value)
    throw new AlixError('bad-architecture', 'nothing in the chain feeds this input', {
      where,
      expected: known.join(', '),
    });
  if (value.shape.join() === shape.join()) return value;
  if (size(value.shape) !== size(shape))
    throw new AlixError('bad-architecture', 'the network before puts out another shape', {
      where,
      expected: shape.join('x'),
      found: value.shape.join('x'),
    });
  return toShape(graph, toPlain(graph, value), shape);
}
