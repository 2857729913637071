/** Arrays as the tensors of one run, checked against what the graph takes. */
import { describeValue } from './describe-value.js';
import { AlixError } from './io/errors.js';
import type { Signature } from './runtime.js';
import type { GraphSession, Port, Tensors, TensorValue, Values } from './session.js';

/** The tensors of a run, or what is wrong with the values. */
export function toFeeds(
  session: GraphSession,
  { inputs: ports }: Signature,
  given: Values | Readonly<Record<string, Values>>,
  n: number,
): Tensors {
  const read = ports.filter(({ name }) => session.inputs.some((input) => input.name === name));
  const [first] = read;
  if (typeof given !== 'object' || given === null)
    throw new AlixError('bad-input', 'not what the graph takes', {
      expected: 'arrays by the names of its inputs',
      found: describeValue(given),
    });
  if (!Number.isInteger(n) || n < 0)
    throw new AlixError('bad-input', 'a batch has a whole number of rows', { found: `${n}` });
  const isOne = given instanceof Float32Array || given instanceof Uint8Array;
  const values: Readonly<Record<string, Values>> = isOne ? { [first!.name]: given } : given;
  const wanted = read.map(({ name }) => name).join(', ');
  if (read.some(({ name }) => !values[name]) || Object.keys(values).length !== read.length)
    throw new AlixError('bad-input', 'the graph has other inputs', {
      expected: wanted,
      found: Object.keys(values).join(', '),
    });
  return Object.fromEntries(
    read.map(({ name, type }) => [name, toTensor(type, values[name]!, sizes(session.inputs, name, n))]),
  );
}

/** The sizes of an input or output for a batch of n, as the graph states them; they have been checked against model.json. */
export function sizes(ports: readonly Port[], name: string, n: number): number[] {
  const port = ports.find((candidate) => candidate.name === name);
  return (port?.shape ?? []).map((size) => (typeof size === 'number' ? size : n));
}

/** A tensor of these dimensions, or what is wrong with the values. */
function toTensor(type: 'float32' | 'uint8', input: Values, dims: readonly number[]): TensorValue {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const fits = type === 'uint8' ? input instanceof Uint8Array : input instanceof Float32Array;
  if (!fits || input.length !== size)
    throw new AlixError('bad-input', 'not what the graph takes', {
      expected: `${type}, ${size} values`,
      found: describeValue(input),
    });
  return { type, dims, data: input };
}
