/**
 * TensorFlow's own kernels as differentiable operations. Each is called with its attributes through the binding, and its gradient
 * is lazy per input, so that a frozen network costs no weight gradients. Gradients run outside the tape: no second derivatives.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type NodeBackend, nodeBackend, type OpAttribute } from '../load.js';
import { recorded } from './record.js';

export type AttributeValue = boolean | number | string | readonly number[];

/** The attributes of a TensorFlow op, typed by the shape of their values; `T` is float32 unless said otherwise. */
export function attributes(backend: NodeBackend, values: Readonly<Record<string, AttributeValue>>): OpAttribute[] {
  const { TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const kind = (name: string, value: AttributeValue) => {
    if (typeof value === 'boolean') return TF_ATTR_BOOL;
    if (typeof value === 'string') return TF_ATTR_STRING;
    if (typeof value === 'object') return TF_ATTR_INT;
    return name === 'alpha' || name === 'epsilon' || name.endsWith('factor') ? TF_ATTR_FLOAT : TF_ATTR_INT;
  };
  return [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    ...Object.entries(values).map(([name, value]) => ({ name, type: kind(name, value), value })),
  ];
}

/** A constant, made when it is first needed: TensorFlow is not there yet when a file is read. */
export function constant(make: () => tf.Tensor): () => tf.Tensor {
  let made: tf.Tensor | undefined;
  return () => {
    made ??= tf.keep(make());
    return made;
  };
}

const constants = new Map<string, tf.Tensor>();

/** A shape as the int32 tensor that TensorFlow's ops take; made once, for a step asks for the same ones each time. */
export function sizes(shape: readonly number[]): tf.Tensor {
  const key = shape.join();
  let tensor = constants.get(key);
  if (!tensor) {
    tensor = tf.keep(tf.tensor1d([...shape], 'int32'));
    constants.set(key, tensor);
  }
  return tensor;
}

const numbers = new Map<number, tf.Tensor>();

/** A number that a step asks for each time, as a scalar; made once. Not for numbers that change from step to step. */
export function number(value: number): tf.Tensor {
  let tensor = numbers.get(value);
  if (!tensor) {
    tensor = tf.keep(tf.scalar(value, 'float32'));
    numbers.set(value, tensor);
  }
  return tensor;
}

/** `tf.reshape` for kernels: the same op, with no trace on the tape. */
export function reshaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const backend = nodeBackend();
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const types = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'Tshape', type: TF_ATTR_TYPE, value: TF_INT32 },
  ];
  return backend.executeSingleOutput('Reshape', types, [x, sizes(shape)]);
}

/** Whether there is TensorFlow to run kernels: what a step costs is counted without it. */
export const hasKernels = (): boolean => tf.getBackend() === 'tensorflow';

/** Runs a TensorFlow op on float32 tensors. */
export function execute(
  op: string,
  inputs: readonly tf.Tensor[],
  values: Readonly<Record<string, AttributeValue>> = {},
) {
  const backend = nodeBackend();
  return backend.executeSingleOutput(op, attributes(backend, values), [...inputs]);
}

/** The same for an op with several outputs. */
export function executeMany(
  op: string,
  inputs: readonly tf.Tensor[],
  outputs: number,
  values: Readonly<Record<string, AttributeValue>> = {},
) {
  const backend = nodeBackend();
  return backend.executeMultipleOutputs(op, attributes(backend, values), [...inputs], outputs);
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
  const byName = <T>(values: readonly T[]) => Object.fromEntries(inputs.map((input, i) => [input, values[i] as T]));
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
