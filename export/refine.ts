/** refine.onnx: how far a decoded image is from a target, and which way the code has to move. */
import { AlixError } from '@alix/infer/io/errors';
import type { ArchitectureSpec, Shape } from '@alix/train/spec';
import { backward } from './adjoint/backward.js';
import { GraphBuilder, type Output } from './builder.js';
import { imageShape } from './data.js';
import { emitDecoder } from './graph.js';
import { elementCode, type Graph } from './onnx.js';
import type { Weights } from './weights.js';

/**
 * `latent` float32 [N,d], `target` uint8 [N,H,W,C], `weight` float32 [N,H,W,1], not negative -> `loss` float32 [N],
 * sum w (x - t)^2 / sum w C with the decoder's image x and the target t in [0,1], and `gradient` float32 [N,d], that of each
 * loss in its code. Both are 0 where all weights are. A pixel that the decoder clips has no gradient.
 *
 * The way back reads the weights of the way there: the file is as large as the decoder's.
 *
 * @param chain that of the decoder
 * @throws AlixError 'not-exportable' where an operator has no adjoint; 'bad-architecture', 'bad-weights'
 */
export function refineGraph(architecture: ArchitectureSpec, chain: readonly string[], weights: Weights): Graph {
  const graph = new GraphBuilder();
  const outputs = emitDecoder(graph, architecture, chain, weights);
  const image = outputs.find(({ name }) => name === 'image')?.value;
  if (!image) throw new AlixError('not-exportable', 'the decoder puts out no image', { where: chain.join(' -> ') });
  const results = emitRefinement(graph, image, imageShape(architecture));
  const doc = `alix refinement, ${chain.join(' -> ')}: codes and targets to losses and gradients`;
  return graph.finish('refine', doc, results);
}

/** Writes what follows the decoder's `image` [N,H,W,C], made of the input `latent`. */
export function emitRefinement(graph: GraphBuilder, image: string, shape: Shape): readonly Output[] {
  const [height = 0, width = 0, channels = 0] = shape;
  const dims = ['N', height, width, channels] as const;
  const target = graph.input('target', 'uint8', dims, 'uint8 [N,H,W,C], 0..255: what the image should be');
  const doc = 'float32 [N,H,W,1], not negative: how much each pixel counts, 0 for not at all';
  const weight = graph.input('weight', 'float32', ['N', height, width, 1], doc);
  const levels = graph.node('Cast', [target], 'target.float', dims, { to: { int: elementCode('float32') } });
  const scaled = graph.node('Mul', [levels, graph.scalar(1 / 255)], 'target.scaled', dims);
  const difference = graph.node('Sub', [image, scaled], 'difference', dims);
  const weighted = graph.node('Mul', [difference, weight], 'difference.weighted', dims);
  const squares = graph.node('Mul', [weighted, difference], 'squares', dims);

  const one = ['N', 1, 1, 1] as const;
  const sum = (value: string, name: string) =>
    graph.node('ReduceSum', [value, graph.integers([1, 2, 3])], name, one, { keepdims: { int: 1 } });
  const numbers = graph.node('Mul', [sum(weight, 'weight.sum'), graph.scalar(channels)], 'weight.total', one);
  // divided by 1 where nothing counts, and no NaN comes of it
  const none = graph.node('Equal', [numbers, graph.scalar(0)], 'weight.none', one, {}, 'bool');
  const extra = graph.node('Cast', [none], 'weight.extra', one, { to: { int: elementCode('float32') } });
  const total = graph.node('Add', [numbers, extra], 'weight.divisor', one);
  const mean = graph.node('Div', [sum(squares, 'squares.sum'), total], 'squares.mean', one);
  const loss = graph.node('Reshape', [mean, graph.integers([-1])], 'squares.loss', ['N']);

  const factor = graph.node('Div', [graph.scalar(2), total], 'seed.factor', one);
  const seed = graph.node('Mul', [weighted, factor], 'image.gradient', dims);
  const gradient = backward(graph, image, seed, 'latent');
  return [
    { name: 'loss', value: loss, doc: 'float32 [N], mean squared difference of the pixels that count' },
    { name: 'gradient', value: gradient, doc: 'float32 [N,d], of each loss in its code' },
  ];
}
