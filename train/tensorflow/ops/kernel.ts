/**
 * TensorFlow's own kernels as differentiable operations. Each is called with its attributes through the binding, and its gradient
 * is lazy per input, so that a frozen network costs no weight gradients. Gradients run outside the tape: no second derivatives.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type NodeBackend, nodeBackend, type OpAttribute } from '../load.js';
import { recorded } from './record.js';

export type AttributeValue = boolean | number | string | readonly number[];

const fixedOnes = new WeakMap<object, OpAttribute[]>();

/** Attributes that are the same at every call: put in TensorFlow's form once. */
export function fixed<T extends Readonly<Record<string, AttributeValue>>>(values: T): T {
  fixedOnes.set(values, []);
  return values;
}

/** The attributes of a TensorFlow op, typed by the shape of their values; `T` is float32 unless said otherwise. */
export function attributes(backend: NodeBackend, values: Readonly<Record<string, AttributeValue>>): OpAttribute[] {
  const known = fixedOnes.get(values);
  if (known && known.length > 0) return known;
  const { TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const kind = (name: string, value: AttributeValue) => {
    if (typeof value === 'boolean') return TF_ATTR_BOOL;
    if (typeof value === 'string') return TF_ATTR_STRING;
    if (typeof value === 'object') return TF_ATTR_INT;
    return name === 'alpha' || name === 'epsilon' || name.endsWith('factor') ? TF_ATTR_FLOAT : TF_ATTR_INT;
  };
  const made = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    ...Object.entries(values).map(([name, value]) => ({ name, type: kind(name, value), value })),
  ];
  if (known) fixedOnes.set(values, made);
  return made;
}

const none = fixed({});

let keptForGood = 0;

const keepForGood = <T extends tf.Tensor>(tensor: T): T => {
  keptForGood += 1;
  return tf.keep(tensor);
};

/** Constants made so far, which are never freed: tests of leaks leave them out. */
export const constantsKept = (): number => keptForGood;

/** A constant, made when it is first needed: TensorFlow is not there yet when a file is read. */
export function constant(make: () => tf.Tensor): () => tf.Tensor {
  let made: tf.Tensor | undefined;
  return () => {
    made ??= keepForGood(make());
    return made;
  };
}

const constants = new Map<string, tf.Tensor>();

/** A shape as the int32 tensor that TensorFlow's ops take; made once, for a step asks for the same ones each time. */
export function sizes(shape: readonly number[]): tf.Tensor {
  const key = shape.join();
  let tensor = constants.get(key);
  if (!tensor) {
    tensor = keepForGood(tf.tensor1d([...shape], 'int32'));
    constants.set(key, tensor);
  }
  return tensor;
}

const numbers = new Map<number, tf.Tensor>();
const MOST_NUMBERS = 1024;

/** A number that a step asks for each time, as a scalar that is made once; the caller does not dispose of it. Call inside tf.tidy. */
export function number(value: number): tf.Tensor {
  const known = numbers.get(value);
  if (known) return known;
  const made = tf.scalar(value, 'float32');
  // a number that changes from step to step must not pile up
  if (numbers.size < MOST_NUMBERS) numbers.set(value, keepForGood(made));
  return made;
}

let reshapeTypes: OpAttribute[] | undefined;

/** `tf.reshape` for kernels: the same op, with no trace on the tape. */
export function reshaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const backend = nodeBackend();
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  reshapeTypes ??= [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'Tshape', type: TF_ATTR_TYPE, value: TF_INT32 },
  ];
  return backend.executeSingleOutput('Reshape', reshapeTypes, [x, sizes(shape)]);
}

/** Whether there is TensorFlow to run kernels: what a step costs is counted without it. */
export const hasKernels = (): boolean => tf.getBackend() === 'tensorflow';

/** Runs a TensorFlow op on float32 tensors. */
export function execute(
  op: string,
  inputs: readonly tf.Tensor[],
  values: Readonly<Record<string, AttributeValue>> = none,
) {
  const backend = nodeBackend();
  return backend.executeSingleOutput(op, attributes(backend, values), inputs);
}

/** The same for an op with several outputs. */
export function executeMany(
  op: string,
  inputs: readonly tf.Tensor[],
  outputs: number,
  values: Readonly<Record<string, AttributeValue>> = none,
) {
  const backend = nodeBackend();
  return backend.executeMultipleOutputs(op, attributes(backend, values), inputs, outputs);
}

interface Kernel<Attributes> {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Indices of the outputs that the gradient needs; those of outputs that a call does not have are passed over. */
  readonly saves?: readonly number[];
  forward(inputs: readonly tf.Tensor[], attributes: Attributes): tf.Tensor | tf.Tensor[];
  /** One thunk per input; `dy` is the gradient of the first output, `saved` the inputs and then the saved outputs. */
  gradient(dy: tf.Tensor, saved: readonly tf.Tensor[], attributes: Attributes): (() => tf.Tensor)[];
}

/** Defines a differentiable operation; the call returns the first output, `many` all of them. */
export function kernel<Attributes extends object>({ name, inputs, saves = [], forward, gradient }: Kernel<Attributes>) {
  const byName = <T>(values: readonly T[]) => {
    const named: Record<string, T> = {};
    for (const [i, input] of inputs.entries()) named[input] = values[i] as T;
    return named;
  };
  const many = (tensors: readonly tf.Tensor[], attrs: Attributes): tf.Tensor[] =>
    recorded({
      name: `Alix${name}`,
      inputs: byName(tensors),
      forward: () => [forward(tensors, attrs)].flat(),
      saves: (outputs) => [...tensors, ...saves.flatMap((i) => outputs[i] ?? [])],
      gradient: (dy, saved) => byName(gradient(dy, saved, attrs)),
    });
  return { many, one: (tensors: readonly tf.Tensor[], attrs: Attributes) => many(tensors, attrs)[0] as tf.Tensor };
}
