/** A run's networks with their parameters on TensorFlow: made from a configuration, fresh or from a checkpoint. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import type { Stored } from '@alix/infer/io/safetensors-file';
import * as tf from '@tensorflow/tfjs-core';
import { Averages } from './averages.js';
import type { Beginnings } from './beginnings.js';
import type { RunConfig } from './config.js';
import { type Design, design } from './design.js';
import { initialValue } from './initialise.js';
import type { ForwardContext } from './layers/layer.js';
import { type Callable, callables, centre } from './networks.js';
import type { Noise, Posterior } from './objectives/objective.js';
import { fused } from './tensorflow/ops/fused.js';
import { type NamedArray, VariableStore } from './tensorflow/variables.js';

const noNoise: Noise = {
  normal: (shape) => tf.zeros([...shape]),
  uniform: (shape) => tf.ones([...shape]),
};

type Returned = ReturnType<Callable>;

/** The networks and their variables. `dispose` frees TensorFlow's memory. */
export class System {
  readonly design: Design;
  readonly store: VariableStore;
  /** Of encoder and decoder, where the run keeps them; the networks answer with them. */
  readonly averages: Averages | undefined;

  /**
   * @param saved the weights of a checkpoint; without it parameters are drawn from the configuration's seed
   * @param start what they start from besides, in a fresh run
   */
  constructor(config: RunConfig, saved?: ReadonlyMap<string, NamedArray>, start?: Beginnings) {
    this.design = design(config);
    const random = createRandom(config.seed).split('initial parameters');
    const specs = [...this.design.networks.values()].flatMap((network) => network.parameters);
    const mean = start && { mean: start.mean, range: this.design.architecture.data.range };
    this.store = new VariableStore(specs, (spec) => {
      if (!saved) return start?.pretrained.get(spec.name)?.data ?? initialValue(spec, config.initialiser, random, mean);
      const array = saved.get(spec.name);
      if (!array || array.shape.join() !== spec.shape.join())
        throw new AlixError('bad-checkpoint', `the checkpoint does not fit the networks of this run`, {
          where: spec.name,
          expected: spec.shape.join('x'),
          found: array ? array.shape.join('x') : 'nothing',
        });
      return array.data;
    });
    const { encoder, decoder } = this.design.chains;
    const averaged = specs.filter(
      ({ name, trainable }) => trainable && [...encoder, ...decoder].includes(name.slice(0, name.indexOf('.'))),
    );
    if (config.averageDecay > 0) {
      const names = averaged.map(({ name }) => name);
      this.averages = new Averages(this.store, names, config.averageDecay, saved);
    }
  }

  /** All numbers, each copied when it is asked for: for a checkpoint. */
  stored(): Map<string, Stored<Float32Array>> {
    return new Map([...this.store.stored(), ...(this.averages?.stored() ?? [])]);
  }

  /** Copies of the same. */
  arrays(): Map<string, NamedArray> {
    return new Map([...this.stored()].map(([name, part]) => [name, { shape: part.shape, data: part.data() }]));
  }

  /** Networks in evaluation mode: running statistics, no dropout, an implicit encoder's noise at zero. Call inside tf.tidy. */
  evaluating(): Record<string, Callable> {
    const context: ForwardContext = {
      ops: fused,
      training: false,
      uniform: noNoise.uniform,
      observe: () => undefined,
      remember: () => undefined,
    };
    const { networks, objective } = this.design;
    const signatures = { ...objective.networks, ...objective.optional };
    const parameters = new Map([...this.store.read(), ...(this.averages?.read() ?? [])]);
    return callables({ networks, signatures, noise: noNoise, context: () => context }, parameters);
  }

  #along(chain: readonly string[], input: tf.Tensor): Returned {
    const networks = this.evaluating();
    return chain.reduce<Returned>((value, name) => (networks[name] as Callable)(centre(value)), input as Returned);
  }

  /** q(z|x) for x [N,...] in the architecture's range. Call inside tf.tidy. */
  encode(x: tf.Tensor): Posterior {
    if (this.design.chains.encoder.length === 0)
      throw new AlixError('no-encoder', `${this.design.objective.name} has no encoder`);
    return this.#along(this.design.chains.encoder, x);
  }

  /** x [N,...] in the architecture's range for z [N,d]. Call inside tf.tidy. */
  decode(z: tf.Tensor): tf.Tensor {
    return centre(this.#along(this.design.chains.decoder, z));
  }

  dispose(): void {
    this.averages?.dispose();
    this.store.dispose();
  }
}
