/** What a layer kind is: its shapes, its parameters and its forward pass. One file per kind beside this one. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from './ops.js';

/** Sizes without the batch axis. Images are height, width, channels. */
export type Shape = readonly number[];

/** How a parameter starts: the initialiser of the run decides for weights and scales. */
export type ParameterRole = 'weight' | 'bias' | 'scale' | 'shift' | 'running-mean' | 'running-variance';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly role: ParameterRole;
  /** False for running statistics: kept in checkpoints, changed by no optimiser. */
  readonly trainable: boolean;
  /** Inputs that feed one output, for initialisers that scale by it. */
  readonly fanIn: number;
}

/** What a forward pass may use besides its input and its parameters. */
export interface ForwardContext {
  readonly ops: Ops;
  /** True: batch statistics, dropout. False: running statistics, no dropout. */
  readonly training: boolean;
  /** Uniform numbers in [0,1) from the trainer's generator, float32 of the shape given. */
  uniform(shape: readonly number[]): Tensor;
  /** Hands over the statistics of this batch; the trainer folds them into the running ones after the update. */
  observe(path: string, mean: Tensor, variance: Tensor): void;
}

/** A kind of layer. `Args` is what its row says, as plain data. */
export interface LayerKind<Args> {
  /** @throws AlixError 'bad-architecture' naming `path` where the input does not fit */
  shape(input: Shape, args: Args, path: string): Shape;
  parameters(input: Shape, args: Args): readonly ParameterSpec[];
  flops(input: Shape, args: Args): number;
  forward(
    x: Tensor,
    args: Args,
    parameters: Readonly<Record<string, Tensor>>,
    context: ForwardContext,
    path: string,
  ): Tensor;
}
