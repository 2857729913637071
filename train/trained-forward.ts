/** A system's networks in evaluation mode as a bundle's graphs: the same names in, the same names out. Export compares the two. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { ownOf, type ParameterTensors } from './forward.js';
import { FEATURE_LAYERS, hiddenActivations } from './hidden.js';
import { layerKinds } from './layers/index.js';
import type { ForwardContext } from './layers/layer.js';
import { type Callable, centre } from './networks.js';
import { masked } from './objectives/masks.js';
import type { PlannedLayer, PlannedNetwork } from './spec.js';
import type { System } from './system.js';
import { fused } from './tensorflow/ops/fused.js';
import { tidied } from './tensorflow/tidied.js';

export type Arrays = Readonly<Record<string, Float32Array | Uint8Array>>;

/** The networks as trained, batch norm with its running statistics. */
export interface TrainedForward {
  /**
   * @param graph encoder, decoder, critic, features, masked_encoder, classifier or refine
   * @param inputs n rows of each: image and target uint8 [n,H,W,C] or points float32 [n,d], latent float32 [n,d], mask and
   *   weight float32 [n,H,W,1]
   * @returns float32: mean, log_variance, image in [0,1] or points, logit, features, loss, gradient
   */
  run(graph: string, inputs: Arrays, n: number): Promise<Record<string, Float32Array>>;
}

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** The networks that make up a system's critic, and its classifier, in the order they run; empty where there is none. */
export function headsOf({ objective, networks }: System['design']) {
  const whole = (names: readonly string[] = []) => (names.every((name) => networks.has(name)) ? names : []);
  return { critic: whole(objective.critic), classifier: whole(objective.classifier) };
}

/** A system's forward passes on arrays. */
export function forwardOf(system: System): TrainedForward {
  const { architecture, maskFill = 0 } = system.design;
  const { data, latent } = architecture;
  const [low, high] = data.kind === 'image' ? data.range : [0, 1];
  const inRange = (unit: tf.Tensor) => tf.add(tf.mul(unit, high - low), low);
  const inUnit = (x: tf.Tensor) => tf.clipByValue(tf.div(tf.sub(x, low), high - low), 0, 1);
  const shapes: Record<string, readonly number[]> = {
    image: data.shape,
    points: data.shape,
    latent: [latent.size],
    mask: [...data.shape.slice(0, 2), 1],
    target: data.shape,
    weight: [...data.shape.slice(0, 2), 1],
  };
  const heads = headsOf(system.design);
  const codes = (x: tf.Tensor) => {
    const { mean, logVariance } = system.encode(x);
    return { mean, ...(logVariance ? { log_variance: logVariance } : {}) };
  };
  const passes: Readonly<Record<string, (x: tf.Tensor, inputs: Tensors) => Tensors>> = {
    encoder: (x) => codes(x),
    masked_encoder: (x, { mask }) => codes(masked(x, mask as tf.Tensor, maskFill, data.range)),
    decoder(_, { latent: z }) {
      const x = system.decode(z as tf.Tensor);
      return data.kind === 'points' ? { points: x } : { image: inUnit(x) };
    },
    refine(_, { latent: z, target, weight }) {
      const losses = (code: tf.Tensor) =>
        weightedErrors(inUnit(system.decode(code)), target as tf.Tensor, weight as tf.Tensor);
      // each loss depends on its own code alone
      const gradient = tf.grad((code) => tf.sum(losses(code)))(z as tf.Tensor);
      return { loss: losses(z as tf.Tensor), gradient };
    },
    critic: (x, inputs) => ({
      logit: flat(named(system, heads.critic, { ...inputs, x, z: inputs.latent as tf.Tensor })),
    }),
    classifier: (x) => ({
      logit: flat(named(system, heads.classifier, { x })),
      ...(heads.classifier.length > 1 && { features: flat(named(system, heads.classifier.slice(0, -1), { x })) }),
    }),
    features: (x) => ({ features: encoderFeatures(system, x) }),
  };
  return {
    async run(graph, inputs, n) {
      const pass = passes[graph];
      if (!pass) throw new AlixError('no-graph', `"${graph}" is no graph of a bundle`);
      return tidied(() => {
        const tensors = Object.fromEntries(
          Object.entries(inputs).map(([name, values]) => {
            const isPixels = name === 'image' || name === 'target';
            const given = isPixels ? Float32Array.from(values, (v) => v / 255) : Float32Array.from(values);
            return [name, tf.tensor(given, [n, ...(shapes[name] ?? [])], 'float32')];
          }),
        );
        const x = tensors.image ? inRange(tensors.image) : (tensors.points ?? tf.scalar(0));
        const outputs = pass(x, tensors);
        return Object.fromEntries(
          Object.entries(outputs).map(([name, value]) => [name, Float32Array.from(value.dataSync())]),
        );
      });
    },
  };
}

/** sum w (x - t)^2 / sum w C of each image [N], 0 where nothing counts. @param w [N,H,W,1] */
function weightedErrors(x: tf.Tensor, t: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const squares = tf.sum(tf.mul(w, tf.square(tf.sub(x, t))), [1, 2, 3]);
  const count = tf.mul(tf.sum(w, [1, 2, 3]), x.shape[3] ?? 1);
  return tf.div(squares, tf.add(count, tf.cast(tf.equal(count, 0), 'float32')));
}

const flat = (value: tf.Tensor) => tf.reshape(value, [value.shape[0] ?? 0, -1]);

/** Networks that read, by name, what came in or an earlier one put out; gives what the last one puts out. */
function named(system: System, chain: readonly string[], inputs: Tensors): tf.Tensor {
  const networks = system.evaluating();
  const values = new Map(Object.entries(inputs));
  let last = values.get('x') as tf.Tensor;
  for (const name of chain) {
    const network = system.design.networks.get(name) as PlannedNetwork;
    const read = Object.keys(network.inputs).filter((input) => input !== 'noise');
    last = centre((networks[name] as Callable)(...read.map((input) => values.get(input) as tf.Tensor)));
    for (const output of Object.keys(network.outputs).slice(0, 1)) values.set(output, last);
  }
  return last;
}

/** The last hidden layers of the encoder, each flattened channels last, then the code. */
function encoderFeatures(system: System, x: tf.Tensor): tf.Tensor {
  const networks = system.evaluating();
  const parameters = new Map([...system.store.read(), ...(system.averages?.read() ?? [])]);
  const hidden: tf.Tensor[] = [];
  let value = x;
  for (const name of system.design.chains.encoder) {
    hidden.push(...hiddenLayers(system.design.networks.get(name) as PlannedNetwork, value, parameters));
    value = centre((networks[name] as Callable)(value));
  }
  return tf.concat([...hidden.slice(-FEATURE_LAYERS), value].map(flat), 1);
}

const context: ForwardContext = {
  ops: fused,
  training: false,
  uniform: (shape) => tf.ones([...shape]),
  observe: () => undefined,
  remember: () => undefined,
};

/** What goes into the activations of a network's hidden layers, noise at zero. */
function hiddenLayers(network: PlannedNetwork, x: tf.Tensor, parameters: ParameterTensors): tf.Tensor[] {
  const wanted = new Set<PlannedLayer>(hiddenActivations(network));
  const found: tf.Tensor[] = [];
  const values = new Map<string, tf.Tensor>();
  for (const [name, shape] of Object.entries(network.inputs))
    values.set(name, name === 'noise' ? tf.zeros([x.shape[0] ?? 0, ...shape]) : x);
  for (const { name, from, layers } of network.blocks) {
    const sources = from.map((source) => values.get(source) as tf.Tensor);
    let value = sources.length === 1 ? (sources[0] as tf.Tensor) : tf.concat(sources, -1);
    for (const layer of layers) {
      if (wanted.has(layer)) found.push(value);
      value = layerKinds[layer.kind].forward(value, layer.args as never, ownOf(layer, parameters), context, layer.path);
    }
    values.set(name, value);
  }
  return found;
}
