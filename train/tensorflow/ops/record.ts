/**
 * Puts nodes on tfjs's tape, without tfjs's own way there: for every tensor that a gradient needs it runs a kernel that copies
 * nothing, and records that too (half of what a step spent in JavaScript).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { NodeBackend } from '../load.js';

/** A node as tfjs's gradients, and ours in gradients.ts, read it. */
interface TapeNode {
  readonly id: number;
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved: readonly tf.Tensor[];
  readonly gradient: (dys: readonly (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

/** The part of tfjs's engine that records; it is there but not in its public types. */
interface Engine {
  readonly state: {
    activeTape: TapeNode[] | null;
    gradientDepth: number;
    kernelDepth: number;
    nextTapeNodeId: number;
  };
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
}

const engineOf = () => tf.engine() as unknown as Engine;

/** Whether a gradient is being taken inside `gradients`. */
export const isInsideGradient = (): boolean => engineOf().state.gradientDepth > 1;

/** Whether what is computed now is put on a tape. */
export function isRecording(): boolean {
  const { gradientDepth, kernelDepth, activeTape } = engineOf().state;
  return gradientDepth > 0 && kernelDepth === 0 && activeTape !== null;
}

/** Runs `compute` with nothing of it on the tape. */
export function unrecorded<T>(compute: () => T): T {
  const { state } = engineOf();
  state.kernelDepth += 1;
  try {
    return compute();
  } finally {
    state.kernelDepth -= 1;
  }
}

/** Runs `compute` as if no gradient were being taken: nothing of it is on the tape, and it may take gradients of its own. */
export function besideGradient<T>(compute: () => T): T {
  const { state } = engineOf();
  const { activeTape, gradientDepth } = state;
  Object.assign(state, { activeTape: null, gradientDepth: 0 });
  try {
    return compute();
  } finally {
    Object.assign(state, { activeTape, gradientDepth });
  }
}

/** The same numbers as a tensor of its own, which no tidy frees. */
function alias(engine: Engine, { dataId, shape, dtype }: tf.Tensor): tf.Tensor {
  (tf.backend() as unknown as NodeBackend).incRef(dataId);
  return tf.keep(engine.makeTensorFromTensorInfo({ dataId, shape, dtype }));
}

export interface Recorded {
  readonly name: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  /** Outputs by whose gradients the node is differentiated: the first. The others are constants to every gradient. */
  forward(): tf.Tensor[];
  /** Tensors that `gradient` will need, of the inputs and these outputs. */
  saves(outputs: readonly tf.Tensor[]): readonly tf.Tensor[];
  /** A thunk for each input, from the gradient of the first output and copies of what was saved. */
  gradient(dy: tf.Tensor, saved: readonly tf.Tensor[]): Record<string, () => tf.Tensor>;
}

/** Runs `forward` as one node of the tape, if there is one; what it makes besides its outputs goes with the next tidy. */
export function recorded({ name, inputs, forward, saves, gradient }: Recorded): tf.Tensor[] {
  const engine = engineOf();
  const { state } = engine;
  const outputs = unrecorded(forward);
  if (!isRecording()) return outputs;
  const saved = saves(outputs).map((tensor) => alias(engine, tensor));
  state.activeTape?.push({
    id: state.nextTapeNodeId++,
    kernelName: name,
    inputs,
    outputs,
    saved,
    gradient: ([dy]) => {
      if (!dy) throw new Error(`${name}: only its first output can be differentiated`);
      return gradient(dy, saved);
    },
  });
  return outputs;
}
