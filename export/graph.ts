/** Architecture and weights to ONNX graphs: those of a bundle, or any network by itself. */
import { AlixError } from '@alix/infer/io/errors';
import { type ArchitectureSpec, FEATURE_LAYERS, type NetworkSpec, plan, size } from '@alix/train/spec';
import { GraphBuilder, type Output } from './builder.js';
import { emitChain, emitNamed, inputsOf, networkOf } from './chain.js';
import { dataInput, dataOutputs, latentInput, masked } from './data.js';
import { emitNetwork, type Values } from './network.js';
import type { Graph } from './onnx.js';
import { concat, mapped, plain, toFlat, toPlain, type Value } from './value.js';
import type { Weights } from './weights.js';

/**
 * A network by itself: float32 [N, ...] inputs and outputs under their own names, channels last, batch norm folded.
 *
 * @throws AlixError 'bad-architecture', 'bad-weights'
 */
export function networkGraph(name: string, spec: NetworkSpec, weights: Weights): Graph {
  const graph = new GraphBuilder();
  const network = plan(name, spec);
  const inputs = Object.entries(network.inputs).map(([input, shape]): [string, Value] => [
    input,
    plain(graph.input(input, 'float32', ['N', ...shape], `float32 [N,${shape}]`), shape),
  ]);
  const made = emitNetwork(graph, network, new Map(inputs), weights);
  const outputs = [...made].map(([output, value]) => ({
    name: output,
    value: toPlain(graph, value).name,
    doc: `float32 [N,${value.shape}]`,
  }));
  return graph.finish(name, `network ${name}`, outputs);
}

/**
 * The encoder of a bundle: `image` uint8 [N,H,W,C] -> `mean` float32 [N,d], `log_variance` float32 [N,d]; of points,
 * `points` float32 [N,d] in place of the image. The pixels are brought to the range that the architecture was trained on. A
 * network whose output is `log_sigma` gives log_variance = 2 log_sigma. There is no second output where the encoder is
 * deterministic, sends its Gaussian through a flow (the code is where the flow takes the mean) or reads noise (which is zero).
 *
 * @param chain networks in the order they run, e.g. ['F', 'E']; each passes on its code, or its first output
 * @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable'
 */
export function encoderGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const graph = new GraphBuilder();
  const x = dataInput(graph, architecture);
  const results = codes(graph, architecture, chain, x, weights);
  return graph.finish('encoder', `alix encoder, ${chain.join(' -> ')}: data to codes`, results);
}

/**
 * The encoder behind a mask: `image` uint8 [N,H,W,C], `mask` float32 [N,H,W,1] (1 = hidden) -> the encoder's outputs for the
 * image with `fill` under the mask.
 *
 * @param fill on the scale [0,1] of images
 */
export function maskedEncoderGraph(
  architecture: ArchitectureSpec,
  chain: readonly string[],
  weights: Weights,
  fill: number,
): Graph {
  const graph = new GraphBuilder();
  const x = masked(graph, architecture, dataInput(graph, architecture), fill);
  const results = codes(graph, architecture, chain, x, weights);
  return graph.finish('masked_encoder', `alix encoder behind a mask, ${chain.join(' -> ')}`, results);
}

function codes(
  graph: GraphBuilder,
  architecture: ArchitectureSpec,
  chain: readonly string[],
  x: Value,
  weights: Weights,
): readonly Output[] {
  const { outputs } = emitChain(graph, architecture, chain, x, weights);
  const code = (name: string) => {
    const value = outputs.get(name);
    return value && latentOf(graph, value, architecture.latent.size, name);
  };
  const sample = code('sample');
  const mean = sample ?? code('mean');
  if (!mean)
    throw new AlixError('bad-architecture', 'the encoder has no output "mean"', {
      where: chain.join(' -> '),
      found: [...outputs.keys()].join(', '),
    });
  const sigma = code('log_sigma');
  const variance =
    code('log_variance') ?? (sigma && mapped(graph, sigma, 'Mul', 'log_sigma.doubled', { inputs: [graph.scalar(2)] }));

  const results: Output[] = [{ name: 'mean', value: mean.name, doc: 'float32 [N,d], the code: the mean of q(z|x)' }];
  if (variance && !sample)
    results.push({ name: 'log_variance', value: variance.name, doc: 'float32 [N,d], log of the variances of q(z|x)' });
  return results;
}

/**
 * The decoder of a bundle: `latent` float32 [N,d] -> `image` float32 [N,H,W,C] in [0,1], `pixels` uint8 [N,H,W,C]; of
 * points, `points` float32 [N,d]. The network's range is brought back to [0,1] and clipped.
 *
 * @param chain networks in the order they run, e.g. ['G']; the last one's first output is the picture
 * @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable'
 */
export function decoderGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const graph = new GraphBuilder();
  const results = emitDecoder(graph, architecture, chain, weights);
  return graph.finish('decoder', `alix decoder, ${chain.join(' -> ')}: codes to data`, results);
}

/** Writes a decoder, its input `latent` included, and returns the outputs that there may be. */
export function emitDecoder(
  graph: GraphBuilder,
  architecture: ArchitectureSpec,
  chain: readonly string[],
  weights: Weights,
): readonly Output[] {
  const { shape } = architecture.data;
  const { last } = emitChain(graph, architecture, chain, latentInput(graph, architecture), weights);
  if (chain.length === 0 || size(last.shape) !== size(shape))
    throw new AlixError('bad-architecture', 'the decoder puts out no image of the data', {
      where: chain.join(' -> '),
      expected: shape.join('x'),
      found: last.shape.join('x'),
    });
  return dataOutputs(graph, architecture, last);
}

/**
 * What keeps a critic out of a bundle: an input that is neither the data nor a code of the model's size.
 *
 * @returns undefined where nothing does
 */
export function criticObstacle(architecture: ArchitectureSpec, chain: readonly string[]): string | undefined {
  const made = new Set(['x', 'z']);
  for (const name of chain) {
    const spec = networkOf(architecture, name);
    const strange = inputsOf(spec).find((input) => !made.has(input));
    if (strange) return `${name} reads ${strange}, which is neither an image nor a code`;
    const z = spec.inputs.z;
    if (z && size(z) !== architecture.latent.size)
      return `${name} reads codes of ${size(z)} numbers, and the model's have ${architecture.latent.size}`;
    for (const output of spec.outputs.slice(0, 1)) made.add(output);
  }
  return undefined;
}

/**
 * The critic: `image` uint8 [N,H,W,C] (or `points`) and, where it reads codes, `latent` float32 [N,d] -> `logit` float32
 * [N,k].
 *
 * @param chain networks in the order they run, e.g. ['F', 'D']; each reads x, z or what an earlier one puts out, by name
 * @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable'
 */
export function criticGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const graph = new GraphBuilder();
  const values = new Map([['x', dataInput(graph, architecture)]]);
  if (chain.some((network) => 'z' in networkOf(architecture, network).inputs))
    values.set('z', latentInput(graph, architecture));
  const logit = flat(graph, emitNamed(graph, architecture, chain, values, weights));
  return graph.finish('critic', `alix critic, ${chain.join(' -> ')}`, [logitOutput(logit)]);
}

/**
 * The features of an encoder: `image` uint8 [N,H,W,C] (or `points`) -> `features` float32 [N,f], what goes into the
 * activations of its last three hidden layers (after a batch norm that stands before the activation), each flattened channels last, then
 * the code. Where there are fewer than three, those there are.
 *
 * @param chain that of the encoder
 */
export function featuresGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const graph = new GraphBuilder();
  const hidden: Value[] = [];
  const { last } = emitChain(graph, architecture, chain, dataInput(graph, architecture), weights, hidden);
  const parts = [...hidden.slice(-FEATURE_LAYERS), last].map((value) => flat(graph, value));
  const joined = featuresOutput(concat(graph, parts, 'features.joined'));
  return graph.finish('features', `alix features, ${chain.join(' -> ')}`, [joined]);
}

/**
 * A classifier: `image` uint8 [N,H,W,C] (or `points`) -> `logit` float32 [N,k] and, where it has more than one network, `features`
 * float32 [N,f]: what its last network reads. One graph gives both, for two would hold nearly all weights twice.
 *
 * @param chain networks in the order they run, e.g. ['M', 'C']
 * @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable'
 */
export function classifierGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const graph = new GraphBuilder();
  const values: Values = new Map([['x', dataInput(graph, architecture)]]);
  const passed: Value[] = [];
  const outputs = [logitOutput(flat(graph, emitNamed(graph, architecture, chain, values, weights, passed)))];
  const hidden = passed.at(-2);
  if (hidden) outputs.push(featuresOutput(flat(graph, hidden)));
  return graph.finish('classifier', `alix classifier, ${chain.join(' -> ')}`, outputs);
}

const logitOutput = ({ name }: Value): Output => ({
  name: 'logit',
  value: name,
  doc: 'float32 [N,k], before any sigmoid or softmax',
});

const featuresOutput = ({ name, shape }: Value): Output => ({
  name: 'features',
  value: name,
  doc: `float32 [N,${shape}]`,
});

/** One axis, channels last. */
const flat = (graph: GraphBuilder, value: Value): Value => toFlat(graph, toPlain(graph, value));

function latentOf(graph: GraphBuilder, value: Value, d: number, name: string): Value {
  if (size(value.shape) !== d)
    throw new AlixError('bad-architecture', `the encoder's output "${name}" is no code`, {
      expected: `${d} numbers`,
      found: value.shape.join('x'),
    });
  return toPlain(graph, toFlat(graph, value));
}
