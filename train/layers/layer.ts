/** What a layer kind is: its shapes, its parameters and its forward pass. One file per kind beside this one. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from './ops.js';

/** Sizes without the batch axis. Images are height, width, channels. */
export type Shape = readonly number[];

/** How a parameter starts: the initialiser of the run decides for weights, scales, biases and output biases. */
export type ParameterRole =
  | 'weight'
  | 'bias'
  /** One per output pixel [H,W,C]; may start from the data's mean. */
  | 'output-bias'
  | 'scale'
  | 'shift'
  /** A unit vector, drawn at random. */
  | 'singular-vector'
  | 'running-mean'
  | 'running-variance';

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
  /** Equal parts that the batch is made of, one below the other; each has batch statistics of its own. One unless said. */
  readonly parts?: number;
  /** Uniform numbers in [0,1) from the trainer's generator, float32 of the shape given. */
  uniform(shape: readonly number[]): Tensor;
  /** Hands over the statistics of this batch; the trainer folds them into the running ones after the update. */
  observe(path: string, mean: Tensor, variance: Tensor): void;
  /** Hands over the next value of a parameter that no optimiser changes; it takes it after the update. */
  remember(parameter: string, value: Tensor): void;
}

export interface Transformed {
  /** [N,d] */
  readonly z: Tensor;
  /** log |det dz/dz0| [N] */
  readonly logDeterminant: Tensor;
}

type Parameters = Readonly<Record<string, Tensor>>;

/** An invertible layer on vectors: what a flow is made of. */
export interface FlowLayer<Args> {
  /** z of z0 [N,d]. */
  transform(z0: Tensor, args: Args, parameters: Parameters, context: ForwardContext): Transformed;
  /** z0 of z [N,d], with the determinant of its transform; absent where it has no closed form. */
  inverse?(z: Tensor, args: Args, parameters: Parameters, context: ForwardContext): Transformed;
}

/** A kind of layer. `Args` is what its row says, as plain data. */
export interface LayerKind<Args> {
  /** @throws AlixError 'bad-architecture' naming `path` where the input does not fit */
  shape(input: Shape, args: Args, path: string): Shape;
  parameters(input: Shape, args: Args): readonly ParameterSpec[];
  flops(input: Shape, args: Args): number;
  forward(x: Tensor, args: Args, parameters: Parameters, context: ForwardContext, path: string): Tensor;
  readonly flow?: FlowLayer<Args>;
  /** Works on each number by itself and has no parameters: what a likelihood takes off a decoder's end. */
  readonly isActivation?: true;
}
