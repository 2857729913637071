/** A run's networks with their parameters on TensorFlow: made from a configuration, fresh or from a checkpoint. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import * as tf from '@tensorflow/tfjs-core';
import type { RunConfig } from './config.js';
import { type Design, design } from './design.js';
import { initialValue } from './initialise.js';
import type { ForwardContext } from './layers/layer.js';
import { type Callable, callables } from './networks.js';
import type { Noise, Posterior } from './objectives/objective.js';
import { fused } from './tensorflow/ops/fused.js';
import { type NamedArray, VariableStore } from './tensorflow/variables.js';

const noNoise: Noise = {
  normal: (shape) => tf.zeros([...shape]),
  uniform: (shape) => tf.ones([...shape]),
};

/** The networks and their variables. `dispose` frees TensorFlow's memory. */
export class System {
  readonly design: Design;
  readonly store: VariableStore;

  /** @param saved the weights of a checkpoint; without it parameters are drawn from the configuration's seed */
  constructor(config: RunConfig, saved?: ReadonlyMap<string, NamedArray>) {
    this.design = design(config);
    const random = createRandom(config.seed).split('initial parameters');
    const specs = [...this.design.networks.values()].flatMap((network) => network.parameters);
    this.store = new VariableStore(specs, (spec) => {
      if (!saved) return initialValue(spec, config.initialiser, random);
      const array = saved.get(spec.name);
      if (!array || array.shape.join() !== spec.shape.join())
        throw new AlixError('bad-checkpoint', `the checkpoint does not fit the networks of this run`, {
          where: spec.name,
          expected: spec.shape.join('x'),
          found: array ? array.shape.join('x') : 'nothing',
        });
      return array.data;
    });
  }

  /** Networks in evaluation mode: running statistics, no dropout, an implicit encoder's noise at zero. Call inside tf.tidy. */
  #evaluating(): Record<string, Callable> {
    const context: ForwardContext = { ops: fused, training: false, uniform: noNoise.uniform, observe: () => undefined };
    return callables(this.design.networks, this.store.read(), context, noNoise);
  }

  #along(chain: readonly string[], input: tf.Tensor): tf.Tensor & Posterior {
    const networks = this.#evaluating();
    return chain.reduce(
      (value, name) => networks[name]?.(value) as tf.Tensor & Posterior,
      input as tf.Tensor & Posterior,
    );
  }

  /** q(z|x) for x [N,...] in the architecture's range. Call inside tf.tidy. */
  encode(x: tf.Tensor): Posterior {
    if (this.design.objective.encoder.length === 0)
      throw new AlixError('no-encoder', `${this.design.objective.name} has no encoder`);
    return this.#along(this.design.objective.encoder, x);
  }

  /** x [N,...] in the architecture's range for z [N,d]. Call inside tf.tidy. */
  decode(z: tf.Tensor): tf.Tensor {
    return this.#along(this.design.objective.decoder, z);
  }

  dispose(): void {
    this.store.dispose();
  }
}
