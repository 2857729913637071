/** Parameters as TensorFlow resource variables: read without a copy, changed in place by TensorFlow's own optimiser kernels. */
import type { Stored } from '@alix/infer/io/safetensors-file';
import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec } from '../layers/layer.js';
import { type NodeBackend, nodeBackend } from './load.js';
import { number } from './ops/kernel.js';
import { tidied } from './tidied.js';

export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

let created = 0;

/** One float32 variable in TensorFlow's memory. */
export class Variable {
  readonly #backend: NodeBackend = nodeBackend();
  /** The resource handle; tfjs knows it as a tensor of strings. */
  readonly handle: tf.Tensor;
  readonly shape: readonly number[];
  #value: tf.Tensor | undefined;
  #isZero: boolean | undefined;

  constructor(shape: readonly number[], initial: Float32Array) {
    this.shape = shape;
    const { TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = this.#backend.binding;
    const attributes = [
      { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
      { name: 'shape', type: TF_ATTR_SHAPE, value: [...shape] },
      { name: 'shared_name', type: TF_ATTR_STRING, value: `alix-${created++}` },
      { name: 'container', type: TF_ATTR_STRING, value: '' },
    ];
    this.handle = tf.keep(this.#backend.executeSingleOutput('VarHandleOp', attributes, []));
    tf.tidy(() => this.assign(tf.tensor(initial, [...shape], 'float32')));
  }

  get #dtype() {
    return [{ name: 'dtype', type: this.#backend.binding.TF_ATTR_TYPE, value: this.#backend.binding.TF_FLOAT }];
  }

  assign(value: tf.Tensor): void {
    this.release();
    this.#backend.executeMultipleOutputs('AssignVariableOp', this.#dtype, [this.handle, value], 0);
  }

  /** What it is until it changes, read once. The variable frees it. */
  get value(): tf.Tensor {
    this.#value ??= tf.keep(this.read());
    return this.#value;
  }

  /** Whether all its numbers are 0; looked at once until it changes. */
  get isZero(): boolean {
    this.#isZero ??= this.data().every((n) => n === 0);
    return this.#isZero;
  }

  /** To be called before anything changes it: TensorFlow does so in place only while nobody else holds its memory. */
  release(): void {
    this.#value?.dispose();
    this.#value = undefined;
    this.#isZero = undefined;
  }

  /** The value now, as a tensor of the caller's. It shares the variable's memory, as `value` does. */
  read(): tf.Tensor {
    return this.#backend.executeSingleOutput('ReadVariableOp', this.#dtype, [this.handle]);
  }

  /** value <- (1 - share) value + share target, in place, `share` in (0,1]; `constants` are those of `towards(share)`. */
  moveTowards(target: tf.Tensor, constants: Towards): void {
    if (constants === 'all the way') {
      this.assign(target);
      return;
    }
    this.release();
    const { binding } = this.#backend;
    const attributes = [
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'use_locking', type: binding.TF_ATTR_BOOL, value: false },
    ];
    const inputs = [this.handle, ...constants, target];
    this.#backend.executeMultipleOutputs('ResourceApplyProximalGradientDescent', attributes, inputs, 0);
  }

  /** A copy of the numbers. */
  data(): Float32Array {
    return tidied(() => Float32Array.from(this.read().dataSync() as Float32Array));
  }

  dispose(): void {
    this.release();
    this.#backend.executeMultipleOutputs('DestroyResourceOp', [], [this.handle], 0);
    this.handle.dispose();
  }
}

type Towards = 'all the way' | readonly tf.Tensor[];

/**
 * What `Variable.moveTowards` needs for a share: scalars, the same ones each time. TensorFlow has one kernel that scales a
 * variable and adds to it in place: the proximal step (value - a g) / (1 + a l2), with a = -share / (1 - share) and l2 = -1.
 */
export function towards(share: number): Towards {
  return share === 1 ? 'all the way' : [-share / (1 - share), 0, -1].map(number);
}

/** Parameters by full name, and which of them have been asked for. Their tensors last until the parameters change. */
export class Reading {
  readonly #store: VariableStore;
  readonly #read = new Set<string>();

  constructor(store: VariableStore) {
    this.#store = store;
  }

  get(name: string): tf.Tensor | undefined {
    if (!this.#store.specs.has(name)) return undefined;
    this.#read.add(name);
    return this.#store.get(name).value;
  }

  /** Whether it is 0 throughout; this is not asking for it. */
  isZero(name: string): boolean {
    return this.#store.get(name).isZero;
  }

  /** Whether it has been asked for: a loss cannot depend on what has not. */
  has(name: string): boolean {
    return this.#read.has(name);
  }
}

/** All parameters of a run by full name. */
export class VariableStore {
  readonly #variables = new Map<string, Variable>();
  readonly specs: ReadonlyMap<string, ParameterSpec>;

  constructor(specs: Iterable<ParameterSpec>, initial: (spec: ParameterSpec) => Float32Array) {
    this.specs = new Map([...specs].map((spec) => [spec.name, spec]));
    for (const spec of this.specs.values()) this.#variables.set(spec.name, new Variable(spec.shape, initial(spec)));
  }

  get(name: string): Variable {
    const variable = this.#variables.get(name);
    if (!variable) throw new Error(`no parameter is called ${name}`);
    return variable;
  }

  /** Values as a step asks for them; see `Reading`. */
  reading(): Reading {
    return new Reading(this);
  }

  /** Every value as tensors, for one forward pass; see `Variable.read`. */
  read(): Map<string, tf.Tensor> {
    return new Map([...this.#variables].map(([name, variable]) => [name, variable.read()]));
  }

  /** All numbers, each copied when it is asked for: for a checkpoint. */
  stored(): ReadonlyMap<string, Stored<Float32Array>> {
    return this.#variables;
  }

  /** Copies of all numbers. */
  arrays(): Map<string, NamedArray> {
    return new Map([...this.#variables].map(([name, v]) => [name, { shape: v.shape, data: v.data() }]));
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}
