/** Architecture and weights to ONNX graphs: the encoder and the decoder of a bundle, or any network by itself. */
import { AlixError } from '@alix/infer/io/errors';
import { type ArchitectureSpec, type NetworkSpec, plan, type Shape, size } from '@alix/train/spec';
import { GraphBuilder, type Output } from './builder.js';
import { emitChain, emitNetwork } from './network.js';
import { elementCode, type Graph } from './onnx.js';
import { mapped, plain, toFlat, toPlain, toShape, type Value } from './value.js';
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
 * The encoder of a bundle: `image` uint8 [N,H,W,C] -> `mean` float32 [N,d], `log_variance` float32 [N,d]. The pixels are
 * brought to the range that the architecture was trained on. A network whose output is `log_sigma` gives
 * log_variance = 2 log_sigma; one with `mean` only gives no second output.
 *
 * @param chain networks in the order they run, e.g. ['F', 'E']
 * @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable'
 */
export function encoderGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const [low, high] = architecture.data.range;
  const shape = imageShape(architecture);
  const graph = new GraphBuilder();
  const image = graph.input('image', 'uint8', ['N', ...shape], 'uint8 [N,H,W,C], 0..255');
  const to = { to: { int: elementCode('float32') } };
  let x = plain(graph.node('Cast', [image], 'image.float', ['N', ...shape], to), shape);
  x = mapped(graph, x, 'Mul', 'image.scaled', { inputs: [graph.scalar((high - low) / 255)] });
  if (low !== 0) x = mapped(graph, x, 'Add', 'image.shifted', { inputs: [graph.scalar(low)] });

  const { outputs } = emitChain(graph, architecture, chain, { names: ['x', 'image'], value: x }, weights);
  const code = (name: string) => {
    const value = outputs.get(name);
    return value && latentOf(graph, value, architecture.latent.size, name);
  };
  const mean = code('mean');
  if (!mean)
    throw new AlixError('bad-architecture', 'the encoder has no output "mean"', {
      where: chain.join(' -> '),
      found: [...outputs.keys()].join(', '),
    });
  const sigma = code('log_sigma');
  const variance =
    code('log_variance') ?? (sigma && mapped(graph, sigma, 'Mul', 'log_sigma.doubled', { inputs: [graph.scalar(2)] }));

  const results: Output[] = [{ name: 'mean', value: mean.name, doc: 'float32 [N,d], the code: the mean of q(z|x)' }];
  if (variance)
    results.push({ name: 'log_variance', value: variance.name, doc: 'float32 [N,d], log of the variances of q(z|x)' });
  return graph.finish('encoder', `alix encoder, ${chain.join(' -> ')}: images to codes`, results);
}

/**
 * The decoder of a bundle: `latent` float32 [N,d] -> `image` float32 [N,H,W,C] in [0,1], `pixels` uint8 [N,H,W,C].
 * The network's range is brought back to [0,1] and clipped; pixels = floor(255 image + 0.5), in float32. (Round, half to
 * even, has no WebGPU kernel; the two differ only at exact halves.)
 *
 * @param chain networks in the order they run, e.g. ['G']; the output `x`, or the last network's only one, is the picture
 * @throws AlixError 'bad-architecture', 'bad-weights', 'not-exportable'
 */
export function decoderGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const [low, high] = architecture.data.range;
  const shape = imageShape(architecture);
  const { size: d } = architecture.latent;
  const graph = new GraphBuilder();
  const entry = plain(graph.input('latent', 'float32', ['N', d], 'float32 [N,d], codes or draws from the prior'), [d]);
  const { outputs, last } = emitChain(graph, architecture, chain, { names: ['z', 'latent'], value: entry }, weights);

  let x = outputs.get('x') ?? outputs.get('image') ?? last;
  if (chain.length === 0 || size(x.shape) !== size(shape))
    throw new AlixError('bad-architecture', 'the decoder puts out no image of the data', {
      where: chain.join(' -> '),
      expected: shape.join('x'),
      found: x.shape.join('x'),
    });
  x = toPlain(graph, toShape(graph, x, shape));
  if (low !== 0) x = mapped(graph, x, 'Sub', 'image.shifted', { inputs: [graph.scalar(low)] });
  if (high - low !== 1) x = mapped(graph, x, 'Mul', 'image.scaled', { inputs: [graph.scalar(1 / (high - low))] });
  x = mapped(graph, x, 'Clip', 'image.clipped', { inputs: [graph.scalar(0), graph.scalar(1)] });
  const levels = mapped(graph, x, 'Mul', 'pixels.levels', { inputs: [graph.scalar(255)] });
  const nudged = mapped(graph, levels, 'Add', 'pixels.nudged', { inputs: [graph.scalar(0.5)] });
  const whole = mapped(graph, nudged, 'Floor', 'pixels.whole');
  const to = { to: { int: elementCode('uint8') } };
  const pixels = graph.node('Cast', [whole.name], 'pixels.uint8', ['N', ...shape], to, 'uint8');
  return graph.finish('decoder', `alix decoder, ${chain.join(' -> ')}: codes to images`, [
    { name: 'image', value: x.name, doc: 'float32 [N,H,W,C] in [0,1]' },
    { name: 'pixels', value: pixels, doc: 'uint8 [N,H,W,C], floor(255 image + 0.5)' },
  ]);
}

/** [height, width, channels] of a model of images. */
export function imageShape({ data }: ArchitectureSpec): Shape {
  if (data.kind !== 'image' || data.shape.length !== 3)
    throw new AlixError('not-exportable', 'bundles hold models of images', {
      found: `a model of ${data.kind} [${data.shape}]`,
      remedy: 'export a model that was trained on images',
    });
  return data.shape;
}

function latentOf(graph: GraphBuilder, value: Value, d: number, name: string): Value {
  if (size(value.shape) !== d)
    throw new AlixError('bad-architecture', `the encoder's output "${name}" is no code`, {
      expected: `${d} numbers`,
      found: value.shape.join('x'),
    });
  return toPlain(graph, toFlat(graph, value));
}
