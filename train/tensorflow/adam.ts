/**
 * Adam on resource variables through TensorFlow's fused kernel. Kingma & Ba 2015, Algorithm 1 in the form of its section 2:
 * lr_t = lr sqrt(1 - beta2^t) / (1 - beta1^t), theta -= lr_t m / (sqrt(v) + epsilon).
 */
import { AlixError } from '@alix/infer/io/errors';
import type { Stored } from '@alix/infer/io/safetensors-file';
import * as tf from '@tensorflow/tfjs-core';
import { nodeBackend } from './load.js';
import { number } from './ops/kernel.js';
import { type NamedArray, Variable, type VariableStore } from './variables.js';

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** What an update does to one parameter. */
export interface Change {
  readonly parameter: string;
  readonly gradient: tf.Tensor;
  readonly settings: AdamSettings;
}

interface Moments {
  readonly m: Variable;
  readonly v: Variable;
  /** Updates of this parameter so far. */
  t: number;
}

/** One optimiser for all parameters; each keeps its own moments and its own count of updates. */
export class Adam {
  readonly #store: VariableStore;
  readonly #moments = new Map<string, Moments>();

  /**
   * @param saved the optimiser's part of a checkpoint; without it all moments are 0
   * @throws AlixError 'bad-checkpoint' where a moment is missing or of another size
   */
  constructor(store: VariableStore, saved?: ReadonlyMap<string, NamedArray>) {
    this.#store = store;
    const start = (name: string, count: number) => {
      if (!saved) return new Float32Array(count);
      const data = saved.get(name)?.data;
      if (data?.length === count) return data;
      throw new AlixError('bad-checkpoint', "the optimiser's state does not fit the networks of this run", {
        where: name,
        expected: `${count} numbers`,
        found: data ? `${data.length}` : 'nothing',
      });
    };
    for (const { name, shape, trainable } of store.specs.values()) {
      if (!trainable) continue;
      const count = shape.reduce((product, n) => product * n, 1);
      this.#moments.set(name, {
        m: new Variable(shape, start(`${name}.m`, count)),
        v: new Variable(shape, start(`${name}.v`, count)),
        t: start(`${name}.t`, 1)[0] ?? 0,
      });
    }
  }

  /** Changes each parameter by its gradient [shape of the parameter]. */
  apply(changes: readonly Change[]): void {
    const backend = nodeBackend();
    const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    const attributes = [
      { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
      { name: 'use_locking', type: TF_ATTR_BOOL, value: false },
      { name: 'use_nesterov', type: TF_ATTR_BOOL, value: false },
    ];
    tf.tidy(() => {
      // nearly always one set of numbers for all of an update, of which the last three stay as they are
      const made = new Map<string, tf.Tensor[]>();
      for (const { parameter, gradient, settings } of changes) {
        const moments = this.#of(parameter);
        moments.t += 1;
        const { learningRate, beta1, beta2, epsilon } = settings;
        const numbers = [beta1 ** moments.t, beta2 ** moments.t, learningRate, beta1, beta2, epsilon];
        const key = numbers.join();
        const scalars = made.get(key) ?? [
          ...numbers.slice(0, 3).map((n) => tf.scalar(n)),
          ...numbers.slice(3).map(number),
        ];
        made.set(key, scalars);
        const variable = this.#store.get(parameter);
        variable.release();
        const handles = [variable.handle, moments.m.handle, moments.v.handle];
        backend.executeMultipleOutputs('ResourceApplyAdam', attributes, [...handles, ...scalars, gradient], 0);
      }
    });
  }

  /** The moments of a parameter and its count of updates; inside tf.tidy, gone before the next update. */
  moments(name: string): { m: tf.Tensor; v: tf.Tensor; t: number } {
    const { m, v, t } = this.#of(name);
    return { m: m.read(), v: v.read(), t };
  }

  #of(name: string): Moments {
    const moments = this.#moments.get(name);
    if (!moments) throw new Error(`${name} is not trainable`);
    return moments;
  }

  /** Moments and counts, named "PARAMETER.m", ".v" and ".t", each copied when it is asked for: for a checkpoint. */
  stored(): Map<string, Stored<Float32Array>> {
    const all = new Map<string, Stored<Float32Array>>();
    for (const [name, { m, v, t }] of this.#moments) {
      all.set(`${name}.m`, m).set(`${name}.v`, v);
      // a float32 counts exactly to 2^24 updates; a long run would need months to reach it
      all.set(`${name}.t`, { shape: [1], data: () => Float32Array.of(t) });
    }
    return all;
  }

  /** Copies of the same. */
  arrays(): Map<string, NamedArray> {
    return new Map([...this.stored()].map(([name, part]) => [name, { shape: part.shape, data: part.data() }]));
  }

  dispose(): void {
    for (const { m, v } of this.#moments.values()) {
      m.dispose();
      v.dispose();
    }
  }
}
