/** Exponential moving averages of parameters: average <- decay average + (1 - decay) parameter after every step. */
import type { Stored } from '@alix/infer/io/safetensors-file';
import * as tf from '@tensorflow/tfjs-core';
import { type NamedArray, Variable, type VariableStore } from './tensorflow/variables.js';

const PREFIX = 'average/';

/** The averages of some of a store's parameters; they start as the parameters themselves. */
export class Averages {
  readonly #store: VariableStore;
  readonly #decay: number;
  readonly #variables: ReadonlyMap<string, Variable>;

  /** @param saved the weights of a checkpoint; an average that it lacks starts as the parameter is now */
  constructor(store: VariableStore, names: readonly string[], decay: number, saved?: ReadonlyMap<string, NamedArray>) {
    this.#store = store;
    this.#decay = decay;
    this.#variables = new Map(
      names.map((name) => {
        const { shape } = store.get(name);
        const kept = saved?.get(PREFIX + name);
        const start = kept?.shape.join() === shape.join() ? kept.data : store.get(name).data();
        return [name, new Variable(shape, start)];
      }),
    );
  }

  /** Moves every average towards its parameter. */
  update(): void {
    for (const [name, variable] of this.#variables)
      tf.tidy(() => {
        const average = variable.read();
        const next = tf.add(tf.mul(average, this.#decay), tf.mul(this.#store.get(name).read(), 1 - this.#decay));
        average.dispose();
        variable.assign(next);
      });
  }

  /** The averages as tensors, by their parameters' names. */
  read(): Map<string, tf.Tensor> {
    return new Map([...this.#variables].map(([name, variable]) => [name, variable.read()]));
  }

  /** For a checkpoint; each is copied when it is asked for. */
  stored(): Map<string, Stored<Float32Array>> {
    return new Map([...this.#variables].map(([name, variable]) => [PREFIX + name, variable]));
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
  }
}

/** The weights that a trained model answers with: averages in the place of their parameters where a run has kept them. */
export function answering(weights: ReadonlyMap<string, NamedArray>): ReadonlyMap<string, NamedArray> {
  const isAverage = (name: string) => name.startsWith(PREFIX);
  return new Map(
    [...weights].filter(([name]) => !isAverage(name)).map(([name, own]) => [name, weights.get(PREFIX + name) ?? own]),
  );
}
