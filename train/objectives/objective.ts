/**
 * What an objective is: players and their losses as pure functions of the networks and a minibatch, in the paper's symbols.
 * The trainer knows only this; it never learns a method's name. One file per objective beside this one.
 */
import type { Tensor } from '@tensorflow/tfjs-core';

/** q(z|x) as a network gives it. */
export interface Posterior {
  /** [N,d] */
  readonly mean: Tensor;
  /** log sigma^2 [N,d]; absent from a deterministic encoder. */
  readonly logVariance: Tensor | undefined;
  /** mean + sigma * epsilon with fresh standard normal noise; the mean itself where there is no variance. */
  sample(noise: Noise): Tensor;
}

/** Fresh random tensors from the trainer's generator. */
export interface Noise {
  normal(shape: readonly number[]): Tensor;
  uniform(shape: readonly number[]): Tensor;
}

/** A minibatch: data x [N,...] in the architecture's range, and codes z [N,d] drawn from the prior. */
export interface Batch {
  readonly x: Tensor;
  readonly z: Tensor;
}

/** "inputs -> output", e.g. 'z -> x', 'x z -> logit', 'features -> posterior': what a network of the architecture must offer. */
export type Signature = `${string} -> ${string}`;
type Call<S extends Signature> = (...inputs: Tensor[]) => S extends `${string} -> posterior` ? Posterior : Tensor;
export type Networks<N extends Readonly<Record<string, Signature>>> = { readonly [K in keyof N]: Call<N[K]> };

export type Options = Readonly<Record<string, number | string | boolean>>;

/** Each is computed when a loss first asks for it, at most once per update. */
export type Terms = Readonly<Record<string, () => Tensor>>;
export type Evaluated<T extends Terms> = { readonly [K in keyof T]: Tensor };

export interface Player<N, T extends Terms, O extends Options> {
  /** The networks whose parameters this player changes; all others are frozen, and gradients flow through them. */
  readonly updates: readonly (keyof N & string)[];
  /** A scalar to minimise. */
  readonly loss: (terms: Evaluated<T>, options: O) => Tensor;
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
  readonly options?: Partial<O>;
  /** Where this way of doing it is written. */
  readonly source: string;
}

export interface ObjectiveDefinition<
  N extends Readonly<Record<string, Signature>>,
  T extends Terms,
  P extends string,
  O extends Options,
> {
  readonly name: string;
  readonly title: string;
  /** The paper and its equations. */
  readonly source: string;
  readonly networks: N;
  /** Networks that lead from x to the posterior, in order; empty where the system has no encoder. */
  readonly encoder: readonly (keyof N & string)[];
  /** Networks that lead from z to x. */
  readonly decoder: readonly (keyof N & string)[];
  readonly options: O;
  /** Settings by name; the first is the default. */
  readonly presets: Readonly<Record<P, Preset<O>>>;
  readonly terms: (networks: Networks<N>, batch: Batch, noise: Noise, options: O) => T;
  readonly players: Readonly<Record<string, Player<N, T, O>>>;
}

/** An objective with its types erased: what the trainer and the table of objectives handle. */
export interface Objective {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly networks: Readonly<Record<string, Signature>>;
  readonly encoder: readonly string[];
  readonly decoder: readonly string[];
  readonly options: Options;
  readonly presets: Readonly<Record<string, Preset<Options>>>;
  readonly terms: (
    networks: Readonly<Record<string, (...inputs: Tensor[]) => Tensor & Posterior>>,
    batch: Batch,
    noise: Noise,
    options: Options,
  ) => Terms;
  readonly players: Readonly<Record<string, Player<Readonly<Record<string, unknown>>, Terms, Options>>>;
}

/** Checks an objective's types where it is written, then erases them. */
export function objective<
  const N extends Readonly<Record<string, Signature>>,
  T extends Terms,
  P extends string,
  O extends Options,
>(definition: ObjectiveDefinition<N, T, P, O>): Objective {
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
