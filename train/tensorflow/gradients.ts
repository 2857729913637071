/**
 * Gradients of several losses from one forward pass, each with respect to its own tensors: what a simultaneous update of
 * several players needs, and what tfjs's own `grads` (one loss, then the tape is gone) cannot give.
 */
import * as tf from '@tensorflow/tfjs-core';
import { execute, hasKernels, number } from './ops/kernel.js';
import './ops/twice.js';

interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved?: readonly tf.Tensor[];
  readonly gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

/** The part of tfjs's engine that records; it is there but not in its public types. */
interface TapeEngine {
  startTape(): void;
  endTape(): void;
  readonly state: {
    activeTape: TapeNode[] | null;
    gradientDepth: number;
    readonly activeScope: { readonly track: tf.Tensor[] };
  };
}

const engineOf = () => tf.engine() as unknown as TapeEngine;

export interface Loss {
  readonly value: tf.Tensor;
  /** The tensors to differentiate by. */
  readonly wrt: readonly tf.Tensor[];
  /** Tensors to keep beside the loss. */
  readonly extra?: Readonly<Record<string, tf.Tensor>>;
}

export interface Differentiated {
  readonly value: tf.Tensor;
  readonly gradients: readonly (tf.Tensor | null)[];
  readonly extra: Readonly<Record<string, tf.Tensor>>;
}

/**
 * Runs `forward` once and differentiates each loss it returns.
 *
 * @param forward returns named scalar losses and the tensors each is to be differentiated by
 * @returns per loss its value (scalar tensor) and one gradient per tensor, null where the loss does not depend on it.
 *   The caller disposes of them; everything else that was made on the way is gone.
 */
export function gradients<K extends string>(forward: () => Record<K, Loss>): Record<K, Differentiated> {
  const engine = engineOf();
  if (engine.state.gradientDepth !== 0) throw new Error('gradients() cannot run inside another gradient');
  engine.startTape();
  try {
    let losses: Record<K, Loss>;
    try {
      losses = tf.tidy(() => forward() as unknown as tf.TensorContainerObject) as unknown as Record<K, Loss>;
    } finally {
      engine.endTape();
    }
    const tape = ordered(engine.state.activeTape ?? []);
    const entries = (Object.entries(losses) as [K, Loss][]).map(([name, { value, wrt, extra = {} }]) => {
      const grads = tf.tidy(() => backward(tape, value, wrt) as unknown as tf.TensorContainer);
      return [name, { value, extra, gradients: grads as unknown as (tf.Tensor | null)[] }] as const;
    });
    return Object.fromEntries(entries) as unknown as Record<K, Differentiated>;
  } finally {
    for (const { saved = [] } of engine.state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
    engine.state.activeTape = null;
  }
}

/**
 * The nodes in an order in which each comes after those that make its inputs. tfjs records the copies of outputs that gradients
 * are made of (tanh's slope is 1 - y^2) before the node that makes them: second derivatives would miss them without a word.
 */
function ordered(tape: readonly TapeNode[]): readonly TapeNode[] {
  const made = new Map(tape.flatMap(({ outputs }, i) => outputs.map(({ id }) => [id, i] as const)));
  const places = tape.map(({ inputs }, i) => {
    const last = Math.max(-1, ...Object.values(inputs).map(({ id }) => made.get(id) ?? -1));
    return { node: tape[i] as TapeNode, place: last > i ? last + 0.5 : i };
  });
  if (places.every(({ place }) => Number.isInteger(place))) return tape;
  return places.sort((a, b) => a.place - b.place).map(({ node }) => node);
}

const anyOf = (tensors: Readonly<Record<string, tf.Tensor>>, ids: ReadonlySet<number>) => {
  for (const name in tensors) if (ids.has((tensors[name] as tf.Tensor).id)) return true;
  return false;
};

/** Walks the tape backwards from `y`; gradients are freed as soon as they have been passed on. Call inside tf.tidy. */
function backward(tape: readonly TapeNode[], y: tf.Tensor, wrt: readonly tf.Tensor[]): (tf.Tensor | null)[] {
  const wanted = new Set(wrt.map((x) => x.id));
  const reached = new Set(wanted);
  for (const node of tape)
    if (anyOf(node.inputs, reached))
      // comparisons have no slope: the gradients of maxout and of clipping, differentiated again, end at them
      for (const output of node.outputs) if (output.dtype === 'float32') reached.add(output.id);
  const grads = new Map<number, tf.Tensor>([
    [y.id, y.rank === 0 && hasKernels() ? tf.clone(number(1)) : tf.onesLike(y)],
  ]);
  for (let i = tape.length - 1; i >= 0; i--) {
    const node = tape[i] as TapeNode;
    if (!node.outputs.some((output) => grads.has(output.id)) || !anyOf(node.inputs, reached)) continue;
    passBack(
      node,
      node.outputs.map((output) => grads.get(output.id) ?? null),
      reached,
      grads,
    );
    for (const output of node.outputs)
      if (!wanted.has(output.id)) {
        grads.get(output.id)?.dispose();
        grads.delete(output.id);
      }
  }
  return wrt.map((x) => grads.get(x.id) ?? null);
}

/** Adds what a node passes on to the gradients of its inputs, of those reached. What it makes besides goes at once. */
function passBack(
  node: TapeNode,
  dys: (tf.Tensor | null)[],
  reached: ReadonlySet<number>,
  grads: Map<number, tf.Tensor>,
): void {
  if (!node.gradient) throw new Error(`${node.kernelName} has no gradient: take the plain operations instead`);
  const { track } = engineOf().state.activeScope;
  const before = track.length;
  const thunks = node.gradient(dys);
  const results: [id: number, dx: tf.Tensor][] = [];
  for (const name in node.inputs) {
    const input = node.inputs[name] as tf.Tensor;
    if (!reached.has(input.id)) continue;
    const dx = thunks[name]?.();
    if (!dx) throw new Error(`${node.kernelName} has no gradient for its input "${name}"`);
    if (dx.rank !== input.rank || dx.shape.some((n, axis) => n !== input.shape[axis]))
      throw new Error(`${node.kernelName}: the gradient of "${name}" is ${dx.shape}, the input ${input.shape}`);
    // A gradient passed on unchanged is its own tensor all the same: the incoming one is about to be freed.
    results.push([input.id, dys.includes(dx) ? tf.clone(dx) : dx]);
  }
  const made = track.splice(before);
  for (const tensor of made)
    if (results.some(([, dx]) => dx === tensor)) track.push(tensor);
    else if (!tensor.kept) tensor.dispose();
  for (const [id, dx] of results) accumulate(grads, id, dx);
}

function accumulate(grads: Map<number, tf.Tensor>, id: number, dx: tf.Tensor): void {
  const before = grads.get(id);
  const add = hasKernels() ? (a: tf.Tensor, b: tf.Tensor) => execute('Add', [a, b]) : tf.add;
  grads.set(id, before ? add(before, dx) : dx);
  if (before) {
    before.dispose();
    dx.dispose();
  }
}
