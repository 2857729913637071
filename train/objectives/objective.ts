/**
 * What an objective is: players and their losses as pure functions of the networks and a minibatch, in the paper's symbols.
 * The trainer knows only this; it never learns a method's name. One file per objective beside this one.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Apart } from './side-by-side.js';

/** q(z|x) as an encoder gives it: a Gaussian, a Gaussian sent through a flow, or a point. */
export interface Posterior {
  /** The code of x [N,d]: the mean, or where a flow takes it. */
  readonly mean: Tensor;
  /** log sigma^2 [N,d]; undefined where the posterior is no Gaussian: deterministic, implicit (noise goes in) or a flow. */
  readonly logVariance: Tensor | undefined;
  /** z [N,d]: mean + sigma * epsilon with fresh standard normal noise; the mean itself where there is no variance. */
  sample(noise: Noise): Tensor;
  /** A sample [N,d] and log q of it [N]. @throws AlixError 'mismatch' where q has no density */
  draw(noise: Noise): Drawn;
  /** log q(z|x) [N] at a given z [N,d]. @throws AlixError 'mismatch' where q has no density, or a flow no closed inverse */
  logDensity(z: Tensor): Tensor;
}

export interface Drawn {
  readonly z: Tensor;
  readonly logDensity: Tensor;
}

/** p(x|z) as a decoder gives it; likelihoods.ts says which densities are made of it. */
export interface Likelihood {
  /** [N,...] in the architecture's range: what the decoder shows. */
  readonly x: Tensor;
  /** x before the decoder's last activation: the logits of a Bernoulli; x itself where the last layer is no activation. */
  readonly preactivation: Tensor;
  /** The kind of the decoder's last layer, where that is an activation: 'sigmoid', 'tanh', ... */
  readonly activation: string | undefined;
  /** log of the scale per pixel, where the decoder has such an output. */
  readonly logScale: Tensor | undefined;
}

/** Fresh random tensors from the trainer's generator. */
export interface Noise {
  normal(shape: readonly number[]): Tensor;
  uniform(shape: readonly number[]): Tensor;
}

/** When in a run a minibatch comes. */
export interface Moment {
  /** The epoch under way, 1 for the first. */
  readonly epoch: number;
  /** The last epoch of the run; Infinity where hours alone end it. */
  readonly epochs: number;
}

/** A minibatch. */
export interface Batch {
  /** Data [N,...] in the architecture's range. */
  readonly x: Tensor;
  /** The architecture's range: [-1,1] or [0,1]; what is said on the scale [-1,1] is converted by it. */
  readonly range: readonly [number, number];
  /** Codes [N,d] drawn from the prior. */
  readonly z: Tensor;
  /** p(z): standard normal, or uniform on [-1,1]^d. */
  readonly prior: 'normal' | 'uniform';
  /** One-hot classes, or attributes that are 0 or 1: [N,k]; an AlixError 'mismatch' says so where the data have none. */
  readonly labels: Tensor;
  readonly moment: Moment;
}

/** "inputs -> output", e.g. 'z -> x', 'x z -> logit', 'features -> posterior': what a network of the architecture must offer. */
export type Signature = `${string} -> ${string}`;
type Result<S extends Signature> = S extends `${string} -> posterior`
  ? Posterior
  : S extends `${string} -> likelihood`
    ? Likelihood
    : Tensor;
type Call<S extends Signature> = (...inputs: Tensor[]) => Result<S>;
type Signatures = Readonly<Record<string, Signature>>;
/** Networks as functions; those that an architecture may leave out may be undefined. */
export type Networks<N extends Signatures, M extends Signatures = Record<never, never>> = {
  readonly [K in keyof N]: Call<N[K]>;
} & { readonly [K in keyof M]?: Call<M[K]> };

/** What a few losses need of the trainer besides networks and noise. */
export interface Tools<N extends Signatures> {
  /**
   * A network as it would be after `steps` more updates of its optimiser on `loss`, differentiable through them: each
   * step's gradient and moments are part of the graph (Metz et al. 2017, Eq. 5-8).
   */
  unrolled<K extends keyof N & string>(network: K, steps: number, loss: (network: Call<N[K]>) => Tensor): Call<N[K]>;
  /** Whether this update changes the network, and so whether the losses are computed that its player minimises. */
  updates(network: keyof N & string): boolean;
  /** How several inputs go through these networks as one batch, for `sideBySide`; undefined where a pass each is better. */
  joining(networks: readonly (keyof N & string)[], inputs: number): Apart | undefined;
}

export type Options = Readonly<Record<string, number | string | boolean>>;

/** Each is computed when a loss first asks for it, at most once per update. */
export type Terms = Readonly<Record<string, () => Tensor>>;
export type Evaluated<T extends Terms> = { readonly [K in keyof T]: Tensor };

export interface Player<N, T extends Terms, O extends Options> {
  /** The networks whose parameters this player changes; all others are frozen, and gradients flow through them. */
  readonly updates: readonly (keyof N & string)[];
  /** A scalar to minimise. */
  readonly loss: (terms: Evaluated<T>, options: O) => Tensor;
  /** Updates of this player in one step of training, each on a minibatch of its own; 1 unless said. */
  readonly steps?: (options: O) => number;
  /** Numbers worth a curve that no player minimises, e.g. the critic's mean output; from terms that the loss has asked for. */
  readonly monitor?: (terms: Evaluated<T>) => Readonly<Record<string, Tensor>>;
}

/**
 * 'simultaneous': one forward pass and one noise draw per step, all gradients at the same parameters.
 * 'sequential': the players in order, each with fresh noise and at the parameters the others have just left.
 */
export type Update = 'simultaneous' | 'sequential';

export interface Preset<O extends Options> {
  readonly update: Update;
  /** Sequential updates draw z 'fresh' for each player, or once for all of a step ('shared'); fresh unless said. */
  readonly prior?: 'fresh' | 'shared';
  readonly options?: Partial<O>;
  /** Where this way of doing it is written. */
  readonly source: string;
}

export interface ObjectiveDefinition<
  N extends Signatures,
  M extends Signatures,
  T extends Terms,
  P extends string,
  O extends Options,
> {
  readonly name: string;
  readonly title: string;
  /** The paper and its equations. */
  readonly source: string;
  readonly networks: N;
  /** Networks that an architecture may offer and the terms then use, such as the second layer of a stacked latent. */
  readonly optional?: M;
  /** Networks trained beforehand (config.pretrained): in evaluation mode, never updated; gradients flow through them. */
  readonly frozen?: readonly (keyof N & string)[];
  /** Networks through which a gradient is differentiated again: they run on the plain operations. */
  readonly differentiatedTwice?: readonly (keyof N & string)[];
  /** Sizes of the last axis that outputs must have, e.g. { D: 4 } for a critic of four classes. */
  readonly sizes?: (options: O) => { readonly [K in keyof (N & M)]?: number };
  /** Networks that lead from x to the posterior, in order; empty where the system has no encoder. Absent optional ones are left out. */
  readonly encoder: readonly (keyof (N & M) & string)[];
  /** Networks that lead from z to x. */
  readonly decoder: readonly (keyof (N & M) & string)[];
  /** Networks that lead from x, or x and z, to the critic's logit, each reading x, z or what an earlier one puts out. */
  readonly critic?: readonly (keyof N & string)[];
  /** Networks that lead from x to a classifier's logits; what the last but one puts out are its features. */
  readonly classifier?: readonly (keyof N & string)[];
  /** What lies under an inpainting mask on the scale [-1,1], where the encoder is trained on masked images; options may decide. */
  readonly maskFill?: number | ((options: O) => number | undefined);
  readonly options: O;
  /** The words that an option takes, where it takes no others. */
  readonly choices?: { readonly [K in keyof O]?: readonly string[] };
  /** Settings by name; the first is the default. */
  readonly presets: Readonly<Record<P, Preset<O>>>;
  readonly terms: (networks: Networks<N, M>, batch: Batch, noise: Noise, options: O, tools: Tools<N>) => T;
  /** Numbers of held-out rows, means over them, for a curve at each epoch's end: networks in evaluation mode, no noise. */
  readonly heldOut?: (
    networks: Networks<N, M>,
    batch: Pick<Batch, 'x' | 'labels'>,
    options: O,
  ) => Readonly<Record<string, Tensor>>;
  readonly players: Readonly<Record<string, Player<N & M, T, O>>>;
}

/** An objective with its types erased: what the trainer and the table of objectives handle. */
export interface Objective {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly networks: Signatures;
  readonly optional?: Signatures;
  readonly frozen?: readonly string[];
  readonly differentiatedTwice?: readonly string[];
  readonly sizes?: (options: Options) => Readonly<Record<string, number>>;
  readonly encoder: readonly string[];
  readonly decoder: readonly string[];
  readonly critic?: readonly string[];
  readonly classifier?: readonly string[];
  readonly maskFill?: number | ((options: Options) => number | undefined);
  readonly options: Options;
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  readonly presets: Readonly<Record<string, Preset<Options>>>;
  readonly terms: (
    networks: Readonly<Record<string, (...inputs: Tensor[]) => Tensor & Posterior & Likelihood>>,
    batch: Batch,
    noise: Noise,
    options: Options,
    tools: Tools<Signatures>,
  ) => Terms;
  readonly heldOut?: (
    networks: Readonly<Record<string, (...inputs: Tensor[]) => Tensor & Posterior & Likelihood>>,
    batch: Pick<Batch, 'x' | 'labels'>,
    options: Options,
  ) => Readonly<Record<string, Tensor>>;
  readonly players: Readonly<Record<string, Player<Readonly<Record<string, unknown>>, Terms, Options>>>;
}

/** Checks an objective's types where it is written, then erases them. */
export function objective<
  const N extends Signatures,
  T extends Terms,
  P extends string,
  O extends Options,
  const M extends Signatures = Record<never, never>,
>(definition: ObjectiveDefinition<N, M, T, P, O>): Objective {
  return definition as unknown as Objective;
}

/** Computes `make` at the first call and remembers it: a tensor that several terms share. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The terms as properties that compute themselves when first read. */
export function evaluate<T extends Terms>(terms: T): Evaluated<T> {
  const evaluated = {};
  for (const [name, compute] of Object.entries(terms))
    Object.defineProperty(evaluated, name, { get: once(compute), enumerable: true });
  return evaluated as Evaluated<T>;
}
